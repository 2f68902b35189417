"""Checks on labelled text, and the gate that decides what is tolerable."""

from datakit.validation.survey import Survey
from datakit.validation.validate import Validation, checks, digest, validate

__all__ = ["Survey", "Validation", "checks", "digest", "validate"]

"""Checks on labelled text, and the gate that decides what is tolerable."""

from datakit.validation.validate import checks, examine, screen, validate

__all__ = ["checks", "examine", "screen", "validate"]

"""Readers and writers of labelled text."""

from datakit.io.read import load, read
from datakit.io.reading import Column, Columns, Reading
from datakit.io.source import Source
from datakit.io.write import write

__all__ = ["Column", "Columns", "Reading", "Source", "load", "read", "write"]

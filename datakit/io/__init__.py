"""Readers and writers of labelled text."""

from datakit.io.read import load, read, scan
from datakit.io.reading import Account, Column, Columns, Reading
from datakit.io.source import Source
from datakit.io.write import write

__all__ = ["Account", "Column", "Columns", "Reading", "Source", "load", "read", "scan", "write"]

"""Operators: each makes new texts out of one text; one file, one class, one name."""

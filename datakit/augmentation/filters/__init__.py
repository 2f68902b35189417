"""Filters: each keeps or rejects a new text; one file, one class, one name."""

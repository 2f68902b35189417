"""One check a file; found by the registry."""

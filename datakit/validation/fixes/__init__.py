"""One fix a file; found by the registry."""

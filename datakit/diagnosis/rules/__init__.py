"""One rule a file; found by the registry."""

"""One splitter a file; found by the registry."""

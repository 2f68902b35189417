"""One idiom a file; found by the registry."""

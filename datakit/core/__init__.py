"""Types and small tools that every room shares; imports nothing else of datakit."""

"""Translators: each an engine that turns texts of one language into another; one file, one class, one name."""

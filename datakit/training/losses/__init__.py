"""Losses: each says how wrong the model is about each row; one file, one class, one name."""

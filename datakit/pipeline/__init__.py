"""Stages, what they depend on, and the runner that brings them up to date."""

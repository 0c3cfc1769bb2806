"""Grading of short answers against reference answers."""

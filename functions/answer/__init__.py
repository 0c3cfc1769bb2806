"""Answers to questions, taken from a text."""

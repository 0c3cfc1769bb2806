"""A text in a few of its own sentences."""

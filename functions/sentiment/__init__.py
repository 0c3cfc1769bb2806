"""Whether a text is said gladly."""

"""Translation: its data, what it is measured by, and what it is held against."""

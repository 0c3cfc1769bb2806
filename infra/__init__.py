"""Where Lectern runs."""

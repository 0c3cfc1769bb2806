"""English ↔ Chinese."""

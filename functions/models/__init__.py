"""Which models there are, which versions of them answer, and whether they are ready."""

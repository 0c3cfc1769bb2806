"""Several light tasks from one function."""

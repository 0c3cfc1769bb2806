"""One folder per task: the list of folders is the product."""

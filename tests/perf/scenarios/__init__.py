"""What `make bench` measures, each against a reference of the same run."""

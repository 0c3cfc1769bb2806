"""Search in a tenant's collections of learning resources: by meaning, by words, and by both."""

"""The life of a release: published once, pointed at by aliases."""

"""Why a layer can't be built."""


class BuildError(Exception):
    """A layer can't be built; the sentence says what to do."""

"""What can go wrong before a model serves; a message names the file, the field or the version."""


class ModelStoreError(Exception):
    """Root of this room's errors."""


class SourceError(ModelStoreError):
    """A source did not deliver the pinned base."""


class AdapterMismatch(ModelStoreError):
    """An adapter does not fit its base."""


class ReferenceMismatch(ModelStoreError):
    """The graph does not compute what the adapter was trained as."""


class BadKey(ModelStoreError):
    """A signing key is none, or not the one that settings pin."""


class BadVersion(ModelStoreError):
    """A version's name is not like 1.2.3."""


class GateRefused(ModelStoreError):
    """A build does not meet its model's limits, or is worse than the live version."""


class StillNamed(ModelStoreError):
    """A version that is to be retired is named by an alias or by a stored grade."""


class DataError(ModelStoreError):
    """Training or evaluation data can't be read, lacks a field or has an unknown label; names the file and the line."""


class TrainingError(ModelStoreError):
    """A training run can't go on: its loss, a file of its folder, or its checkpoint's parameters."""

"""What all settings of a deployment are made of."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Unknown fields are refused, so that a misspelt one is told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

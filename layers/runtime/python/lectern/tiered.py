"""What the routes share that a larger model on an endpoint can answer too: who shall, and who did (docs/heavy.md)."""

from typing import Literal, Self

from pydantic import Field, model_validator

from lectern.schemas import Request, Response

Tier = Literal["fast", "heavy", "auto"]


class TieredRequest(Request):
    """A request that says who shall answer."""

    tier: Tier = Field(
        default="fast",
        description="fast: the model in the function. heavy: the large one on its endpoint, if it can be had. "
        "auto: the large one where the fast one is not sure. The response says which one answered.",
    )

    @model_validator(mode="after")
    def _version_is_of_the_fast_model(self) -> Self:
        if self.version is not None and self.tier != "fast":
            raise ValueError("version is one of the fast model, so it takes the tier fast")
        return self


class TieredResponse(Response):
    """An answer that says who gave it."""

    tier: Literal["fast", "heavy"] = "fast"

"""LitServe with two workers."""

import sys
from typing import Any

from litserve import LitAPI, LitServer


class Grader(LitAPI):
    """Loads the model in each worker."""

    def setup(self, device: str) -> None:
        """Fetch and load."""
        from tests.perf.floor import grade

        self.grade = grade

    def decode_request(self, request: dict[str, Any]) -> dict[str, Any]:
        """As it is."""
        return request

    def predict(self, body: dict[str, Any]) -> dict[str, list[float]]:
        """Probabilities of the labels."""
        return self.grade(body)

    def encode_response(self, output: dict[str, list[float]]) -> dict[str, list[float]]:
        """As it is."""
        return output


if __name__ == "__main__":
    server = LitServer(Grader(api_path="/v1/grade"), accelerator="cpu", workers_per_device=2)
    server.run(host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False, log_level="warning")

"""MLServer with two workers, by a handler of its own beside the protocol's."""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from mlserver import MLModel
from mlserver.handlers import custom_handler


class Grader(MLModel):
    """Loads the model in each worker."""

    async def load(self) -> bool:
        """Fetch and load."""
        from tests.perf.floor import grade

        self.model = grade
        return True

    @custom_handler(rest_path="/v1/grade")
    async def grade(self, body: dict[str, Any]) -> dict[str, list[float]]:
        """Probabilities of the labels."""
        return self.model(body)


if __name__ == "__main__":
    folder = Path(tempfile.mkdtemp())
    settings = {"host": "127.0.0.1", "http_port": int(sys.argv[1]), "grpc_port": 0, "parallel_workers": 2}
    (folder / "settings.json").write_text(json.dumps(settings | {"metrics_endpoint": None, "debug": False}))
    model = {"name": "grader", "implementation": "tests.perf.peers.mlserver.Grader"}
    (folder / "model-settings.json").write_text(json.dumps(model))
    os.chdir(folder)  # where it leaves folders of its own
    os.execv(sys.executable, [sys.executable, "-m", "mlserver.cli.main", "start", str(folder)])

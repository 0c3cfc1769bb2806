"""The application of `make serve`."""

import sys

import uvicorn

from infra.local.environment import use_local_settings
from infra.local.serve import SETTINGS, whole_api

if __name__ == "__main__":
    use_local_settings(**SETTINGS)
    uvicorn.run(whole_api(), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")

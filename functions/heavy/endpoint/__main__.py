"""The container's command: `python -m functions.heavy.endpoint [serve]`."""

from functions.heavy.endpoint.config import EndpointSettings
from functions.heavy.endpoint.server import run

if __name__ == "__main__":
    run(EndpointSettings())

"""A base from the Hugging Face Hub, at the catalogue's revision. HF_ENDPOINT names another Hub or a mirror."""

from pathlib import Path

from model_store.catalogue import Base


def fetch_from_hub(base: Base, folder: Path) -> None:
    """Put the files of `base` into `folder`. Raises OSError."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError

    for file in base.files:
        try:
            hf_hub_download(base.hub.repository, file.name, revision=base.hub.revision, local_dir=folder)
        except HfHubHTTPError as error:
            raise OSError(f"the Hub answers {error.response.status_code} for {file.name}") from error

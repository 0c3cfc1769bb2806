"""Which files of the embedded releases are the same, to the byte."""

from collections import Counter

from lectern.manifest import PinnedFile
from model_store.catalogue import EMBEDDED
from tests.conftest import live


def test_what_one_encoder_serves_is_one_file_by_its_digest() -> None:
    files: dict[str, dict[str, PinnedFile]] = {name: live(name).manifest.files for name in EMBEDDED}
    digests = {name: {role: file.sha256 for role, file in found.items()} for name, found in files.items()}
    assert digests["grading"]["encoder.onnx"] == digests["essays"]["encoder.onnx"]
    assert digests["search"]["model.onnx"] == digests["summaries"]["model.onnx"]
    tokenizers = Counter(found["tokenizer.json"] for found in digests.values())
    assert sorted(tokenizers.values()) == [1, len(EMBEDDED) - 1], "the translator has its own"
    merged = {digests[name]["model.onnx"] for name in ("answer", "bloom", "question-type", "roles", "sentiment")}
    assert len(merged) == 5, "an adapter that is merged in makes another file"


def test_a_fifth_of_the_bytes_is_there_twice() -> None:
    """What docs/adr/0028 weighs."""
    pins = [file for name in EMBEDDED for file in live(name).manifest.files.values()]
    once = {file.sha256: file.size for file in pins}
    assert 0.15 < 1 - sum(once.values()) / sum(file.size for file in pins) < 0.25

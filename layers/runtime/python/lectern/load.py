"""Stage: load. A release's files, checked byte for byte, become a model that has passed its self-test."""

import io
import os
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from lectern.checked import copy_checked, name_of
from lectern.encoder import Encoder
from lectern.errors import ReleaseRejected
from lectern.external_data import EXTERNAL, has_external_data
from lectern.generation.writing import WRITING, Rules, read_writing
from lectern.manifest import GoldenVector, Manifest
from lectern.memory import large_blocks_returned
from lectern.model import ENCODER, MODEL, TOKENIZER, Encoding, LoadedModel
from lectern.release import Release
from lectern.store import Store


def load(store: Store, release: Release) -> LoadedModel:
    """Fetch a release's files by VersionId, at once; check them; prove the model on its shortest golden vector.

    Every vector was proved before an alias named the release (`prove`); here one shows that this CPU has the kernels.

    Raises:
        ReleaseRejected: a file is gone or altered, refers to other files, is no model, or fails the self-test.
    """
    model = _read(store, release)
    self_test(model, shortest=True)
    return model


def _read(store: Store, release: Release) -> LoadedModel:
    """Every file in a thread of its own: the store's answers are waited for together, and sessions made together."""
    manifest = release.manifest
    named = [name for name in (ENCODER, MODEL) if name in manifest.files]
    with large_blocks_returned(), ThreadPoolExecutor(len(manifest.files)) as pool:
        graphs = {name: pool.submit(_session, store, name, manifest) for name in named}
        others = {name: pool.submit(fetch, store, name, manifest) for name in manifest.files.keys() - {*graphs}}
        files = {name: found.result() for name, found in others.items()}
        tokenizer = read_tokenizer(files.pop(TOKENIZER), manifest)
        sessions = {name: found.result() for name, found in graphs.items()}
    encoder = Encoder(sessions[ENCODER]) if ENCODER in sessions else None
    return LoadedModel(release, sessions[MODEL], tokenizer, encoder, files, _rules(files, manifest))


def _rules(files: Mapping[str, bytes], manifest: Manifest) -> Rules | None:
    try:
        return read_writing(files[WRITING]) if WRITING in files else None
    except ValueError as error:
        raise _no_model(manifest) from error


def prove(store: Store, release: Release) -> None:
    """See that a release is what its manifest says: by loading it, or file by file where only an endpoint could.

    Raises ReleaseRejected.
    """
    manifest = release.manifest
    if MODEL in manifest.files:
        self_test(_read(store, release))
        return
    for name in manifest.files:
        fetch(store, name, manifest)


class Tested(Protocol):
    """What can prove itself: a release, and how it answers a row."""

    @property
    def release(self) -> Release:
        """The verified manifest."""

    def infer(self, row: Encoding) -> NDArray[np.float32]:
        """Logits (outputs,)."""


def self_test(model: Tested, shortest: bool = False) -> None:
    """Compare the golden vectors, or the shortest of them, with what this CPU answers.

    Raises:
        ReleaseRejected: a logit leaves the manifest's tolerance, or is not a number.
    """
    golden = model.release.manifest.golden
    vectors = sorted(golden.vectors, key=lambda vector: len(vector.input_ids))
    for vector in vectors[:1] if shortest else vectors:
        try:
            row = _encoding(vector)
            logits = model.infer(row)
            distance = float(np.max(np.abs(logits - np.array(vector.logits, dtype=np.float32))))
        except Exception as error:  # onnxruntime's own types; another number of labels is a ValueError
            raise ReleaseRejected(f"{name_of(model.release.manifest)} can't answer its golden vectors.") from error
        if not distance <= golden.tolerance:  # also refuses NaN
            raise ReleaseRejected(
                f"{name_of(model.release.manifest)} fails its golden self-test on this CPU: "
                f"a logit is off by {distance:.3f}, the tolerance is {golden.tolerance}."
            )


def _encoding(vector: GoldenVector) -> Encoding:
    return Encoding(
        list(vector.input_ids),
        list(vector.token_type_ids),
        list(vector.features),
        list(vector.hashes),
        list(vector.written),
    )


def fetch(store: Store, name: str, manifest: Manifest) -> bytes:
    """A release's file, byte for byte the one that its manifest pins. Raises ReleaseRejected or StoreUnavailable."""
    with io.BytesIO() as file:
        copy_checked(store, name, manifest, file)
        return file.getvalue()


def _session(store: Store, name: str, manifest: Manifest) -> onnxruntime.InferenceSession:
    """A session of the checked model, read from a file: from bytes it would keep them, 23 MB, for its whole life."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    with _file() as (file, path):
        if copy_checked(store, name, manifest, file, EXTERNAL):
            _refuse_external_data(path, manifest)
        try:
            return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises its own types, one per status code
            raise _no_model(manifest) from error


@contextmanager
def _file() -> Iterator[tuple[IO[bytes], str]]:
    """An unbuffered file and its path: in memory where Linux can, which costs a third of one on the disk."""
    if hasattr(os, "memfd_create"):
        with open(os.memfd_create("lectern"), "wb", buffering=0) as file:
            yield file, f"/proc/self/fd/{file.fileno()}"
    else:
        with tempfile.NamedTemporaryFile(prefix="lectern-", suffix=".onnx", buffering=0) as file:
            yield file, file.name


def _refuse_external_data(path: str, manifest: Manifest) -> None:
    try:
        if has_external_data(Path(path).read_bytes()):
            raise ReleaseRejected(f"{name_of(manifest)} refers to files outside the release.")
    except ValueError as error:
        raise _no_model(manifest) from error


def _no_model(manifest: Manifest) -> ReleaseRejected:
    return ReleaseRejected(f"{name_of(manifest)} is no model that this runtime can read.")


def read_tokenizer(data: bytes, manifest: Manifest) -> Tokenizer:
    """A release's tokenizer, which takes every text for text. Raises ReleaseRejected."""
    try:
        tokenizer = Tokenizer.from_buffer(data)
    except Exception as error:  # tokenizers raises Exception itself
        raise _no_model(manifest) from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.encode_special_tokens = True  # a student who writes [SEP] wrote five characters, not a separator
    return tokenizer

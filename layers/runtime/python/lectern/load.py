"""Stage: load. A release's files, checked byte for byte, become a model that has passed its self-test."""

import ctypes
import hashlib
import tempfile
from dataclasses import replace
from typing import Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from lectern.errors import ReleaseRejected, UnknownObject
from lectern.external_data import has_external_data
from lectern.generation.writing import WRITING, Rules, read_writing
from lectern.manifest import GoldenVector, Manifest, PinnedFile
from lectern.model import ENCODER, MODEL, TOKENIZER, Encoder, Encoding, LoadedModel
from lectern.release import Release
from lectern.store import Store


def load(store: Store, release: Release) -> LoadedModel:
    """Fetch a release's files by VersionId, check them, and prove the model on its golden vectors.

    Raises:
        ReleaseRejected: a file is gone or altered, refers to other files, is no model, or fails the self-test.
    """
    manifest = release.manifest
    model = LoadedModel(
        release,
        _session(store, MODEL, manifest),
        read_tokenizer(fetch(store, TOKENIZER, manifest), manifest),
        Encoder(_session(store, ENCODER, manifest)) if ENCODER in manifest.files else None,
        {name: fetch(store, name, manifest) for name in manifest.files.keys() - {MODEL, ENCODER, TOKENIZER}},
    )
    model = replace(model, rules=_rules(model))
    _give_back_memory()
    self_test(model)
    return model


def _rules(model: LoadedModel) -> Rules | None:
    try:
        return read_writing(model.files[WRITING]) if WRITING in model.files else None
    except ValueError as error:
        raise _no_model(model.release.manifest) from error


def prove(store: Store, release: Release) -> None:
    """See that a release is what its manifest says: by loading it, or file by file where only an endpoint could.

    Raises ReleaseRejected.
    """
    manifest = release.manifest
    if MODEL in manifest.files:
        load(store, release)
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


def self_test(model: Tested) -> None:
    """Compare the golden vectors with what this CPU answers.

    Raises:
        ReleaseRejected: a logit leaves the manifest's tolerance, or is not a number.
    """
    golden = model.release.manifest.golden
    for vector in golden.vectors:
        try:
            row = _encoding(vector)
            logits = model.infer(row)
            distance = float(np.max(np.abs(logits - np.array(vector.logits, dtype=np.float32))))
        except Exception as error:  # onnxruntime's own types; another number of labels is a ValueError
            raise ReleaseRejected(f"{_name(model.release.manifest)} can't answer its golden vectors.") from error
        if not distance <= golden.tolerance:  # also refuses NaN
            raise ReleaseRejected(
                f"{_name(model.release.manifest)} fails its golden self-test on this CPU: "
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
    pin: PinnedFile | None = manifest.files.get(name)
    if pin is None:
        raise ReleaseRejected(f"{_name(manifest)} pins no {name}.")
    try:
        data = store.get(pin.key, pin.version_id).data
    except UnknownObject as error:
        raise ReleaseRejected(f"{name} of {_name(manifest)} is gone from the store.") from error
    if len(data) != pin.size or hashlib.sha256(data).hexdigest() != pin.sha256:
        raise ReleaseRejected(f"{name} of {_name(manifest)} is not the file that the manifest pins.")
    return data


def _session(store: Store, name: str, manifest: Manifest) -> onnxruntime.InferenceSession:
    """A session of the checked model, read from a file: from bytes it would keep them, 23 MB, for its whole life."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    with tempfile.NamedTemporaryFile(prefix="lectern-", suffix=".onnx") as file:
        file.write(_embedded(fetch(store, name, manifest), manifest))
        file.flush()
        try:
            return onnxruntime.InferenceSession(file.name, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises its own types, one per status code
            raise _no_model(manifest) from error


def _give_back_memory() -> None:
    """Return to the system what reading the model left free in the heap (9 to 17 MB), where the C library can."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)


def _embedded(onnx: bytes, manifest: Manifest) -> bytes:
    """The same bytes, if they hold the whole model."""
    try:
        if has_external_data(onnx):
            raise ReleaseRejected(f"{_name(manifest)} refers to files outside the release.")
    except ValueError as error:
        raise _no_model(manifest) from error
    return onnx


def _no_model(manifest: Manifest) -> ReleaseRejected:
    return ReleaseRejected(f"{_name(manifest)} is no model that this runtime can read.")


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


def _name(manifest: Manifest) -> str:
    return f"The release {manifest.model} {manifest.version}"

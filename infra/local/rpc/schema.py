"""Message classes and the service of open_inference.proto, made when they are asked for.

The file is read here, as far as proto3 goes that it uses, into a pool of its own: no generated code to keep, and no
quarrel with a client's messages of the same names in the same process.
"""

import re
from collections import deque
from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

PACKAGE, SERVICE = "inference", "inference.GRPCInferenceService"

_FILE = Path(__file__).with_name("open_inference.proto")
_TOKEN = re.compile(r'//[^\n]*|\s+|([\w.]+|"[^"]*"|[{}()<>=;,])')
_FIELD = descriptor_pb2.FieldDescriptorProto
_NUMBERS = ("float", "double", "int32", "int64", "uint32", "uint64")
_SCALARS = {name: getattr(_FIELD, f"TYPE_{name.upper()}") for name in ("bool", "string", "bytes", *_NUMBERS)}


@cache
def service() -> Any:
    """The service's descriptor, with its methods."""
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(_Reader(_FILE.read_text("utf-8")).file().SerializeToString())
    return pool.FindServiceByName(SERVICE)


def message(name: str) -> Any:
    """The class of a message, by its name in the package."""
    return message_factory.GetMessageClass(service().file.pool.FindMessageTypeByName(f"{PACKAGE}.{name}"))


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens = deque(match[1] for match in _TOKEN.finditer(text) if match[1])

    def file(self) -> Any:
        found = descriptor_pb2.FileDescriptorProto(name=_FILE.name, package=PACKAGE, syntax="proto3")
        while self._tokens:
            kind = self._next()
            if kind == "message":
                self._message(found.message_type.add())
            elif kind == "service":
                self._service(found.service.add())
            else:
                self._until(";")
        return found

    def _service(self, found: Any) -> None:
        found.name = self._next()
        self._until("{")
        while self._next() == "rpc":
            words = self._until("}")  # Name ( Request ) returns ( Response ) {
            found.method.add(name=words[0], input_type=words[2], output_type=words[6])

    def _message(self, found: Any) -> None:
        found.name = self._next()
        self._until("{")
        while (word := self._next()) != "}":
            if word == "message":
                self._message(found.nested_type.add())
            elif word == "oneof":
                self._oneof(found)
            else:
                self._field(found, word)

    def _oneof(self, found: Any) -> None:
        found.oneof_decl.add(name=self._next())
        self._until("{")
        while (word := self._next()) != "}":
            self._field(found, word).oneof_index = len(found.oneof_decl) - 1

    def _field(self, found: Any, kind: str) -> Any:
        repeated = kind in ("repeated", "map")
        kind = self._map(found) if kind == "map" else self._next() if repeated else kind
        name, _, number, _ = (self._next() for _ in range(4))  # name = number ;
        field = found.field.add(name=name, number=int(number))
        field.label = _FIELD.LABEL_REPEATED if repeated else _FIELD.LABEL_OPTIONAL
        _set_type(field, kind)
        if kind == _ENTRY:
            entry = found.nested_type[-1]
            entry.name = field.type_name = "".join(map(str.capitalize, name.split("_"))) + kind
        return field

    def _map(self, found: Any) -> str:
        """`map` is what proto3 writes for a repeated message of keys and values."""
        entry = found.nested_type.add()
        entry.options.map_entry = True
        _, key, _, value, _ = (self._next() for _ in range(5))  # < key , value >
        for number, (name, kind) in enumerate((("key", key), ("value", value)), start=1):
            _set_type(entry.field.add(name=name, number=number, label=_FIELD.LABEL_OPTIONAL), kind)
        return _ENTRY

    def _next(self) -> str:
        return self._tokens.popleft()

    def _until(self, end: str) -> list[str]:
        words = [self._next()]
        while words[-1] != end:
            words.append(self._next())
        return words


_ENTRY = "Entry"


def _set_type(field: Any, kind: str) -> None:
    if kind in _SCALARS:
        field.type = _SCALARS[kind]
    else:
        field.type, field.type_name = _FIELD.TYPE_MESSAGE, kind

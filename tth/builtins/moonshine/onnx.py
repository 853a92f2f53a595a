"""As much of ONNX's file format as it takes to write a graph.

Source: the protocol-buffers encoding; ``onnx.proto3`` for the numbers of the fields.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

INT8, INT64, FLOAT = 3, 7, 1
"""``TensorProto.DataType``."""

IR_VERSION, OPSET = 8, 14
MICROSOFT = "com.microsoft"
"""The domain of the runtime's own operators."""

_INTEGER, _GRAPH = 2, 5


def data(field: int, payload: bytes | str) -> bytes:
    """A length-delimited field."""
    raw = payload.encode() if isinstance(payload, str) else payload
    return _varint(field << 3 | 2) + _varint(len(raw)) + raw


def number(field: int, value: int) -> bytes:
    """A field that holds an integer."""
    return _varint(field << 3) + _varint(value & (1 << 64) - 1)


def real(field: int, value: float) -> bytes:
    """A field that holds a float."""
    return _varint(field << 3 | 5) + struct.pack("<f", value)


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])


def node(op: str, inputs: Iterable[str], outputs: Iterable[str], attributes: bytes = b"", domain: str = "") -> bytes:
    """``GraphProto.node``."""
    named = [*(data(1, name) for name in inputs), *(data(2, name) for name in outputs)]
    return data(1, b"".join([*named, data(4, op), attributes, data(7, domain)]))


def attribute(name: str, kind: int, value: bytes) -> bytes:
    """``NodeProto.attribute`` of that ``AttributeType``, its value as a field."""
    return data(5, data(1, name) + number(20, kind) + value)


def integer(name: str, value: int) -> bytes:
    """An attribute that is an integer."""
    return attribute(name, _INTEGER, number(3, value))


def subgraph(name: str, graph: bytes) -> bytes:
    """An attribute that is a graph."""
    return attribute(name, _GRAPH, data(6, graph))


def tensor(name: str, shape: Sequence[int], kind: int, raw: bytes) -> bytes:
    """``GraphProto.initializer``, and as it happens ``AttributeProto.t`` too."""
    return data(5, b"".join([*(number(1, size) for size in shape), number(2, kind), data(8, name), data(9, raw)]))


def value(name: str, kind: int, shape: Sequence[int | str]) -> bytes:
    """A ``ValueInfoProto``; a size that is not known has a name."""
    sizes = (data(1, data(2, size) if isinstance(size, str) else number(1, size)) for size in shape)
    return data(1, name) + data(2, data(1, number(1, kind) + data(2, b"".join(sizes))))


def graph(nodes: Iterable[bytes], tensors: Iterable[bytes], inputs: Iterable[bytes], outputs: Iterable[bytes]) -> bytes:
    """A ``GraphProto`` of values and of what ``node`` and ``tensor`` give."""
    ends = [*(data(11, each) for each in inputs), *(data(12, each) for each in outputs)]
    return b"".join([*nodes, data(2, "graph"), *tensors, *ends])


def model(top: bytes) -> bytes:
    """A ``ModelProto``, which may use the runtime's own operators."""
    operators = data(8, number(2, OPSET)) + data(8, data(1, MICROSOFT) + number(2, 1))
    return number(1, IR_VERSION) + data(7, top) + operators

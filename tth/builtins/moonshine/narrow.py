"""The package's graphs, with matrices that stay bytes while they are worked with.

Its files hold each matrix as bytes and widen it anew, by ``Cast``, ``Mul`` and ``Add``, whenever it is used: of the
46 ms that a token takes, 36 are spent on that. Their format, the runtime's own, is run as it stands and never improved
upon. Told as ONNX, with ``DynamicQuantizeMatMul`` on the bytes in place of ``MatMul`` on what they stand for, a token
takes 4.5 ms and the model a third of the memory; of sentences in noise as many words came out right as before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from tth.builtins.moonshine import onnx

ROUNDING = 1e-3
"""How far from a whole number the byte that stands for zero may be computed to be."""


@dataclass(frozen=True, slots=True)
class _Narrow:
    """Names of the tensors that a matrix is made of: ``values * scale + offset``."""

    values: str
    scale: str = ""
    offset: str = ""


def narrowed(file: bytes) -> bytes:
    """An ONNX model that computes what ``file`` does, in the runtime's own format (``.ort``).

    Raises:
        ValueError: It holds something that is not expected of it.
    """
    from onnxruntime.tools.ort_format_model.ort_flatbuffers_py.fbs.InferenceSession import InferenceSession

    return onnx.model(_Retelling(InferenceSession.GetRootAs(file, 0).Model().Graph()).top())


class _Retelling:
    """One file's graph, and the graphs within it, written as ONNX."""

    def __init__(self, graph: Any) -> None:
        self._graph = graph
        self._tensors = {_text(tensor.Name()): tensor for tensor in _each(graph, "Initializers")}
        self._chains: dict[str, _Narrow] = {}
        self._matrices: dict[str, _Narrow] = {}
        self._follow_chains()
        self._widened = set[str]()
        self._find_widened(graph)
        self._made: dict[str, bytes] = {}

    def _follow_chains(self) -> None:
        for node in _each(self._graph, "Nodes"):
            first, *rest = _names(node, "Inputs")
            (output,) = _names(node, "Outputs")[:1]
            match _text(node.OpType()):
                case "Cast" if first in self._tensors and self._tensors[first].DataType() == onnx.INT8:
                    self._chains[output] = _Narrow(first)
                case "Mul" if first in self._chains:
                    self._chains[output] = replace(self._chains[first], scale=rest[0])
                case "Add" if first in self._chains:
                    self._matrices[output] = replace(self._chains[first], offset=rest[0])

    def _find_widened(self, graph: Any) -> None:
        """Matrices that something needs as they are: their chains stay, and the runtime walks them once, at loading."""
        for node in _each(graph, "Nodes"):
            inputs, op = _names(node, "Inputs"), _text(node.OpType())
            places = {"MatMul": [1], "Gather": [0], "Transpose": [0]}.get(op, [])
            self._widened |= {name for place, name in enumerate(inputs) if place not in places} & self._matrices.keys()
            for inner in _inner(node):
                self._find_widened(inner)

    def top(self) -> bytes:
        """The whole graph."""
        return self._written(self._graph)

    def _written(self, graph: Any) -> bytes:
        kept = {self._matrices[name] for name in self._widened}
        turned: dict[str, _Narrow] = {}
        nodes = list[bytes]()
        for node in _each(graph, "Nodes"):
            output = _names(node, "Outputs")[0]
            narrow = self._chains.get(output) or self._matrices.get(output)
            if narrow is None:
                nodes += self._rewritten(node, turned)
            elif any(narrow.values == each.values for each in kept):
                nodes.append(self._copied(node))
        tensors = [_tensor(each) for each in _each(graph, "Initializers")]
        if graph is self._graph:
            tensors += self._made.values()
        types = {_text(each.Name()): each for each in _each(graph, "NodeArgs")}
        inputs, outputs = ([_value(types[name]) for name in _names(graph, end)] for end in ("Inputs", "Outputs"))
        return onnx.graph(nodes, tensors, inputs, outputs)

    def _rewritten(self, node: Any, turned: dict[str, _Narrow]) -> Iterator[bytes]:
        inputs, (output, *_) = _names(node, "Inputs"), _names(node, "Outputs")
        known = {**self._matrices, **turned}
        match _text(node.OpType()):
            case "MatMul" if inputs[1] in known:
                yield self._product(inputs[0], known[inputs[1]], output)
            case "Gather" if inputs[0] in known:
                yield from _gathered(known[inputs[0]], inputs[1], output)
            case "Transpose" if inputs[0] in known:
                turned[output] = self._turned(known[inputs[0]])
            case _:
                yield self._copied(node)

    def _product(self, left: str, matrix: _Narrow, output: str) -> bytes:
        """``left @ matrix``; the operator wants scale and zero without dimensions."""
        scale, zero = f"{matrix.values}_scale_alone", f"{matrix.values}_zero"
        if zero not in self._made:
            step, offset = (float(self._array(name).item()) for name in (matrix.scale, matrix.offset))
            stands_for_zero = -offset / step
            if abs(stands_for_zero - round(stands_for_zero)) > ROUNDING or abs(stands_for_zero) > 127:
                raise ValueError(f"{matrix.values}: no byte stands for zero")
            self._made[scale] = onnx.tensor(scale, (), onnx.FLOAT, np.float32(step).tobytes())
            self._made[zero] = onnx.tensor(zero, (), onnx.INT8, np.int8(round(stands_for_zero)).tobytes())
        return onnx.node("DynamicQuantizeMatMul", [left, matrix.values, scale, zero], [output], domain=onnx.MICROSOFT)

    def _turned(self, matrix: _Narrow) -> _Narrow:
        name = f"{matrix.values}_turned"
        values = self._array(matrix.values)
        if values.ndim != 2:
            raise ValueError(f"{matrix.values} is no matrix")
        self._made[name] = onnx.tensor(name, values.shape[::-1], onnx.INT8, np.ascontiguousarray(values.T).tobytes())
        return replace(matrix, values=name)

    def _array(self, name: str) -> npt.NDArray[Any]:
        tensor = self._tensors[name]
        kind = {onnx.INT8: np.int8, onnx.FLOAT: np.float32}[tensor.DataType()]
        values: npt.NDArray[Any] = tensor.RawDataAsNumpy().view(kind)
        return values.reshape([tensor.Dims(place) for place in range(tensor.DimsLength())])

    def _copied(self, node: Any) -> bytes:
        attributes = b"".join(self._attribute(each) for each in _each(node, "Attributes"))
        op, domain = _text(node.OpType()), _text(node.Domain())
        return onnx.node(op, _names(node, "Inputs"), _names(node, "Outputs"), attributes, domain)

    def _attribute(self, given: Any) -> bytes:
        name = _text(given.Name())
        match given.Type():
            case 1:
                value = onnx.real(2, given.F())
            case 2:
                value = onnx.number(3, given.I())
            case 3:
                value = onnx.data(4, given.S())
            case 4:
                value = _tensor(given.T())
            case 5:
                return onnx.subgraph(name, self._written(given.G()))
            case 7:
                value = b"".join(onnx.number(8, given.Ints(place)) for place in range(given.IntsLength()))
            case kind:
                raise ValueError(f"the attribute {name} is of the unknown kind {kind}")
        return onnx.attribute(name, given.Type(), value)


def _gathered(matrix: _Narrow, places: str, output: str) -> Iterator[bytes]:
    """Rows of ``matrix``, of which only those are widened."""
    rows, wide, scaled = (f"{output}_{stage}" for stage in ("rows", "wide", "scaled"))
    yield onnx.node("Gather", [matrix.values, places], [rows])
    yield onnx.node("Cast", [rows], [wide], onnx.integer("to", onnx.FLOAT))
    yield onnx.node("Mul", [wide, matrix.scale], [scaled])
    yield onnx.node("Add", [scaled, matrix.offset], [output])


def _tensor(given: Any) -> bytes:
    raw = b"" if given.RawDataIsNone() else given.RawDataAsNumpy().tobytes()
    shape = [given.Dims(place) for place in range(given.DimsLength())]
    return onnx.tensor(_text(given.Name()), shape, given.DataType(), raw)


def _value(given: Any) -> bytes:
    from onnxruntime.tools.ort_format_model.ort_flatbuffers_py.fbs.TensorTypeAndShape import TensorTypeAndShape

    table, kind = given.Type().Value(), TensorTypeAndShape()
    kind.Init(table.Bytes, table.Pos)
    sizes = [size.Value() for size in _each(kind.Shape(), "Dim")]
    shape = [_text(size.DimParam()) if size.DimParam() else size.DimValue() for size in sizes]
    return onnx.value(_text(given.Name()), kind.ElemType(), shape)


def _inner(node: Any) -> Iterator[Any]:
    for attribute in _each(node, "Attributes"):
        if (graph := attribute.G()) is not None:
            yield graph


def _each(table: Any, field: str) -> Iterator[Any]:
    """The entries of a vector of the file."""
    entry = getattr(table, field)
    return (entry(place) for place in range(getattr(table, f"{field}Length")()))


def _names(table: Any, field: str) -> list[str]:
    return [_text(name) for name in _each(table, field)]


def _text(raw: bytes | None) -> str:
    return "" if raw is None else raw.decode()

"""Nodes of an ONNX graph as a kind of value: each operation becomes one node, whose output has a name."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from ..field.ops import Ops, Value


@dataclass(frozen=True, eq=False)
class OnnxValue:
    """A tensor of the graph; arithmetic on it adds nodes, comparisons give tensors of truth."""

    ops: OnnxOps
    name: str

    def __add__(self, other: Value) -> OnnxValue:
        return self.ops.node("Add", self, other)

    def __radd__(self, other: Value) -> OnnxValue:
        return self.ops.node("Add", other, self)

    def __sub__(self, other: Value) -> OnnxValue:
        return self.ops.node("Sub", self, other)

    def __rsub__(self, other: Value) -> OnnxValue:
        return self.ops.node("Sub", other, self)

    def __mul__(self, other: Value) -> OnnxValue:
        return self.ops.node("Mul", self, other)

    def __rmul__(self, other: Value) -> OnnxValue:
        return self.ops.node("Mul", other, self)

    def __truediv__(self, other: Value) -> OnnxValue:
        return self.ops.node("Div", self, other)

    def __rtruediv__(self, other: Value) -> OnnxValue:
        return self.ops.node("Div", other, self)

    def __neg__(self) -> OnnxValue:
        return self.ops.node("Neg", self)

    def __lt__(self, other: Value) -> OnnxValue:
        return self.ops.node("Less", self, other)

    def __le__(self, other: Value) -> OnnxValue:
        return self.ops.node("LessOrEqual", self, other)

    def __gt__(self, other: Value) -> OnnxValue:
        return self.ops.node("Greater", self, other)

    def __ge__(self, other: Value) -> OnnxValue:
        return self.ops.node("GreaterOrEqual", self, other)


class OnnxOps(Ops):
    """Float32 tensors of a graph that grows: `nodes` and `tensors`, its constants, are those so far."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.tensors: dict[str, TensorProto] = {}
        self._split: set[str] = set()  # names of values whose columns are there

    def node(self, kind: str, *inputs: Value, output: str = "", **attributes: Any) -> OnnxValue:
        """A new node's output. Inputs may be plain numbers, and names of the graph's inputs and tensors."""
        names = [self._name(value) for value in inputs]
        name = output or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, names, [name], **attributes))
        return OnnxValue(self, name)

    def tensor(self, name: str, values: NDArray[Any]) -> OnnxValue:
        """A constant of the graph."""
        if name not in self.tensors:
            self.tensors[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return OnnxValue(self, name)

    def columns(self, value: OnnxValue, count: int) -> list[OnnxValue]:
        """The columns, each of shape (n, 1), of a matrix of so many."""
        if count == 1:
            return [value]
        names = [f"{value.name}_{i}" for i in range(count)]
        if value.name not in self._split:
            self._split.add(value.name)
            sizes = self.tensor(f"ones_{count}", np.ones(count, np.int64))
            self.nodes.append(helper.make_node("Split", [value.name, sizes.name], names, axis=1))
        return [OnnxValue(self, name) for name in names]

    def join(self, values: Sequence[Value], output: str = "") -> OnnxValue:
        """Columns side by side."""
        return self.node("Concat", *values, output=output, axis=1)

    def _name(self, value: Value) -> str:
        if isinstance(value, OnnxValue):
            return value.name
        if isinstance(value, str):
            return value
        number = np.float32(value)
        # adding nothing to it takes the sign off a zero, and none of its name
        return self.tensor(f"constant_{number + 0.0!s}", np.array(number)).name

    def where(self, condition: Value, yes: Value, no: Value) -> Value:
        if not isinstance(condition, OnnxValue):  # of constants
            return yes if condition else no
        return self.node("Where", condition, yes, no)

    def abs(self, x: Value) -> Value:
        return self.node("Abs", x)

    def floor(self, x: Value) -> Value:
        return self.node("Floor", x)

    def round(self, x: Value) -> Value:
        return self.node("Round", x)

    def sqrt(self, x: Value) -> Value:
        return self.node("Sqrt", x)

    def exp(self, x: Value) -> Value:
        return self.node("Exp", x)

    def log(self, x: Value) -> Value:
        return self.node("Log", x)

    def sin(self, x: Value) -> Value:
        return self.node("Sin", x)

    def cos(self, x: Value) -> Value:
        return self.node("Cos", x)

    def tanh(self, x: Value) -> Value:
        return self.node("Tanh", x)

    def erf(self, x: Value) -> Value:
        return self.node("Erf", x)

    def atan2(self, y: Value, x: Value) -> Value:
        # ONNX has the angle of a slope only: that of the smaller side over the larger, put into the right octant
        down, across = self.abs(y), self.abs(x)
        larger = self.max(down, across)
        slope = self.where(larger > 0.0, self.min(across, down) / larger, larger)
        angle = self.node("Atan", slope)
        angle = self.where(down > across, math.pi / 2 - angle, angle)
        angle = self.where(x < 0.0, math.pi - angle, angle)
        return self.where(y < 0.0, -angle, angle)

    def lookup(self, table: Value, t: Value) -> Value:
        """`table`: a constant of one dimension, as `tensor` gives it."""
        length = self.tensors[table.name].dims[0]
        at = (length - 1.0) * t
        left = self.min(self.floor(at), length - 2.0)
        before, after = (
            self.node("Gather", table, self.node("Cast", index, to=TensorProto.INT64)) for index in (left, left + 1.0)
        )
        return before + (at - left) * (after - before)

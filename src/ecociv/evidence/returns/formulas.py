"""The language of the rules of a form: cells, numbers, + - * / ( ), one comparison, ``abs min max sum previous``.

A formula is read once into a small tree; nothing of Python runs. Units are followed through it: figures of one
dimension are converted, figures of two dimensions are refused when the form is read. A bare number takes the unit of
what it stands beside, so ``gdp >= 0`` needs no unit.

>>> rule = parse("use.total == use.industry + use.domestic")
>>> sorted(rule.cells)
['use.domestic', 'use.industry', 'use.total']
>>> values = {"use.total": Decimal(10), "use.industry": Decimal(4), "use.domestic": Decimal(6)}
>>> units = dict.fromkeys(values, "wan_m3")
>>> left, right = rule.sides(lambda key, before: values[key], units)
>>> left.number, right.number, rule.holds(left, right, Decimal(0))
(Decimal('10'), Decimal('10'), True)
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, DivisionByZero, InvalidOperation, localcontext
from typing import Literal

from ecociv.core.missing import Missing
from ecociv.core.quantities import UnitError, convert, same_dimension

Lookup = Callable[[str, bool], "Decimal | Missing | None"]
"""The figure of a cell; with true, that of the period before. None where nobody gave one."""


class FormulaError(ValueError):
    """A formula cannot be read, names a cell that is not there, or mixes units that do not agree."""


class Absent(Exception):
    """A cell that the formula needs has no figure."""

    def __init__(self, cell: str, before: bool, kind: Missing | None) -> None:
        super().__init__(cell)
        self.cell, self.before, self.kind = cell, before, kind


class DividedByZero(Exception):
    """A divisor is zero, so the formula has no value."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit; ``None`` is a bare number, which takes the unit of what it stands beside."""

    number: Decimal
    unit: str | None

    def in_unit(self, unit: str | None) -> Decimal:
        """The number in another unit of the same dimension."""
        if unit is None or self.unit is None or unit == self.unit:
            return self.number
        return convert(self.number, self.unit, unit)


Comparison = Literal["==", "<=", ">=", "<", ">"]
_COMPARISONS: dict[type[ast.cmpop], Comparison] = {
    ast.Eq: "==",
    ast.LtE: "<=",
    ast.GtE: ">=",
    ast.Lt: "<",
    ast.Gt: ">",
}
_FUNCTIONS = {"abs", "min", "max", "sum", "previous"}
_SIGNS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


@dataclass(frozen=True, slots=True)
class _Number:
    value: Decimal


@dataclass(frozen=True, slots=True)
class _Cell:
    key: str
    before: bool


@dataclass(frozen=True, slots=True)
class _Operation:
    sign: str
    left: _Node
    right: _Node


@dataclass(frozen=True, slots=True)
class _Call:
    name: str
    parts: tuple[_Node, ...]


_Node = _Number | _Cell | _Operation | _Call


@dataclass(frozen=True, slots=True)
class Formula:
    """A rule as a comparison of two sides."""

    written: str
    left: _Node
    sign: Comparison
    right: _Node

    @property
    def cells(self) -> frozenset[str]:
        """Keys of the cells it names, of this period or the one before."""
        return frozenset(
            node.key for side in (self.left, self.right) for node in _walk(side) if isinstance(node, _Cell)
        )

    @property
    def looks_back(self) -> bool:
        """Whether it needs figures of the period before."""
        return any(isinstance(n, _Cell) and n.before for side in (self.left, self.right) for n in _walk(side))

    def check(self, units: Mapping[str, str]) -> str | None:
        """The unit of the comparison (none for bare numbers), by the units of the cells.

        Raises
        ------
        FormulaError
            For an unknown cell, and for units that do not agree.
        """
        if unknown := sorted(self.cells - set(units)):
            raise FormulaError(f"{', '.join(unknown)} is no cell of this form; there are: {', '.join(units)}")
        return _joined(_unit(self.left, units), _unit(self.right, units), f"the two sides of {self.sign}")

    def sides(self, lookup: Lookup, units: Mapping[str, str]) -> tuple[Figure, Figure]:
        """Both sides as figures, the right one in the unit of the left.

        Raises
        ------
        Absent
            When a cell has no figure; the first one in reading order.
        DividedByZero
            When a divisor is zero.
        """
        left, right = _value(self.left, lookup, units), _value(self.right, lookup, units)
        unit = left.unit or right.unit
        return Figure(left.in_unit(unit), unit), Figure(right.in_unit(unit), unit)

    def holds(self, left: Figure, right: Figure, tolerance: Decimal) -> bool:
        """Whether the comparison holds when the sides may differ by ``tolerance`` in the wrong direction."""
        difference = left.number - right.in_unit(left.unit)
        return {
            "==": abs(difference) <= tolerance,
            "<=": difference <= tolerance,
            ">=": -difference <= tolerance,
            "<": difference < tolerance if tolerance else difference < 0,
            ">": -difference < tolerance if tolerance else difference > 0,
        }[self.sign]


def parse(written: str) -> Formula:
    """Read a formula.

    Raises
    ------
    FormulaError
        Saying which part is not of the language.

    Examples
    --------
    >>> parse("__import__('os') == 1")
    Traceback (most recent call last):
    ...
    ecociv.evidence.returns.formulas.FormulaError: __import__ is no function of the rules; there are: abs, max, min, previous, sum
    """
    try:
        tree = ast.parse(written.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise FormulaError(f"{written!r} cannot be read as a rule: {getattr(error, 'msg', error)}") from error
    if not isinstance(tree, ast.Compare):
        raise FormulaError(f"{written!r} compares nothing; a rule has one of == <= >= < >")
    if len(tree.ops) != 1:
        raise FormulaError(f"{written!r} compares more than once; make two rules of it")
    sign = _COMPARISONS.get(type(tree.ops[0]))
    if sign is None:
        raise FormulaError(f"{written!r} uses another comparison than == <= >= < >")
    return Formula(written, _read(tree.left), sign, _read(tree.comparators[0]))


def _read(node: ast.expr) -> _Node:
    if (
        isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
    ):
        number = Decimal(str(node.value))
        if not number.is_finite():
            raise FormulaError(f"{node.value} is no number")
        return _Number(number)
    if isinstance(node, ast.Name | ast.Attribute):
        return _Cell(_dotted(node), before=False)
    if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
        return _Operation(_SIGNS[type(node.op)], _read(node.left), _read(node.right))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        inner = _read(node.operand)
        return _Operation("-", _Number(Decimal(0)), inner) if isinstance(node.op, ast.USub) else inner
    if isinstance(node, ast.Call):
        return _call(node)
    raise FormulaError(
        f"{ast.unparse(node)!r} is not of the rules' language: cells, numbers, + - * / ( ) and functions"
    )


def _call(node: ast.Call) -> _Node:
    name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
    if name not in _FUNCTIONS:
        raise FormulaError(f"{name} is no function of the rules; there are: {', '.join(sorted(_FUNCTIONS))}")
    if node.keywords or not node.args:
        raise FormulaError(f"{name} takes its arguments in brackets, separated by commas")
    if name == "previous":
        if len(node.args) != 1 or not isinstance(node.args[0], ast.Name | ast.Attribute):
            raise FormulaError("previous takes one cell, as in previous(use.total)")
        return _Cell(_dotted(node.args[0]), before=True)
    if name == "abs" and len(node.args) != 1:
        raise FormulaError("abs takes one argument")
    return _Call(name, tuple(_read(each) for each in node.args))


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    raise FormulaError(f"{ast.unparse(node)!r} names no cell")


def _walk(node: _Node) -> list[_Node]:
    if isinstance(node, _Operation):
        return [node, *_walk(node.left), *_walk(node.right)]
    if isinstance(node, _Call):
        return [node, *(inner for part in node.parts for inner in _walk(part))]
    return [node]


def _joined(left: str | None, right: str | None, what: str) -> str | None:
    if left is None or right is None:
        return left or right
    try:
        agree = same_dimension(left, right)
    except UnitError as error:
        raise FormulaError(str(error)) from error
    if not agree:
        raise FormulaError(f"units do not agree: {what} are in {left} and {right}")
    return left


def _unit(node: _Node, units: Mapping[str, str]) -> str | None:
    if isinstance(node, _Number):
        return None
    if isinstance(node, _Cell):
        return units[node.key]
    if isinstance(node, _Call):
        found: str | None = None
        for part in node.parts:
            found = _joined(found, _unit(part, units), f"the arguments of {node.name}")
        return found
    left, right = _unit(node.left, units), _unit(node.right, units)
    if node.sign in "+-":
        return _joined(left, right, f"the two sides of {node.sign}")
    return _combined(left, node.sign, right)


def _combined(left: str | None, sign: str, right: str | None) -> str | None:
    """Unit of a product or quotient. Figures of one unit divided are a bare share; what is unlike stays written out."""
    if right is None:
        return left
    if left is None:
        return right if sign == "*" else f"1 / ({right})"
    if sign == "/" and left == right:
        return "1"
    return f"({left}) {sign} ({right})"


def _value(node: _Node, lookup: Lookup, units: Mapping[str, str]) -> Figure:
    if isinstance(node, _Number):
        return Figure(node.value, None)
    if isinstance(node, _Cell):
        found = lookup(node.key, node.before)
        if not isinstance(found, Decimal):
            raise Absent(node.key, node.before, found)
        return Figure(found, units[node.key])
    if isinstance(node, _Call):
        return _called(node, [_value(part, lookup, units) for part in node.parts])
    left, right = _value(node.left, lookup, units), _value(node.right, lookup, units)
    if node.sign in "+-":
        unit = left.unit or right.unit
        a, b = left.in_unit(unit), right.in_unit(unit)
        return Figure(a + b if node.sign == "+" else a - b, unit)
    unit = _combined(left.unit, node.sign, right.unit)
    if node.sign == "*":
        return Figure(left.number * right.number, unit)
    with localcontext() as context:
        context.prec = 28
        try:
            return Figure(left.number / right.number, unit)
        except (DivisionByZero, InvalidOperation) as error:
            raise DividedByZero from error


def _called(node: _Call, parts: list[Figure]) -> Figure:
    unit = next((part.unit for part in parts if part.unit is not None), None)
    numbers = [part.in_unit(unit) for part in parts]
    if node.name == "abs":
        return Figure(abs(numbers[0]), unit)
    if node.name == "sum":
        return Figure(sum(numbers, Decimal(0)), unit)
    return Figure(min(numbers) if node.name == "min" else max(numbers), unit)

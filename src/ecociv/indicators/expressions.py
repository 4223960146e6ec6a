"""Formulas of derivations: arithmetic on named quantities, checked for its units before any figure is known.

The language is names, numbers, ``+ - * / ( )`` and ``sum(...)``; nothing else can be written, so a formula that an
office edits can do no harm. Names are the inputs of the derivation. Arithmetic is on exact fractions: a figure is
rounded once, when it is published.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from ecociv.core.quantities import UnitError, check_unit, units

_OPERATIONS = (ast.Add, ast.Sub, ast.Mult, ast.Div)


class FormulaError(ValueError):
    """A formula cannot be read, names something that is not there, or does not give the unit declared."""


class DividedByZero(ArithmeticError):
    """The denominator of a formula is zero: the quotient has no value."""


@dataclass(frozen=True)
class Expression:
    """A formula that was read.

    Examples
    --------
    >>> share = Expression.parse("used / (made + stock) ")
    >>> sorted(share.names)
    ['made', 'stock', 'used']
    >>> share.evaluate({"used": Fraction(3), "made": Fraction(4), "stock": Fraction(2)})
    Fraction(1, 2)
    >>> Expression.parse("gdp / people").check_units({"gdp": "wan_yuan", "people": "person"}, "yuan / person")
    >>> Expression.parse("gdp + people").check_units({"gdp": "wan_yuan", "people": "person"}, "wan_yuan")
    Traceback (most recent call last):
        ...
    ecociv.indicators.expressions.FormulaError: gdp + people: 'wan_yuan' and 'person' cannot be added
    """

    text: str
    body: ast.expr

    @classmethod
    def parse(cls, text: str) -> Expression:
        """Read a formula.

        Raises
        ------
        FormulaError
            With the part that is not arithmetic.
        """
        try:
            body = ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError) as error:
            raise FormulaError(
                f"{text!r} is no formula; write names, numbers, + - * / ( ) and sum()"
            ) from error
        _check(body, text)
        return cls(text.strip(), body)

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name of the formula."""
        return frozenset(
            node.id for node in ast.walk(self.body) if isinstance(node, ast.Name) and node.id != "sum"
        )

    def evaluate(self, values: Mapping[str, Fraction]) -> Fraction:
        """The value for figures by name, all in coherent units (see `evaluator`).

        Raises
        ------
        DividedByZero
            Where a denominator is zero.
        """
        return _value(self.body, values)

    def check_units(self, given: Mapping[str, str], wanted: str) -> None:
        """Check that the formula turns figures of the units given into the unit wanted.

        Parameters
        ----------
        given
            Unit of each input. Every input is used, and every name is an input.
        wanted
            Unit of the result.

        Raises
        ------
        FormulaError
            Where unlike things are added, or the result measures something else than `wanted`.
        """
        if lost := sorted(self.names - set(given)):
            raise FormulaError(f"{self.text}: {', '.join(lost)} is no input of the derivation")
        if unused := sorted(set(given) - self.names):
            raise FormulaError(f"{self.text}: the input {', '.join(unused)} is not used in the formula")
        one = {name: coherent(unit) for name, unit in given.items()}
        found = _dimension(self.body, one, given, self.text)
        if found.dimensionality != coherent(wanted).dimensionality:
            raise FormulaError(
                f"{self.text}: the formula gives {_shown(found)}, but the figure is declared in {wanted!r}"
            )


def coherent(unit: str) -> Any:
    """One of a unit in base units: its magnitude is the exact factor."""
    check_unit(unit)
    registry = units()
    return registry.Quantity(Fraction(1), _expression(unit)).to_base_units()


def _expression(unit: str) -> str:
    from ecociv.core import quantities

    return quantities._parsed(unit)


def _check(node: ast.expr, text: str) -> None:
    if isinstance(node, ast.Name):
        return
    if (
        isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
    ):
        return
    if isinstance(node, ast.BinOp) and isinstance(node.op, _OPERATIONS):
        _check(node.left, text)
        _check(node.right, text)
        return
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        _check(node.operand, text)
        return
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "sum"
        and node.args
        and not node.keywords
    ):
        for part in node.args:
            _check(part, text)
        return
    raise FormulaError(
        f"{text}: {ast.unparse(node)!r} is not allowed; write names, numbers, + - * / ( ) and sum()"
    )


def _value(node: ast.expr, values: Mapping[str, Fraction]) -> Fraction:
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.Constant):
        return Fraction(str(node.value))
    if isinstance(node, ast.UnaryOp):
        inner = _value(node.operand, values)
        return -inner if isinstance(node.op, ast.USub) else inner
    if isinstance(node, ast.Call):
        return sum((_value(part, values) for part in node.args), Fraction(0))
    assert isinstance(node, ast.BinOp)
    left, right = _value(node.left, values), _value(node.right, values)
    if isinstance(node.op, ast.Add):
        return left + right
    if isinstance(node.op, ast.Sub):
        return left - right
    if isinstance(node.op, ast.Mult):
        return left * right
    if right == 0:
        raise DividedByZero(ast.unparse(node.right))
    return left / right


def _dimension(node: ast.expr, one: Mapping[str, Any], given: Mapping[str, str], text: str) -> Any:
    """The formula evaluated on one of each input: Pint says what it measures."""
    if isinstance(node, ast.Name):
        return one[node.id]
    if isinstance(node, ast.Constant):
        return units().Quantity(Fraction(str(node.value)), "")
    if isinstance(node, ast.UnaryOp):
        return _dimension(node.operand, one, given, text)
    if isinstance(node, ast.Call):
        parts = [_dimension(part, one, given, text) for part in node.args]
        for part, written in zip(parts[1:], node.args[1:], strict=True):
            _same(parts[0], part, node.args[0], written, given, text)
        return parts[0]
    assert isinstance(node, ast.BinOp)
    left, right = (_dimension(part, one, given, text) for part in (node.left, node.right))
    if isinstance(node.op, ast.Add | ast.Sub):
        _same(left, right, node.left, node.right, given, text)
        return left
    return left * right if isinstance(node.op, ast.Mult) else left / right


def _same(
    left: Any, right: Any, first: ast.expr, second: ast.expr, given: Mapping[str, str], text: str
) -> None:
    if left.dimensionality != right.dimensionality:
        a, b = (
            given.get(node.id, "1") if isinstance(node, ast.Name) else ast.unparse(node)
            for node in (first, second)
        )
        raise FormulaError(f"{text}: {a!r} and {b!r} cannot be added")


def _shown(quantity: Any) -> str:
    return f"{dict(quantity.dimensionality)}" if quantity.dimensionality else "a bare number"


def evaluator(expression: Expression, given: Mapping[str, str], wanted: str) -> Evaluator:
    """A formula made ready for figures in their own units: units are checked here, once.

    Examples
    --------
    >>> rate = evaluator(Expression.parse("a / (a + b)"), {"a": "wan_m3", "b": "m3"}, "percent")
    >>> rate({"a": Fraction(1), "b": Fraction(30000)})
    Fraction(25, 1)
    """
    expression.check_units(given, wanted)
    factors = {name: Fraction(coherent(unit).magnitude) for name, unit in given.items()}
    return Evaluator(expression, factors, Fraction(coherent(wanted).magnitude))


@dataclass(frozen=True)
class Evaluator:
    """Turns figures into base units, evaluates, and turns the result into the unit wanted."""

    expression: Expression
    factors: Mapping[str, Fraction]
    target: Fraction

    def __call__(self, values: Mapping[str, Fraction]) -> Fraction:
        based = {name: value * self.factors[name] for name, value in values.items()}
        return self.expression.evaluate(based) / self.target


def quantity(text: str) -> tuple[Fraction, str]:
    """A constant with its unit.

    >>> quantity("1 tonne/m3"), quantity("0.5")
    ((Fraction(1, 1), 'tonne/m3'), (Fraction(1, 2), '1'))
    """
    number, _, unit = text.strip().partition(" ")
    try:
        value = Fraction(number)
    except ValueError as error:
        raise FormulaError(
            f"{text!r} is no constant; write a number and a unit, such as '1 tonne/m3'"
        ) from error
    try:
        return value, check_unit(unit.strip() or "1")
    except UnitError as error:
        raise FormulaError(str(error)) from error

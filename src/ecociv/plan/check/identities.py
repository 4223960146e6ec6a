"""Identities across indicators: what several of them imply together, and whether they agree.

A printed figure stands for every value that rounds to it, so each is an interval; only intervals that do not
touch are a finding. This keeps rounding from being taken for a contradiction.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ecociv.core.text import Text
from ecociv.plan.check.figures import figure_of
from ecociv.plan.check.findings import Figure, Finding, Severity, plain
from ecociv.plan.package import ZonePackage
from ecociv.plan.package.zone import Identity

_REFERENCE = re.compile(r"\[([\w.]+)\]")
_HALF = Decimal("0.5")


@dataclass(frozen=True)
class Interval:
    """All values that a printed figure, or a formula over printed figures, may stand for.

    >>> a = Interval.of_printed(Decimal("8.45")); (str(a.low), str(a.high))
    ('8.445', '8.455')
    >>> (a / Interval.of_printed(Decimal("15.6"))).middle.quantize(Decimal("0.0001"))
    Decimal('0.5417')
    """

    low: Decimal
    high: Decimal
    middle: Decimal

    @classmethod
    def of_printed(cls, value: Decimal) -> Interval:
        """The interval of a printed figure: half a unit of its last digit to either side."""
        exponent = value.as_tuple().exponent
        assert isinstance(exponent, int)
        half = _HALF.scaleb(min(exponent, 0))
        return cls(value - half, value + half, value)

    @classmethod
    def exact(cls, value: Decimal) -> Interval:
        """A constant."""
        return cls(value, value, value)

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.low + other.low, self.high + other.high, self.middle + other.middle)

    def __sub__(self, other: Interval) -> Interval:
        return Interval(self.low - other.high, self.high - other.low, self.middle - other.middle)

    def __mul__(self, other: Interval) -> Interval:
        ends = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(ends), max(ends), self.middle * other.middle)

    def __truediv__(self, other: Interval) -> Interval:
        if other.low <= 0 <= other.high:
            raise ZeroDivisionError("the divisor may be zero within its rounding")
        ends = [a / b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(ends), max(ends), self.middle / other.middle)

    def touches(self, other: Interval) -> bool:
        """Whether some value lies in both."""
        return self.low <= other.high and other.low <= self.high


class FormulaError(ValueError):
    """A formula that is not plain arithmetic over ``[series]`` references and declared names."""


def series_in(formula: str) -> tuple[str, ...]:
    """Keys of the series that a formula refers to, in order.

    >>> series_in("([27] + [7]) / area")
    ('27', '7')
    """
    return tuple(dict.fromkeys(_REFERENCE.findall(formula)))


def evaluate(formula: str, values: Mapping[str, Interval], names: Mapping[str, Decimal]) -> Interval:
    """The interval of a formula.

    Raises
    ------
    FormulaError
        When the formula holds anything but numbers, + - * /, brackets, series and declared names.
    """
    code = _REFERENCE.sub(lambda found: f"series_{found.group(1).replace('.', '_')}", formula)
    known = {f"series_{key.replace('.', '_')}": value for key, value in values.items()}
    known |= {name: Interval.exact(value) for name, value in names.items()}
    try:
        return _evaluate(ast.parse(code, mode="eval").body, known)
    except (SyntaxError, KeyError) as error:
        raise FormulaError(f"the formula {formula!r} cannot be read: {error}") from error


def _evaluate(node: ast.expr, known: Mapping[str, Interval]) -> Interval:
    match node:
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _evaluate(left, known) + _evaluate(right, known)
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return _evaluate(left, known) - _evaluate(right, known)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _evaluate(left, known) * _evaluate(right, known)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return _evaluate(left, known) / _evaluate(right, known)
        case ast.Constant(value=int() | float() as value):
            return Interval.exact(Decimal(str(value)))
        case ast.Name(id=name):
            return known[name]
    raise FormulaError(
        f"only numbers, + - * /, brackets and names may stand in a formula, not {ast.dump(node)}"
    )


def identities(package: ZonePackage) -> Iterator[Finding]:
    """Every declared identity that the plan's own figures do not satisfy."""
    names = {"area": package.zone.area.value}
    for identity in package.zone.identities:
        yield from _check(package, identity, names)


def _check(package: ZonePackage, identity: Identity, names: Mapping[str, Decimal]) -> Iterator[Finding]:
    keys = tuple(dict.fromkeys(key for side in identity.sides for key in series_in(side.formula)))
    by_year = {
        year: figures
        for year in _years(package)
        if len(figures := _figures(package, keys, year)) == len(keys)
    }
    sides: list[dict[int, Interval]] = []
    for side in identity.sides:
        values = {year: evaluate(side.formula, figures, names) for year, figures in by_year.items()}
        if identity.relative_to_base:
            base = values.pop(package.zone.base_year, None)
            values = {} if base is None else {year: value / base for year, value in values.items()}
        sides.append(values)
    broken = sorted({year for year in sides[0] if _broken(identity, sides, year)})
    if not broken:
        return
    numbers = sorted({package.series(key)[0].number for key in keys})
    places = tuple(f"indicator:{number}" for number in numbers)
    digits = Decimal(1).scaleb(-identity.digits)
    shown_zh, shown_en, figures_shown = [], [], []
    years = sorted(sides[0]) if identity.kind == "constant" else broken
    for year in years:
        parts = [
            (side, values[year].middle.quantize(digits))
            for side, values in zip(identity.sides, sides, strict=True)
        ]
        shown_zh.append(
            f"{year}年"
            + "，".join(f"{side.name.zh}为{plain(value)}{identity.unit_label.zh}" for side, value in parts)
        )
        shown_en.append(
            f"{year}: "
            + ", ".join(
                f"{side.name.en} {plain(value)} {identity.unit_label.en}".rstrip() for side, value in parts
            )
        )
        figures_shown += [
            Figure(
                "+".join(f"indicator:{package.series(key)[0].number}" for key in series_in(side.formula)),
                f"{year}: {plain(value)}",
                identity.unit_label.zh,
            )
            for side, value in parts
        ]
    yield Finding(
        "identity",
        Severity(identity.severity),
        places,
        Text(
            zh=f"{identity.title.zh}：{'；'.join(shown_zh)}。{identity.meaning.zh}",
            en=f"{identity.title.en}: {'; '.join(shown_en)}. {identity.meaning.en}",
        ),
        tuple(figures_shown),
    )


def _broken(identity: Identity, sides: list[dict[int, Interval]], year: int) -> bool:
    first = sides[0][year]
    match identity.kind:
        case "agree":
            return not first.touches(sides[1][year])
        case "constant":
            return any(not first.touches(other) for other in sides[0].values())
        case "at-most":
            assert identity.high is not None
            return first.low > identity.high
        case _:
            assert identity.low is not None and identity.high is not None
            return first.low > identity.high or first.high < identity.low


def _years(package: ZonePackage) -> tuple[int, ...]:
    return (package.zone.base_year, *package.zone.milestones)


def _figures(package: ZonePackage, keys: tuple[str, ...], year: int) -> dict[str, Interval]:
    found: dict[str, Interval] = {}
    for key in keys:
        _, series = package.series(key)
        value = (
            series.baseline_value
            if year == package.zone.base_year
            else figure_of(series.targets.get(year, {}))
        )
        if isinstance(value, Decimal):
            found[key] = Interval.of_printed(value)
    return found

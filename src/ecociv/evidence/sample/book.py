"""The figures of the generated returns, kept as whole numbers of their last decimal, so that sums are exact."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ecociv.core.missing import Missing
from ecociv.evidence.declared import DeclarationError
from ecociv.evidence.mapping import Places
from ecociv.evidence.returns.forms import Form

Figure = Decimal | tuple[Missing, str]
"""A number, or why there is none with the remark of the cell."""


def share_out(total: int, weights: Sequence[float], most: Sequence[int] | None = None) -> list[int]:
    """Whole numbers in proportion to the weights that add up to ``total`` exactly (largest remainders first).

    Parameters
    ----------
    most
        What each part may be at most; what does not fit goes to the others.

    Raises
    ------
    ValueError
        When the total does not fit into what the parts may be.

    >>> share_out(10, [1, 1, 1])
    [4, 3, 3]
    >>> share_out(10, [8, 1, 1], most=[5, 9, 9])
    [5, 3, 2]
    """
    if most is not None and sum(most) < total:
        raise ValueError(f"{total} does not fit into {sum(most)}")
    limits = [total] * len(weights) if most is None else list(most)
    parts: list[int] = [0] * len(weights)
    open_parts = [n for n, weight in enumerate(weights) if weight > 0]
    left = total
    while full := [
        n for n in open_parts if left * weights[n] > limits[n] * sum(weights[m] for m in open_parts)
    ]:
        for n in full:
            parts[n] = limits[n]
        open_parts = [n for n in open_parts if n not in full]
        left = total - sum(parts)
    whole = sum(weights[n] for n in open_parts)
    exact = {n: left * weights[n] / whole for n in open_parts}
    for n, value in exact.items():
        parts[n] = min(math.floor(value), limits[n])
    for n in sorted(exact, key=lambda n: (math.floor(exact[n]) - exact[n], n)) + list(range(len(parts))):
        more = min(
            1 if n in exact and parts[n] <= exact[n] else total, limits[n] - parts[n], total - sum(parts)
        )
        if more > 0 and (weights[n] > 0 or most is not None):
            parts[n] += more
    return parts


@dataclass(slots=True)
class Book:
    """Figures by form, place, year and cell."""

    forms: Mapping[str, Form]
    places: Places
    figures: dict[tuple[str, str, int], dict[str, Figure]] = field(default_factory=dict)

    @property
    def zone(self) -> str:
        """The place of the city's own returns."""
        return self.places.groups["zone"][0]

    @property
    def counties(self) -> tuple[str, ...]:
        """The county units."""
        return self.places.groups["counties"]

    def units(self, form: str, cell: str, value: float) -> int:
        """A value as a whole number of the cell's last decimal.

        Raises
        ------
        DeclarationError
            When the form has no such cell.
        """
        try:
            decimals = self.forms[form].cell(cell).decimals
        except KeyError as error:
            raise DeclarationError(f"forms/{form}.yaml:1: the generator needs the cell {cell}.") from error
        return round(float(value) * 10.0**decimals)

    def write(self, form: str, place: str, year: int, cell: str, units: int) -> None:
        """Put a figure down."""
        decimals = self.forms[form].cell(cell).decimals
        self.figures.setdefault((form, place, year), {})[cell] = Decimal(units).scaleb(-decimals)

    def put(self, form: str, place: str, year: int, cell: str, value: float) -> None:
        """Put a value down, rounded to the cell's decimals."""
        self.write(form, place, year, cell, self.units(form, cell, value))

    def city(self, form: str, year: int, cell: str, value: float) -> None:
        """Put a value of the city down."""
        self.put(form, self.zone, year, cell, value)

    def number(self, form: str, place: str, year: int, cell: str) -> Decimal:
        """A figure that was put down."""
        found = self.figures[form, place, year][cell]
        assert isinstance(found, Decimal)
        return found

    def total(self, form: str, place: str, year: int, cell: str, of: Sequence[str]) -> None:
        """Put down the sum of other cells of the same return."""
        whole = sum((self.number(form, place, year, each) for each in of), Decimal(0))
        self.figures[form, place, year][cell] = whole

    def spread(
        self,
        form: str,
        year: int,
        cell: str,
        value: float,
        weights: Sequence[float],
        *,
        within: str | None = None,
    ) -> None:
        """Put down a value of the city and what the counties have of it; they add up exactly.

        ``within`` names the cell that the county's part may not exceed.
        """
        whole = self.units(form, cell, value)
        most = (
            None
            if within is None
            else [self.units(form, cell, float(self.number(form, c, year, within))) for c in self.counties]
        )
        self.write(form, self.zone, year, cell, whole)
        for county, part in zip(self.counties, share_out(whole, weights, most), strict=True):
            self.write(form, county, year, cell, part)

    def absent(self, form: str, place: str, year: int, cell: str, kind: Missing, remark: str) -> None:
        """Say why there is no figure."""
        self.figures[form, place, year][cell] = (kind, remark)

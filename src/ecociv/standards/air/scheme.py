"""The rules of one edition of HJ 633, read from the dated parameters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Literal

from ecociv.core.text import Text
from ecociv.standards.air.pollutants import POLLUTANTS, pollutant_of
from ecociv.standards.air.steps import StepTable, step_table
from ecociv.standards.parameters import ParameterValue, parameter
from ecociv.standards.results import marks_of

Kind = Literal["hourly", "daily"]


@dataclass(frozen=True)
class IndexScheme:
    """How one edition turns concentrations into the index.

    Attributes
    ----------
    kind : {"hourly", "daily"}
        Report that the breakpoints belong to.
    breakpoints, rounding, completeness, over_range, levels, primary_above : ParameterValue
        The dated parameters in use.
    """

    kind: Kind
    breakpoints: ParameterValue
    rounding: ParameterValue
    completeness: ParameterValue
    over_range: ParameterValue
    levels: ParameterValue
    primary_above: ParameterValue

    @property
    def edition(self) -> str:
        """The edition by name."""
        return self.breakpoints.edition

    @property
    def items(self) -> tuple[str, ...]:
        """What enters the index, in the order of the table: pollutants, or ``o3_8h`` and ``o3_1h`` for ozone."""
        return tuple(item for item in self.breakpoints.table if item != "index")

    @property
    def upper_bounds(self) -> tuple[int, ...]:
        """The upper index of each level but the last."""
        return tuple(self.levels.table["upper"])

    @property
    def withheld_up_to(self) -> int | None:
        """An incomplete index is published only above this; ``None`` where it always is."""
        rule = self.completeness.table
        return int(rule["above"]) if rule["rule"] == "only-above" else None

    def decimals(self, item: str) -> int | None:
        """Decimals that a concentration is rounded to before the sub-index; ``None`` if it is not rounded."""
        rule = self.rounding.table
        return None if rule["rule"] == "none" else int(rule[pollutant_of(item)])

    def knots(self, item: str) -> tuple[tuple[float, ...], tuple[int, ...]]:
        """The breakpoints of an item and the index values that belong to them."""
        column = self.breakpoints.table[item]
        return column, self.breakpoints.table["index"][: len(column)]

    def staircase(self, item: str) -> StepTable:
        """The sub-index of an item as a look-up table."""
        column, index = self.knots(item)
        return step_table(column, index, self.decimals(item), item == "co")

    def beyond(self, item: str) -> Any:
        """The over-range rule of an item where the edition has a special one, else ``None``."""
        name = "so2_1h" if item == "so2" and self.kind == "hourly" else item
        return self.over_range.table.get(name)

    @property
    def marks(self) -> tuple[Text, ...]:
        """What was not verified against the text of the standard."""
        return marks_of(
            self.breakpoints,
            self.rounding,
            self.completeness,
            self.over_range,
            self.levels,
            self.primary_above,
        )


@lru_cache(maxsize=512)
def index_scheme(kind: Kind, on: date | None, edition: str | None) -> IndexScheme:
    """The rules in force on a day, or of an edition by name.

    Raises
    ------
    ParameterOutsideValidity
        No edition is known for the day.
    AmbiguousEdition
        Neither a day nor an edition was given, or the edition is not known.
    """
    breakpoints = parameter(f"air.breakpoints.{kind}", on=on, edition=edition)

    def rule(key: str) -> ParameterValue:
        return parameter(key, on=on, edition=breakpoints.edition)

    return IndexScheme(
        kind=kind,
        breakpoints=breakpoints,
        rounding=rule("air.rounding_before_index"),
        completeness=rule("air.completeness"),
        over_range=rule("air.over_range"),
        levels=parameter("air.levels"),
        primary_above=parameter("air.primary_above"),
    )


def check_pollutants(names: tuple[str, ...]) -> None:
    """Refuse a name that is not one of the six pollutants."""
    for name in names:
        if name not in POLLUTANTS:
            raise ValueError(f"{name!r} is not a pollutant of the index; those are {', '.join(POLLUTANTS)}.")

"""The water supply and use table of an area and year, and who passes water on to whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from ecociv.accounts.declaration import Flow, SupplyUse
from ecociv.accounts.gather.figures import Figures, Summed, flow_parts
from ecociv.core.decimals import plain
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.standards.natural_capital import WaterSupplyUse, WaterUnit, water_supply_use
from ecociv.standards.natural_capital.balance import add_up

KINDS = ("abstracted", "received", "supplied", "returned", "consumed")
KIND_NAMES = {
    "abstracted": Text(zh="取水", en="Abstracted"),
    "received": Text(zh="由其他单元获得", en="Received from others"),
    "supplied": Text(zh="供给其他单元", en="Passed on to others"),
    "returned": Text(zh="排入环境", en="Returned to the environment"),
    "consumed": Text(zh="实测耗水", en="Consumed as measured"),
}
_SIGNS = {"abstracted": "+", "received": "+", "supplied": "-", "returned": "-"}


@dataclass(frozen=True, slots=True)
class Passed:
    """Water that one unit passes on to another."""

    giver: str
    receiver: str
    figure: Decimal | None
    reason: Text | None


@dataclass(frozen=True, slots=True)
class SupplyUseTable:
    """Supply and use of water in a year.

    Attributes
    ----------
    table : WaterSupplyUse
        Consumption of each unit follows; what was measured beside it is held against it.
    figures : mapping of (unit, kind) to Summed
        Each flow with its source; a flow that a unit does not have is absent.
    """

    area: str
    year: int
    names: Mapping[str, Text]
    table: WaterSupplyUse = field(repr=False)
    figures: Mapping[tuple[str, str], Summed] = field(repr=False)
    passed: tuple[Passed, ...] = ()

    @property
    def sample(self) -> bool:
        """Whether any flow is generated."""
        return any(one.sample for one in self.figures.values())

    def total(self, kind: str) -> Decimal | None:
        """Sum of a kind of flow over the units that have it; none where one is missing."""
        amounts: list[Decimal | None] = [
            None if isinstance(one.figure, Missing) else one.figure
            for (_, each), one in self.figures.items()
            if each == kind and one.figure is not Missing.NOT_APPLICABLE
        ]
        return add_up(amounts) if amounts else None

    def trace(self) -> Trace:
        """The water consumed in all, down to the cells of the returns."""
        whole = self.table.trace()
        units = tuple(
            replace(self.table.trace(place), inputs=tuple(self._flow(key, kind) for kind in _SIGNS if (key, kind) in self.figures))
            for place, key in enumerate(self.names)
        )  # fmt: skip
        return replace(whole, inputs=units)

    def _flow(self, key: str, kind: str) -> Trace:
        name = KIND_NAMES[kind]
        label = Text(zh=f"{_SIGNS[kind]} {name.zh}", en=f"{_SIGNS[kind]} {name.en}")
        return self.figures[key, kind].trace(label, self.table.unit)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""

        def number(value: Decimal | None) -> str | None:
            return None if value is None else plain(value)

        return {
            "area": self.area,
            "year": self.year,
            "unit": self.table.unit,
            "units": {
                key: {
                    "name": name.to_mapping(),
                    **{
                        kind: {
                            "value": None if isinstance(one.figure, Missing) else plain(one.figure),
                            "missing": one.figure.value if isinstance(one.figure, Missing) else None,
                            "reason": one.reason.to_mapping() if one.reason else None,
                        }
                        for kind in KINDS
                        if (one := self.figures.get((key, kind))) is not None
                    },
                    "consumption": number(self.table.consumption.get(key)),
                    "residual": number(self.table.residual.get(key)),
                }
                for key, name in self.names.items()
            },
            "totals": {kind: number(self.total(kind)) for kind in KINDS if any(each == kind for _, each in self.figures)},
            "consumption": number(self.table.value),
            "passed_on": number(self.table.passed_on),
            "closes": self.table.verdict.ok,
            "reasons": [
                {"code": one.code, "text": one.text.to_mapping()} for one in self.table.verdict.reasons
            ],
            "sample": self.sample,
        }


def supply_use_table(declared: SupplyUse, figures: Figures, area: str, year: int) -> SupplyUseTable:
    """The table of an area and year."""
    found: dict[tuple[str, str], Summed] = {}
    units: dict[str, WaterUnit] = {}
    for key, user in declared.units.items():
        amounts: dict[str, Decimal | None] = {}
        for kind in KINDS:
            flow: Flow | None = getattr(user, kind)
            if flow is None:
                continue
            one = flow_figure(flow, figures, area, year, declared.unit)
            found[key, kind] = one
            if one.figure is not Missing.NOT_APPLICABLE:
                amounts[kind] = None if isinstance(one.figure, Missing) else one.figure
        units[key] = WaterUnit(**amounts)
    names = {key: user.name for key, user in declared.units.items()}
    table = water_supply_use(units, unit=declared.unit, tolerance=declared.tolerance, names=names)
    passed = tuple(
        Passed(giver, receiver, None if isinstance(one.figure, Missing) else one.figure, one.reason)
        for giver, receiver, flow in declared.passed
        for one in [flow_figure(flow, figures, area, year, declared.unit)]
    )
    return SupplyUseTable(area, year, names, table, found, passed)


def flow_figure(flow: Flow, figures: Figures, area: str, year: int, unit: str) -> Summed:
    """A declared flow: the cells of a return added up, or the declared absence."""
    if flow.none is not None:
        return Summed(flow.none.kind, flow.none.reason, (), sample=False)
    return figures.summed(flow_parts(figures.places, flow, area), year, unit)

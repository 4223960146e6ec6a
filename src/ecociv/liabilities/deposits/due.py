"""What a mine has to restore and to secure on a day: area x rate x factor, by the rule in force. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import TypeAdapter

from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Rounding, Trace, TraceInput, TraceParameter
from ecociv.liabilities.declaration import Costs
from ecociv.liabilities.valuation.declaration import Dated, in_force
from ecociv.standards.declared import LocalText


class Regime(Dated):
    """A rule by which restoration is secured."""

    key: Literal["deposit", "fund"]
    name: LocalText
    called: Literal["at-once", "over-term"]


@lru_cache(maxsize=1)
def regimes() -> tuple[Regime, ...]:
    """The regimes as declared beside this file."""
    content = yaml.safe_load(Path(__file__).with_name("regimes.yaml").read_text(encoding="utf-8"))
    return TypeAdapter(tuple[Regime, ...]).validate_python(content)


def regime_on(day: dt.date) -> Regime:
    """The regime in force on a day; OutsideValidity where none was declared."""
    return in_force(regimes(), day, "the security for the restoration of mines")


@dataclass(frozen=True, slots=True)
class Mine:
    """What the register says of a mine: area in m2, way of working, mineral, term of its licence."""

    key: str
    area: Decimal
    method: str
    mineral: str
    first: dt.date
    last: dt.date
    revision: int = 1
    sample: bool = False


def restoration(mine: Mine, costs: tuple[Costs, ...], day: dt.date) -> Trace:
    """What it costs to restore the mine as it stands on a day (yuan, to the fen).

    Raises
    ------
    OutsideValidity
        Where no cost was declared for the day.

    Examples
    --------
    40,000 m2 of open pit at 12 yuan, kaolin at 1.2: 40,000 x 12 x 1.2 = 576,000 yuan.
    """
    used = in_force(costs, day, "the cost of restoring mines")
    rate = used.rate[mine.method]  # type: ignore[index]
    factor = used.factor.get(mine.mineral, Decimal(1))
    return Trace(
        Text(zh="治理恢复费用", en="Cost of restoring the mine"),
        round_half_even(mine.area * rate * factor, 2),
        "yuan",
        "area * rate * factor",
        (
            TraceInput(
                Text(zh="矿区面积", en="Area of the mine"),
                mine.area,
                "m^2",
                f"mining-right:{mine.key}",
                mine.revision,
                day.isoformat(),
                sample=mine.sample,
            ),
        ),
        standard=used.cited,
        parameters=(
            TraceParameter(Text(zh="单位面积费用", en="Rate"), rate, "yuan/m^2", used.cited, used.validity),
            TraceParameter(
                Text(zh="矿种系数", en="Factor of the mineral"), factor, "1", used.cited, used.validity
            ),
        ),
        rounding=Rounding("half-even", 2),
    )


def called(mine: Mine, costs: tuple[Costs, ...], day: dt.date) -> Trace:
    """What has to have been paid in or set aside by a day (yuan, to the fen): all of it, or the share of the term.

    The first day of the term counts, and so does the last: on the last day all of it is called.
    """
    whole, regime = restoration(mine, costs, day), regime_on(day)
    assert isinstance(whole.value, Decimal)
    name = Text(zh=f"应缴存（{regime.name.zh}）", en=f"To be secured ({regime.name.en.lower()})")
    if regime.called == "at-once":
        value = whole.value if day >= mine.first else Decimal(0)
        return Trace(name, value, "yuan", "cost", (whole,), standard=regime.cited)
    term = (mine.last - mine.first).days + 1
    gone = min(max((day - mine.first).days + 1, 0), term)
    return Trace(
        name,
        round_half_even(whole.value * gone / term, 2),
        "yuan",
        "cost * days gone / days of the term",
        (
            whole,
            TraceInput(Text(zh="已过天数", en="Days gone"), gone, "day", valid=day.isoformat()),
            TraceInput(
                Text(zh="许可期天数", en="Days of the term"), term, "day", valid=f"{mine.first}..{mine.last}"
            ),
        ),
        standard=regime.cited,
        rounding=Rounding("half-even", 2),
    )

"""A formula of another kind to begin with, from what the agreement says. Pure: no Django.

What can be carried over is: items with their names, prices of a tonne, agreed concentrations as limit or baseline, and an
allowed load as concentration times design flow. The rest is left open for whoever asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ecociv.compensation.agreements.declaration import (
    FLOW,
    Exceedance,
    Index,
    Load,
    Version,
    patterns,
)
from ecociv.compensation.simulations.catalogue import editions
from ecociv.core.decimals import shortest
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.standards.compensation.loads import GRAMS_OF_TONNE, SECONDS_OF_DAY
from ecociv.standards.compensation.section import ITEMS

DAYS_OF_YEAR = 365
MONTHS_OF_YEAR = 12


def starting_formula(version: Version, kind: str, measured: Mapping[str, Text]) -> dict[str, Any]:
    """The mapping of a formula of a kind, with ``None`` for what has to be written.

    Parameters
    ----------
    measured
        Concentrations that are measured at the sections, by observed property.
    """
    agreed, names = _agreed(version), _names(version)
    formula = version.formula
    flow = getattr(formula, "flow", FLOW)
    if kind == "p-index":
        chosen = editions()[-1]
        pattern = next(
            (each.formula for each in patterns().values() if each.formula.get("coefficients") == chosen), {}
        )
        return {
            "kind": kind,
            "coefficients": chosen,
            "upstream_pays": _text(pattern.get("upstream_pays")),
            "downstream_pays": [
                {key: _text(value) for key, value in step.items()}
                for step in pattern.get("downstream_pays", [])
            ],
            "items": {
                key: {
                    "property": _property(version, key, measured),
                    "name": (names.get(key) or name).to_mapping(),
                    "baseline": _text(agreed.get(key)),
                    "design": None,
                }
                for key, name in ITEMS.items()
            },
        }
    prices = _prices(version)
    volume = tonnes_of_one_milligram(version)
    items: dict[str, dict[str, Any]] = {}
    for key, item in formula.items.items():
        name = str(key)
        price, reward = prices.get(name, (None, None))
        concentration = agreed.get(name)
        items[name] = {"property": item.property, "name": item.name.to_mapping()}
        if kind == "load":
            allowed = (
                None
                if concentration is None or volume is None
                else round_half_even(concentration * volume, 1)
            )
            items[name]["allowed"] = _text(allowed)
        else:
            items[name]["limit"] = _text(concentration)
        items[name] |= {"price": _text(price), "reward": _text(reward), "design": None}
        if kind == "exceedance":
            items[name]["steps"] = []
    return {"kind": kind, "flow": flow, "items": items} | ({"method": "load"} if kind == "exceedance" else {})


def tonnes_of_one_milligram(version: Version) -> Decimal | None:
    """Tonnes that pass in a period of settlement at 1 mg/L and the design flow of every section; none without one.

    1 mg/L at 1 m3/s are 31.536 t in a year of 365 days, a twelfth of it in a mean month.
    """
    flows = [section.design_flow for section in version.sections]
    if any(flow is None for flow in flows):
        return None
    days = Decimal(DAYS_OF_YEAR)
    if version.calendar.period == "month":
        days /= MONTHS_OF_YEAR
    return (
        sum((flow for flow in flows if flow is not None), Decimal(0)) * days * SECONDS_OF_DAY / GRAMS_OF_TONNE
    )


def _agreed(version: Version) -> dict[str, Decimal]:
    """The concentration that the agreement rests on, by item; none where a load cannot be turned into one."""
    formula = version.formula
    if isinstance(formula, Exceedance):
        return {key: item.limit for key, item in formula.items.items()}
    if isinstance(formula, Index):
        return {str(key): item.baseline for key, item in formula.items.items()}
    volume = tonnes_of_one_milligram(version)
    if volume is None:
        return {}
    return {key: round_half_even(item.allowed / volume, 3) for key, item in formula.items.items()}


def _prices(version: Version) -> dict[str, tuple[Decimal, Decimal]]:
    """Price and reward of a tonne, by item; none where the agreement has no price of a tonne."""
    formula = version.formula
    if isinstance(formula, Load) or (isinstance(formula, Exceedance) and formula.method == "load"):
        return {key: (item.price, item.reward) for key, item in formula.items.items()}
    return {}


def _names(version: Version) -> dict[str, Text]:
    return {str(key): item.name for key, item in version.formula.items.items()}


def _property(version: Version, key: str, measured: Mapping[str, Text]) -> str | None:
    for own, item in version.formula.items.items():
        if own == key:
            return item.property
    if key in measured:
        return key
    return next((name for name, words in measured.items() if words.zh == ITEMS[key].zh), None)


def _text(value: Any) -> str | None:
    return None if value is None else shortest(Decimal(str(value)))

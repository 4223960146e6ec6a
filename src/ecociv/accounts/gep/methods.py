"""The ways in which a line of the product is quantified, by name: which inputs, in which units, and the formula. Pure: no Django.

Every way takes numbers or arrays, so that the figure and its draws go through the same formula.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.standards import natural_capital as capital
from ecociv.standards.natural_capital import ServiceQuantity

Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Quantified:
    """What a formula gave: the value (a number, or an array of draws), its unit, and the arithmetic of a number."""

    value: Any
    unit: str
    trace: Trace


@dataclass(frozen=True, slots=True)
class Method:
    """A way to quantify.

    Attributes
    ----------
    inputs : dict of str to str
        Unit of each input, by name.
    optional : frozenset of str
        Inputs that may be left out.
    options : dict of str to tuple of str
        Choices of the formula, such as the type of forest.
    """

    inputs: Mapping[str, str]
    formula: Callable[..., Quantified]
    optional: frozenset[str] = frozenset()
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def _of(found: ServiceQuantity) -> Quantified:
    return Quantified(found.value, found.unit, found.trace(0 if getattr(found.value, "ndim", 0) else None))


def _then(first: Quantified, found: ServiceQuantity) -> Quantified:
    """A formula that takes the outcome of another: the second, with the first below it."""
    second = _of(found)
    return replace(second, trace=replace(second.trace, inputs=(first.trace, *second.trace.inputs[1:])))


def _soil(given: Given, options: Mapping[str, str]) -> Quantified:
    """Soil that plants keep in an area in a year: R K LS (1 - C P), times the area."""
    of_a_hectare = _of(
        capital.soil_retention(r=given["r"], k=given["k"], ls=given["ls"], c=given["c"], p=given.get("p", 1.0))
    )
    value = of_a_hectare.value * given["area"]
    shown = _first(value)
    return Quantified(
        value,
        "tonne",
        Trace(
            Text(zh="土壤保持总量", en="Soil retained in the area"),
            shown,
            "tonne",
            "A * R * K * LS * (1 - C * P)",
            (of_a_hectare.trace, TraceInput(Text(zh="面积", en="area"), _first(given["area"]), "hectare")),
        ),
    )


def _silt(given: Given, options: Mapping[str, str]) -> Quantified:
    kept = _soil(given, options)
    return _then(kept, capital.silt_avoided(kept.value, density=given["density"]))


def _nutrient(given: Given, options: Mapping[str, str]) -> Quantified:
    kept = _soil(given, options)
    return _then(kept, capital.nutrient_retained(kept.value, content=given["content"]))


def _first(value: Any) -> float:
    return float(value.flat[0]) if getattr(value, "ndim", 0) else float(value)


_SOIL = {"r": "1", "k": "1", "ls": "1", "c": "1", "p": "1", "area": "hectare"}
_FORESTS = ("conifer", "evergreen_broadleaf", "mixed", "bamboo", "shrub")

METHODS: Mapping[str, Method] = {
    "forest-runoff": Method(
        {"precipitation": "mm", "area": "m2"},
        lambda given, options: _of(capital.forest_runoff_reduction(**given, forest=options["forest"])),
        options={"forest": _FORESTS},
    ),
    "lake-storage": Method(
        {"area": "km2"},
        lambda given, options: _of(capital.lake_flood_storage(given["area"], region=options["region"])),
        options={"region": ("eastern_plain",)},
    ),
    "reservoir-storage": Method(
        {"capacity": "wan_m3"}, lambda given, options: _of(capital.reservoir_flood_storage(given["capacity"]))
    ),
    "swamp-storage": Method(
        {"area": "km2"}, lambda given, options: _of(capital.swamp_flood_storage(given["area"]))
    ),
    "silt": Method({**_SOIL, "density": "tonne / m3"}, _silt, frozenset({"p"})),
    "nutrient": Method({**_SOIL, "content": "percent"}, _nutrient, frozenset({"p"})),
    "purification": Method(
        {"per_area": "tonne / km2", "area": "km2", "emission": "tonne"},
        lambda given, options: _of(capital.purification(**given)),
        frozenset({"emission"}),
    ),
    "carbon-fixation": Method(
        {"npp": "tonne / hectare", "area": "hectare"},
        lambda given, options: _of(capital.carbon_fixation(npp=given["npp"] * given["area"])),
    ),
    "oxygen-release": Method(
        {"npp": "tonne / hectare", "area": "hectare"},
        lambda given, options: _of(capital.oxygen_release(npp=given["npp"] * given["area"])),
    ),
    "transpiration": Method(
        {"heat": "kj / m2 / day", "area": "km2", "days": "day"},
        lambda given, options: _of(capital.transpiration_cooling(**given)),
    ),
    "evaporation": Method(
        {"evaporation": "m3", "latent_heat": "kj / kg", "humidifying": "kwh / m3"},
        lambda given, options: _of(capital.evaporation_cooling(**given)),
    ),
}
"""By name; ``recorded`` (the quantity as it is reported) and ``stated`` (a value as it is reported) need no formula."""

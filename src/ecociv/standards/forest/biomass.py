"""Growing stock to biomass, carbon and CO2: by expansion factors, by the continuous form, and bamboo by the stem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.core.trace import Citation
from ecociv.standards.arrays import MeasurementError, Measurements, measurements, refuse_impossible
from ecociv.standards.computed import Computed, Term, all_needed
from ecociv.standards.forest.species import column_of
from ecociv.standards.parameters import ParameterValue, parameter
from ecociv.standards.results import marks_of

_IPCC = Citation("2006 IPCC Guidelines", "Volume 4, Chapter 2", 2006, verified=False)
CARBON_TO_CO2 = 44 / 12
CONTINUOUS_SETS = ("Fang 2001", "Zhejiang 2016")
"""Sets of coefficients of the continuous form."""

_VOLUME = Text(zh="单位面积蓄积", en="growing stock per area")
_LABELS = {
    "density": (Text(zh="基本木材密度", en="wood density"), "tonne/m3"),
    "bef": (Text(zh="生物量扩展因子", en="biomass expansion factor"), "1"),
    "root": (Text(zh="根茎比", en="ratio of roots to shoots"), "1"),
    "carbon": (Text(zh="含碳率", en="carbon fraction"), "1"),
    "a": (Text(zh="系数a", en="coefficient a"), "tonne/m3"),
    "b": (Text(zh="系数b", en="coefficient b"), "tonne/hectare"),
}


@dataclass(frozen=True, eq=False, kw_only=True)
class StandCarbon(Computed):
    """Carbon of a stand.

    Attributes
    ----------
    value : float or array
        tCO2/hm2; NaN where an input is missing.
    above : float or array or None
        Biomass above ground, t/hm2; ``None`` by the continuous form, which knows the whole stand only.
    biomass : float or array
        Biomass of the whole stand, t/hm2.
    carbon : float or array
        tC/hm2.
    method : str
        ``"expansion factor"`` or ``"continuous"``: the two differ, so name the method with the number.
    """

    above: Any
    biomass: Any
    carbon: Any
    method: str

    def _notes_at(self, place: int | None) -> tuple[Text, ...]:
        zh = {"expansion factor": "生物量扩展因子法", "continuous": "连续生物量扩展因子法"}[self.method]
        return (Text(zh=f"方法：{zh}", en=f"method: {self.method}"),)


def _checked(rows: Measurements) -> dict[str, Any]:
    given = rows.given()
    for name, column in given.items():
        refuse_impossible(name, column, unit="m3/hm2" if name == "volume" else "")
    highest = {"carbon": 1.0, "density": 1.5, "volume": 5000.0}
    for name, most in highest.items():
        if name in given and (given[name] > most).any():
            raise MeasurementError(
                f"{name} is {np.nanmax(given[name]):g}; it cannot exceed {most:g}. Check the unit."
            )
    return given


def _terms(given: dict[str, Any], sources: dict[str, ParameterValue | None]) -> tuple[Term, ...]:
    terms = [Term(_VOLUME, given["volume"], "m3/hectare")]
    for name, used in sources.items():
        label, unit = _LABELS[name]
        terms.append(Term(label, given[name], unit, used, coefficient=True))
    return tuple(terms)


def stand_carbon(
    volume: ArrayLike,
    species: Any = None,
    *,
    density: ArrayLike | None = None,
    bef: ArrayLike | None = None,
    root: ArrayLike | None = None,
    carbon: ArrayLike | None = None,
) -> StandCarbon:
    """Carbon of a stand from its growing stock, by biomass expansion factors.

    Parameters
    ----------
    volume : array_like
        Growing stock, m3/hm2 (trees of 5 cm and more). NaN is missing. Bamboo has none: see `bamboo_stem`.
    species : str or array of str
        Key or Chinese name of the species, for what is not given below.
    density : array_like, optional
        Basic wood density, t/m3.
    bef : array_like, optional
        Biomass above ground over biomass of the stem.
    root : array_like, optional
        Biomass below ground over biomass above.
    carbon : array_like, optional
        Carbon fraction.

    Notes
    -----
    C = V D BEF (1 + R) CF, CO2 = C 44/12 (IPCC 2006, AR-CM-001).

    Examples
    --------
    >>> stand = stand_carbon(120, "杉木")
    >>> [round(figure, 2) for figure in (stand.above, stand.biomass, stand.carbon, stand.value)]
    [60.2, 75.0, 39.0, 143.01]
    """
    table = parameter("forest.species")
    own = {"density": density, "bef": bef, "root": root, "carbon": carbon}
    found = {name: column_of(table, species, figure, name) for name, figure in own.items()}
    rows = measurements(volume=volume, **{name: column for name, (column, _) in found.items()})
    given = _checked(rows)
    above = given["volume"] * given["density"] * given["bef"]
    biomass = above * (1 + given["root"])
    tonnes = biomass * given["carbon"]
    used = {name: table if tabled else None for name, (_, tabled) in found.items()}
    from_table = any(tabled for _, tabled in found.values())
    return StandCarbon(
        value=rows.restore(tonnes * CARBON_TO_CO2),
        unit="tonne/hectare",
        edition=table.edition if from_table else "figures of the caller",
        marks=marks_of(table) if from_table else (),
        validity=all_needed(rows, "volume"),
        label=Text(zh="林分碳储量（二氧化碳）", en="Carbon of the stand (as CO2)"),
        formula="V * D * BEF * (1 + R) * CF * 44/12",
        terms=_terms(given, used),
        standard=table.citation if from_table else _IPCC,
        above=rows.restore(above),
        biomass=rows.restore(biomass),
        carbon=rows.restore(tonnes),
        method="expansion factor",
    )


def continuous(
    volume: ArrayLike,
    species: Any = None,
    *,
    coefficients: str = "Fang 2001",
    a: ArrayLike | None = None,
    b: ArrayLike | None = None,
    carbon: ArrayLike | None = None,
) -> StandCarbon:
    """Carbon of a stand by the continuous form B = a V + b of Fang.

    Parameters
    ----------
    volume, species
        As in `stand_carbon`.
    coefficients : str
        ``"Fang 2001"`` (杉木, 马尾松) or ``"Zhejiang 2016"`` (fourteen species and groups, read from a paper).
    a, b : array_like, optional
        Coefficients of the caller, t/m3 and t/hm2; both or neither.
    carbon : array_like, optional
        Carbon fraction; 0.5 by custom.

    Notes
    -----
    B is the biomass of the whole stand, roots included; a stand without volume has b, so the form is not meant for
    bare land.

    Examples
    --------
    >>> stand = continuous(120, "杉木")
    >>> round(stand.biomass, 2), round(stand.carbon, 2)
    (70.53, 35.26)
    """
    if coefficients not in CONTINUOUS_SETS:
        raise MeasurementError(
            f"{coefficients!r} is no set of coefficients; sets: {', '.join(CONTINUOUS_SETS)}."
        )
    if (a is None) != (b is None):
        raise MeasurementError("Give both a and b, or neither; they were fitted together.")
    table = parameter(f"forest.continuous.{coefficients.lower().replace(' ', '_')}")
    share = parameter("forest.carbon_fraction.continuous")
    found = {name: column_of(table, species, figure, name) for name, figure in (("a", a), ("b", b))}
    rows = measurements(
        volume=volume,
        **{name: column for name, (column, _) in found.items()},
        carbon=share.number if carbon is None else carbon,
    )
    given = _checked(rows)
    biomass = given["a"] * given["volume"] + given["b"]
    tonnes = biomass * given["carbon"]
    tabled = a is None
    used = {
        "a": table if tabled else None,
        "b": table if tabled else None,
        "carbon": share if carbon is None else None,
    }
    return StandCarbon(
        value=rows.restore(tonnes * CARBON_TO_CO2),
        unit="tonne/hectare",
        edition=table.edition if tabled else "figures of the caller",
        marks=marks_of(
            *dict.fromkeys(entry for entry in (table if tabled else None, used["carbon"]) if entry)
        ),
        validity=all_needed(rows, "volume"),
        label=Text(zh="林分碳储量（二氧化碳）", en="Carbon of the stand (as CO2)"),
        formula="(a * V + b) * CF * 44/12",
        terms=_terms(given, used),
        standard=table.citation if tabled else None,
        above=None,
        biomass=rows.restore(biomass),
        carbon=rows.restore(tonnes),
        method="continuous",
    )


def bamboo_stem(diameter: ArrayLike, age: ArrayLike) -> Computed:
    """Biomass of one stem of moso bamboo (毛竹), kg.

    Parameters
    ----------
    diameter : array_like
        At breast height, cm.
    age : array_like
        Age in degrees (度): 1 for the first, 2 for the next two years, and so on.

    Notes
    -----
    W = 747.787 D^2.771 (0.148 A / (0.028 + A))^5.555 + 3.772, entered from memory: see ``marks``.

    Examples
    --------
    >>> round(bamboo_stem(9, 2).value, 2)
    11.28
    """
    used = parameter("forest.bamboo")
    numbers = used.table
    rows = measurements(diameter=diameter, age=age)
    given = rows.given()
    refuse_impossible("diameter", given["diameter"], unit="cm")
    refuse_impossible("age", given["age"], unit="degrees")
    growth = numbers["age"] * given["age"] / (numbers["half"] + given["age"])
    weight = numbers["scale"] * given["diameter"] ** numbers["diameter"] * growth ** numbers["shape"]
    return Computed(
        value=rows.restore(weight + numbers["constant"]),
        unit="kg",
        edition=used.edition,
        marks=marks_of(used),
        validity=all_needed(rows),
        label=Text(zh="毛竹单株生物量", en="Biomass of one stem of moso bamboo"),
        formula="747.787 * D^2.771 * (0.148 A / (0.028 + A))^5.555 + 3.772",
        terms=(
            Term(Text(zh="胸径", en="diameter"), given["diameter"], "cm"),
            Term(Text(zh="竹龄（度）", en="age (degrees)"), given["age"]),
        ),
        standard=used.citation,
    )

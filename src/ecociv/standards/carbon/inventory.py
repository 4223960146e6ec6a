"""Inventory: sources added up by sector and gas, with the uncertainty of the total (IPCC approach 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.core.trace import Citation
from ecociv.standards.arrays import Float64, MeasurementError, as_float64, measurements, refuse_impossible
from ecociv.standards.carbon.gases import GAS_NAMES, potentials
from ecociv.standards.computed import Computed, Term, all_needed, joined_marks, pick
from ecociv.standards.parameters import parameter
from ecociv.standards.results import marks_of

APPROACH_1 = Citation(
    "2006 IPCC Guidelines", "Volume 1, Chapter 3, equations 3.1 and 3.2", 2006, verified=False
)


class Sector(StrEnum):
    """Sector of a provincial inventory; ``INDIRECT`` is the memo item of electricity and heat from outside."""

    ENERGY = "energy"
    INDUSTRY = "industry"
    AGRICULTURE = "agriculture"
    LAND = "land"
    WASTE = "waste"
    INDIRECT = "indirect"

    @property
    def label(self) -> Text:
        """The sector in words."""
        return _SECTORS[self]


_SECTORS = {
    Sector.ENERGY: Text(zh="能源活动", en="energy"),
    Sector.INDUSTRY: Text(zh="工业生产过程", en="industrial processes"),
    Sector.AGRICULTURE: Text(zh="农业活动", en="agriculture"),
    Sector.LAND: Text(zh="土地利用变化和林业", en="land-use change and forestry"),
    Sector.WASTE: Text(zh="废弃物处理", en="waste"),
    Sector.INDIRECT: Text(zh="电力热力调入（间接排放）", en="electricity and heat from outside (indirect)"),
}


@dataclass(frozen=True, slots=True)
class SourceCategory:
    """Where a source of emission belongs."""

    key: str
    name: Text
    sector: Sector
    ipcc: str


def source_categories() -> tuple[SourceCategory, ...]:
    """All sources with sector and IPCC code.

    Examples
    --------
    >>> [category.ipcc for category in source_categories() if category.key == "ceramics"]
    ['2A4a']
    """
    table = parameter("carbon.sources").table
    return tuple(
        SourceCategory(key, Text(zh=row["zh"], en=row["en"]), Sector(row["sector"]), row["ipcc"])
        for key, row in table.items()
    )


def source_category(name: str) -> SourceCategory:
    """A source by its key, Chinese or English name or IPCC code; `MeasurementError` lists all.

    Examples
    --------
    >>> source_category("稻田甲烷").sector.value, source_category("4A").key
    ('agriculture', 'landfill')
    """
    for category in source_categories():
        if name in (category.key, category.name.zh, category.name.en) or name == category.ipcc != "memo":
            return category
    known = ", ".join(f"{found.key} ({found.name.zh})" for found in source_categories())
    raise MeasurementError(f"{name!r} is no source known here. Sources: {known}.")


@dataclass(frozen=True, eq=False)
class Source:
    """One line of an inventory.

    Attributes
    ----------
    name : str
        A source known to `source_category`.
    emission : array_like or result
        t of the gas; removals are negative and allowed for land only.
    gas : str
        ``"co2"``, ``"ch4"`` or ``"n2o"``.
    activity_uncertainty, factor_uncertainty : array_like, optional
        Half the 95 % interval, in percent of the figure. Without them the total has no uncertainty.
    """

    name: str
    emission: Any
    gas: str = "co2"
    activity_uncertainty: ArrayLike | None = None
    factor_uncertainty: ArrayLike | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Inventory(Computed):
    """The total of an inventory.

    Attributes
    ----------
    value : float or array
        tCO2e; NaN where a source is missing.
    by_sector, by_gas : dict
        tCO2e.
    uncertainty : float or array
        Half the 95 % interval of the total in percent; NaN where an uncertainty is missing or the total is zero.
    contributions : dict
        Share of each source in the variance of the total, percent; the key is name and gas.
    memo : float or array
        tCO2e of the indirect sources, which are not in the total unless asked for.
    """

    by_sector: Mapping[str, Any]
    by_gas: Mapping[str, Any]
    uncertainty: Any
    contributions: Mapping[str, Any]
    memo: Any

    def _notes_at(self, place: int | None) -> tuple[Text, ...]:
        half = float(pick(self.uncertainty, place))
        if np.isnan(half):
            return (Text(zh="未给出不确定性", en="no uncertainty was given"),)
        return (Text(zh=f"不确定性±{half:.1f}%（95%置信）", en=f"uncertainty ±{half:.1f} % (95 % interval)"),)

    @property
    def low(self) -> Any:
        """Lower end of the 95 % interval, tCO2e."""
        return self.value - abs(self.value) * self.uncertainty / 100

    @property
    def high(self) -> Any:
        """Upper end of the 95 % interval, tCO2e."""
        return self.value + abs(self.value) * self.uncertainty / 100


def combined_uncertainty(activity: ArrayLike, factor: ArrayLike) -> Any:
    """Uncertainty of a product of independent figures: the root of the sum of squares, in percent.

    Examples
    --------
    >>> combined_uncertainty(3, 4)
    5.0
    """
    rows = measurements(activity=activity, factor=factor)
    given = rows.given()
    for name, column in given.items():
        refuse_impossible(f"uncertainty of {name}", column, unit="%")
    return rows.restore(np.hypot(given["activity"], given["factor"]))


def inventory(
    sources: Sequence[Source], *, gwp: str, include_land: bool = True, include_indirect: bool = False
) -> Inventory:
    """Add up sources, with the uncertainty of the total.

    Parameters
    ----------
    sources : sequence of Source
        Each source and gas once; several lines of one source are allowed and count as independent.
    gwp : str
        ``"SAR"`` or ``"AR5"``.
    include_land : bool
        With removals by land and forest, or without.
    include_indirect : bool
        Whether purchased electricity and heat count: not in the inventory of a territory, where the power plant
        already does; in the report of an enterprise.

    Notes
    -----
    Approach 1: a source has sqrt(Ua^2 + Uf^2), the total sqrt(sum((U_i x_i)^2)) / |sum(x_i)|. It holds for independent
    sources and uncertainties that are not large (below about 30 %).

    Examples
    --------
    >>> found = inventory([
    ...     Source("manufacturing", 1000, activity_uncertainty=3, factor_uncertainty=4),
    ...     Source("rice", 10, "ch4", activity_uncertainty=30, factor_uncertainty=40),
    ... ], gwp="SAR")
    >>> found.value, round(found.uncertainty, 2)  # sqrt(50^2 + 105^2) / 1210
    (1210.0, 9.61)
    """
    if not sources:
        raise MeasurementError("The inventory has no source; give at least one.")
    used, mapping = potentials(gwp), parameter("carbon.sources")
    lines: list[tuple[str, SourceCategory, str]] = []
    columns: dict[str, ArrayLike] = {}
    emissions: dict[str, Float64] = {}
    for number, source in enumerate(sources):
        category = source_category(source.name)
        if source.gas not in GAS_NAMES:
            raise MeasurementError(f"{source.gas!r} is no gas known here: {', '.join(GAS_NAMES)}.")
        column = _tonnes(source, category) * float(used.table[source.gas])
        key = f"{category.key} {source.gas}"
        key = key if key not in columns else f"{key} {number + 1}"
        lines.append((key, category, source.gas))
        emissions[key] = _tonnes(source, category)
        columns[key] = column
        columns[f"u {key}"] = _uncertainty_of(source)
    rows = measurements(**columns)
    given = rows.given()
    counted = [
        line
        for line in lines
        if (include_land or line[1].sector is not Sector.LAND)
        and (include_indirect or line[1].sector is not Sector.INDIRECT)
    ]
    if not counted:
        raise MeasurementError("Every source is left out; include land or indirect sources, or give others.")
    zero = np.zeros(rows.size)
    total = np.sum([given[key] for key, _, _ in counted], axis=0)
    squares = {key: (given[key] * given[f"u {key}"]) ** 2 for key, _, _ in counted}
    variance = np.sum(list(squares.values()), axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        uncertainty = np.where(total != 0, np.sqrt(variance) / np.abs(total), np.nan)
        shares = {
            key: np.where(variance > 0, square / variance * 100, np.nan) for key, square in squares.items()
        }
    sectors = {
        sector: np.sum(
            [zero, *(given[key] for key, category, _ in lines if category.sector is sector)], axis=0
        )
        for sector in dict.fromkeys(category.sector for _, category, _ in lines)
    }
    gases = {
        gas: np.sum([zero, *(given[key] for key, _, own in counted if own == gas)], axis=0)
        for gas in dict.fromkeys(own for _, _, own in counted)
    }
    terms = {
        key: source.emission
        if isinstance(source.emission, Computed)
        else Term(
            Text(zh=f"{category.name.zh}（{gas}）", en=f"{category.name.en} ({gas})"),
            np.broadcast_to(emissions[key], rows.shape),
            "tonne",
        )
        for (key, category, gas), source in zip(lines, sources, strict=True)
    }
    results = [source.emission for source in sources if isinstance(source.emission, Computed)]
    return Inventory(
        value=rows.restore(total),
        unit="tonne",
        edition=used.edition,
        marks=joined_marks(marks_of(used, mapping), *(result.marks for result in results)),
        validity=all_needed(rows, *(key for key, _, _ in counted)),
        label=Text(
            zh="温室气体排放清单总量（二氧化碳当量）",
            en="Total of the greenhouse-gas inventory (CO2 equivalent)",
        ),
        formula="sum(emission * GWP)",
        terms=(
            *(terms[key] for key, _, _ in counted),
            *(
                Term(
                    Text(zh=f"{GAS_NAMES[gas].zh}的GWP", en=f"GWP of {GAS_NAMES[gas].en}"),
                    used.table[gas],
                    "1",
                    used,
                )
                for gas in gases
            ),
        ),
        standard=APPROACH_1,
        notes=(
            Text(
                zh=f"{'含' if include_land else '不含'}土地利用变化和林业；{'含' if include_indirect else '不含'}调入电力热力",
                en=f"{'with' if include_land else 'without'} land use and forestry; "
                f"{'with' if include_indirect else 'without'} electricity and heat from outside",
            ),
        ),
        by_sector={sector.value: rows.restore(column) for sector, column in sectors.items()},
        by_gas={gas: rows.restore(column) for gas, column in gases.items()},
        uncertainty=rows.restore(uncertainty),
        contributions={key: rows.restore(column) for key, column in shares.items()},
        memo=rows.restore(sectors.get(Sector.INDIRECT, zero)),
    )


def _tonnes(source: Source, category: SourceCategory) -> Float64:
    emission = source.emission.value if isinstance(source.emission, Computed) else source.emission
    column = as_float64(category.key, emission)
    removal = category.sector is Sector.LAND
    refuse_impossible(category.key, np.abs(column).reshape(-1) if removal else column.reshape(-1), unit="t")
    return column


def _uncertainty_of(source: Source) -> ArrayLike:
    if source.activity_uncertainty is None or source.factor_uncertainty is None:
        return np.nan
    found: ArrayLike = combined_uncertainty(source.activity_uncertainty, source.factor_uncertainty)
    return found

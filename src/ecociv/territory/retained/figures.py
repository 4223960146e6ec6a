"""From covered areas to published figures: rounded once, counties adjusted so that they add up to the city (平差)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ecociv.core.decimals import plain, to_decimal
from ecociv.core.mappings import FrozenMapping
from ecociv.core.missing import Missing
from ecociv.core.quantities import as_decimal, factor
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.territory.retained.coverage import County, Cover
from ecociv.territory.retained.declaration import RetainedSeries
from ecociv.territory.retained.places import PlaceFigure as PlaceFigure
from ecociv.territory.retained.places import UsedVersion as UsedVersion
from ecociv.territory.retained.tracing import citation_of, trace_of

CITY = Text(zh="全市", en="The whole city")


@dataclass(frozen=True, slots=True)
class RetainedFigure:
    """One figure from layers in a year, as known at a moment.

    ``figure`` is `Missing` where no layer holds on the last day of the year; ``reason`` then says which.
    """

    series: str
    year: int
    unit: str
    figure: Decimal | Missing
    reason: Text | None
    area: Decimal | None
    whole: Decimal | None
    places: tuple[PlaceFigure, ...]
    versions: tuple[UsedVersion, ...]
    overlap: Decimal | None
    trace: Trace

    @property
    def number(self) -> Decimal | None:
        """The figure where there is one."""
        return self.figure if isinstance(self.figure, Decimal) else None

    @property
    def patches(self) -> int:
        """How many patches count, one on a border once in each county."""
        return sum(place.patches for place in self.places)

    @property
    def sample(self) -> bool:
        """Whether any layer is generated."""
        return any(version.sample for version in self.versions)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "series": self.series,
            "year": self.year,
            "valid_on": f"{self.year}-12-31",
            "unit": self.unit,
            "value": None if self.number is None else plain(self.number),
            "missing": self.figure.value if isinstance(self.figure, Missing) else None,
            "reason": self.reason.to_mapping() if self.reason else None,
            "area_m2": None if self.area is None else plain(self.area),
            "whole_m2": None if self.whole is None else plain(self.whole),
            "overlap_m2": None if self.overlap is None else plain(self.overlap),
            "sample": self.sample,
            "versions": [
                {
                    "layer": each.layer,
                    "kind": each.kind,
                    "number": each.number,
                    "title": each.title,
                    "sha256": each.sha256,
                    "valid_from": each.valid_from,
                }
                for each in self.versions
            ],
            "counties": [
                {
                    "key": place.key,
                    "name": place.name,
                    "value": None if place.figure is None else plain(place.figure),
                    "area_m2": plain(place.area),
                    "whole_m2": plain(place.whole),
                    "patches": place.patches,
                    "largest": [
                        {
                            "layer": patch.source,
                            "identity": patch.identity,
                            "class": patch.class_key,
                            "name": patch.name,
                            "area_m2": round(patch.area, 2),
                        }
                        for patch in place.largest
                    ],
                }
                for place in self.places
            ],
            "trace": self.trace.to_json(),
        }


def balanced(parts: Sequence[Fraction], decimals: int) -> tuple[tuple[Decimal, ...], Decimal]:
    """Parts rounded so that they add up to their sum rounded once (half to even).

    Each is cut to the last decimal; the units that are then short go to the parts with the largest remainders, the
    earlier of equals, so that no part is moved by a whole unit of the last decimal.

    Examples
    --------
    Three thirds of 1: 0.33 each would make 0.99.

    >>> balanced([Fraction(1, 3)] * 3, 2)
    ((Decimal('0.34'), Decimal('0.33'), Decimal('0.33')), Decimal('1.00'))
    """
    scale = 10**decimals
    whole = round_half_even(as_decimal(sum(parts, Fraction(0)) * scale), 0)
    scaled = [part * scale for part in parts]
    floors = [part.numerator // part.denominator for part in scaled]
    short = int(whole) - sum(floors)
    order = sorted(range(len(parts)), key=lambda place: (floors[place] - scaled[place], place))
    for place in order[: max(0, short)]:
        floors[place] += 1
    unit = Decimal(1).scaleb(-decimals)
    return tuple((each * unit).quantize(unit) for each in floors), (whole * unit).quantize(unit)


def figure_of(
    declared: RetainedSeries,
    year: int,
    counties: Sequence[County],
    covers: Sequence[Cover],
    wholes: Sequence[float],
    versions: Sequence[UsedVersion],
    *,
    claimed: float = 0.0,
    names: Mapping[str, Text] = FrozenMapping(),
) -> RetainedFigure:
    """The published figure of a series with its counties and its trace.

    Parameters
    ----------
    counties, covers, wholes
        The disjoint counties, what is covered in each, and the m2 of each.
    claimed
        m2 that two counties claim.
    names
        Names of counties by key, in both languages.
    """
    areas, area = balanced([Fraction(to_decimal(each.area)) for each in covers], 2)
    sizes, whole = balanced([Fraction(to_decimal(each)) for each in wholes], 2)
    shares: tuple[Decimal | None, ...]
    figure: Decimal | Missing
    reason = None
    if declared.denominator:
        to_unit = factor("1", declared.unit)
        shares = tuple(
            _rounded(Fraction(part) / Fraction(size) * to_unit, declared.decimals) if size else None
            for part, size in zip(areas, sizes, strict=True)
        )
        if whole:
            figure = _rounded(Fraction(area) / Fraction(whole) * to_unit, declared.decimals)
        else:
            figure = Missing.MISSING
            reason = Text(zh="行政区划图层没有面积", en="The boundary layer has no area")
    else:
        to_unit = factor("m2", declared.unit)
        shares, figure = balanced([Fraction(part) * to_unit for part in areas], declared.decimals)
    places = tuple(
        PlaceFigure(county.key, county.name, share, part, size, found.patches, found.largest)
        for county, share, part, size, found in zip(counties, shares, areas, sizes, covers, strict=True)
    )
    together = sum(each.together for each in covers)
    overlap = to_decimal(round(max(0.0, together - sum(each.area for each in covers)), 2))
    trace = trace_of(declared, year, figure, area, whole, places, versions, overlap, claimed, names)
    return RetainedFigure(
        declared.series,
        year,
        declared.unit,
        figure,
        reason,
        area,
        whole,
        places,
        tuple(versions),
        overlap,
        trace,
    )


def missing_figure(
    declared: RetainedSeries, year: int, reason: Text, versions: Sequence[UsedVersion] = ()
) -> RetainedFigure:
    """No figure, and why."""
    trace = Trace(
        declared.name,
        Missing.MISSING,
        declared.unit,
        declared.formula,
        (),
        citation_of(declared),
        notes=(reason,),
    )
    return RetainedFigure(
        declared.series,
        year,
        declared.unit,
        Missing.MISSING,
        reason,
        None,
        None,
        (),
        tuple(versions),
        None,
        trace,
    )


def _rounded(value: Fraction, decimals: int) -> Decimal:
    rounded: Decimal = round_half_even(as_decimal(value), decimals)
    return rounded

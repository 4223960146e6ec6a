"""What is wrong with a layer, as data: kinds of defects, tolerances, findings, the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ecociv.core.text import Text
from ecociv.standards.land import drop_slivers


class Defect(StrEnum):
    """A kind of defect."""

    INVALID = "invalid"
    NOT_FINITE = "not-finite"
    EMPTY = "empty"
    NON_POLYGON = "non-polygon"
    DUPLICATE = "duplicate"
    SAME_IDENTITY = "same-identity"
    OVERLAP = "overlap"
    GAP = "gap"
    OUTSIDE = "outside"
    SLIVER = "sliver"
    SPIKE = "spike"
    HOLE = "hole"

    @property
    def label(self) -> Text:
        """The kind in words."""
        return _LABELS[self]

    @property
    def is_error(self) -> bool:
        """Whether a layer with it is stored only as "with defects" (gaps: see `Report.errors`)."""
        return self in _ERRORS


_LABELS = {
    Defect.INVALID: Text(zh="图形无效", en="Invalid geometry"),
    Defect.NOT_FINITE: Text(zh="坐标不是数", en="Coordinates that are no numbers"),
    Defect.EMPTY: Text(zh="空图形", en="Empty geometry"),
    Defect.NON_POLYGON: Text(zh="含非面图形", en="Parts that are no polygons"),
    Defect.DUPLICATE: Text(zh="图形重复", en="Duplicate geometry"),
    Defect.SAME_IDENTITY: Text(zh="标识重复", en="Repeated identity"),
    Defect.OVERLAP: Text(zh="重叠", en="Overlap"),
    Defect.GAP: Text(zh="缝隙", en="Gap"),
    Defect.OUTSIDE: Text(zh="超出边界", en="Outside the boundary"),
    Defect.SLIVER: Text(zh="碎小图斑", en="Sliver"),
    Defect.SPIKE: Text(zh="尖角", en="Spike"),
    Defect.HOLE: Text(zh="空洞", en="Hole"),
}
_ERRORS = frozenset(
    {
        Defect.INVALID,
        Defect.NOT_FINITE,
        Defect.EMPTY,
        Defect.NON_POLYGON,
        Defect.DUPLICATE,
        Defect.SAME_IDENTITY,
        Defect.OVERLAP,
    }
)


@dataclass(frozen=True, slots=True)
class Tolerances:
    """What is too small to be a defect, and what is too small to be a patch.

    Attributes
    ----------
    noise_width : float
        Overlaps and gaps of a smaller mean width, in m, are the noise of transformed edges (an edge of 1 km bends by
        about 1 cm between a Gauss plane and degrees); they are added up and not listed.
    sliver_area, sliver_width : float or None
        m2 and m below which a feature is a sliver; ``None`` for the parameter ``land.minimum_patch.overlay``.
    spike_angle : float
        Degrees between two edges below which their vertex is a spike.
    """

    noise_width: float = 0.05
    sliver_area: float | None = None
    sliver_width: float | None = None
    spike_angle: float = 1.0

    def slivers(self) -> tuple[float, float, Text]:
        """Least area, least width and where they come from.

        Examples
        --------
        >>> Tolerances(sliver_area=200.0, sliver_width=2.0).slivers()[:2]
        (200.0, 2.0)
        """
        kept = drop_slivers([1.0], [1.0], least_area=self.sliver_area, least_width=self.sliver_width)
        assert kept.least_width is not None
        citation = kept.used.citation
        if self.sliver_area is not None and self.sliver_width is not None:
            return (
                kept.least_area,
                kept.least_width,
                Text(zh="由导入者声明", en="declared by who imported it"),
            )
        said = str(citation) if citation is not None else "land.minimum_patch.overlay"
        return kept.least_area, kept.least_width, Text(zh=said, en=said)


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect.

    Attributes
    ----------
    features : tuple of int
        Positions of the features concerned, from 0.
    identities : tuple of str
        Their identities; the row, counted from 1, where a feature has none.
    longitude, latitude : float or None
        Where to look.
    area : float
        m2 of the overlap, the gap, the sliver; 0 where area means nothing.
    width : float or None
        Mean width in m.
    detail : str
        What the geometry engine says, in its own words.
    """

    kind: Defect
    features: tuple[int, ...]
    identities: tuple[str, ...]
    longitude: float | None
    latitude: float | None
    area: float = 0.0
    width: float | None = None
    detail: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values, rounded for reading."""
        return {
            "kind": str(self.kind),
            "rows": [place + 1 for place in self.features],
            "identities": list(self.identities),
            "longitude": None if self.longitude is None else round(self.longitude, 7),
            "latitude": None if self.latitude is None else round(self.latitude, 7),
            "area_m2": round(self.area, 2),
            "width_m": None if self.width is None else round(self.width, 3),
            "detail": self.detail,
        }


@dataclass(frozen=True, eq=False)
class Report:
    """What was found in a layer.

    Attributes
    ----------
    features, area : int, float
        Features looked at; the sum of their areas in m2.
    findings : tuple of Finding
        Kind by kind, the largest first.
    noise_area : float
        m2 of overlaps and gaps below the noise width, which are not listed.
    partition : bool
        Whether the layer claims to cover its area without gaps, so that gaps are errors.
    """

    features: int
    area: float
    findings: tuple[Finding, ...]
    noise_area: float
    partition: bool
    tolerances: Tolerances = field(default_factory=Tolerances)

    def of(self, kind: Defect) -> tuple[Finding, ...]:
        """The findings of one kind."""
        return tuple(each for each in self.findings if each.kind is kind)

    @property
    def counts(self) -> dict[Defect, int]:
        """Number of findings by kind, kinds without any included."""
        found = dict.fromkeys(Defect, 0)
        for each in self.findings:
            found[each.kind] += 1
        return found

    @property
    def areas(self) -> dict[Defect, float]:
        """Area of the findings by kind, in m2."""
        found = dict.fromkeys(Defect, 0.0)
        for each in self.findings:
            found[each.kind] += each.area
        return found

    @property
    def errors(self) -> int:
        """Findings that a layer should not be stored with."""
        kinds = {kind for kind in Defect if kind.is_error}
        if self.partition:
            kinds |= {Defect.GAP, Defect.OUTSIDE}
        return sum(count for kind, count in self.counts.items() if kind in kinds)

    def to_json(self, most: int = 200) -> dict[str, Any]:
        """Plain values: all counts and areas, and up to `most` findings of each kind."""
        least_area, least_width, cited = self.tolerances.slivers()
        listed: list[Mapping[str, Any]] = []
        for kind in Defect:
            listed += [each.to_json() for each in self.of(kind)[:most]]
        return {
            "features": self.features,
            "area_m2": round(self.area, 2),
            "errors": self.errors,
            "partition": self.partition,
            "counts": {str(kind): count for kind, count in self.counts.items()},
            "areas_m2": {str(kind): round(area, 2) for kind, area in self.areas.items()},
            "noise_area_m2": round(self.noise_area, 4),
            "tolerances": {
                "noise_width_m": self.tolerances.noise_width,
                "sliver_area_m2": least_area,
                "sliver_width_m": least_width,
                "sliver_source": cited.to_mapping(),
                "spike_angle_degrees": self.tolerances.spike_angle,
            },
            "findings": listed,
        }

"""What a topology report and a log of repairs show, from the examination of a file or from a version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ecociv.portal.zone import language
from ecociv.territory.topology import Defect, Rule

_SHOWN = 50
"""Findings and repairs that the page lists; the file of the version has the others."""


@dataclass(frozen=True, slots=True)
class DefectRow:
    """One kind of defect: found on arrival, left, and the area of what is left."""

    label: str
    error: bool
    received: int
    left: int
    area: float


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding with the place to look at."""

    label: str
    identities: str
    longitude: float | None
    latitude: float | None
    area: float
    width: float | None
    detail: str


@dataclass(frozen=True, slots=True)
class RepairRow:
    """One repair."""

    label: str
    identity: str
    before: float
    after: float
    detail: str

    @property
    def change(self) -> float:
        """Change of the area in m2."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class TopologyView:
    """A report ready for its page; ``checked`` is false for a version that was stored without one."""

    checked: bool
    errors: int
    rows: tuple[DefectRow, ...]
    findings: tuple[FindingRow, ...]
    more: int
    noise: float
    sliver: tuple[float, float, str]
    changes: int
    repairs: tuple[RepairRow, ...]
    area_before: float
    area_after: float

    @property
    def change(self) -> float:
        """Change of the total area by the repairs, in m2."""
        return self.area_after - self.area_before


def topology_view(report: Mapping[str, Any], repairs: Sequence[Mapping[str, Any]]) -> TopologyView:
    """The report as stored with a version (`Origin.topology`, `Origin.repairs`)."""
    tongue = language()
    counts = report.get("counts", {})
    received = report.get("received", {}).get("counts", counts)
    areas = report.get("areas_m2", {})
    gaps_count = report.get("partition", False)
    rows = []
    for kind in Defect:
        before, left = int(received.get(kind, 0)), int(counts.get(kind, 0))
        if before or left:
            error = kind.is_error or (gaps_count and kind in (Defect.GAP, Defect.OUTSIDE))
            rows.append(
                DefectRow(kind.label.in_language(tongue), error, before, left, float(areas.get(kind, 0)))
            )
    listed = list(report.get("findings", ()))
    tolerances = report.get("tolerances", {})
    source = tolerances.get("sliver_source", {})
    repaired = report.get("repair", {})
    return TopologyView(
        checked="counts" in report,
        errors=int(report.get("errors", 0)),
        rows=tuple(rows),
        findings=tuple(
            FindingRow(
                Defect(each["kind"]).label.in_language(tongue),
                ", ".join(each["identities"][:6]) + ("…" if len(each["identities"]) > 6 else ""),
                each["longitude"],
                each["latitude"],
                each["area_m2"],
                each["width_m"],
                each["detail"],
            )
            for each in listed[:_SHOWN]
        ),
        more=max(0, sum(map(int, counts.values())) - _SHOWN),
        noise=float(report.get("noise_area_m2", 0)),
        sliver=(
            float(tolerances.get("sliver_area_m2", 0)),
            float(tolerances.get("sliver_width_m", 0)),
            str(source.get(tongue, "")),
        ),
        changes=int(repaired.get("changes", len(repairs))),
        repairs=tuple(
            RepairRow(
                Rule(each["rule"]).label.in_language(tongue),
                each["identity"],
                each["before_m2"],
                each["after_m2"],
                each["detail"],
            )
            for each in repairs[:_SHOWN]
        ),
        area_before=float(repaired.get("area_before_m2", 0)),
        area_after=float(repaired.get("area_after_m2", 0)),
    )

"""What every registration has to stand up to: who asks, on what documents, for which day, over whose land."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import shapely
from django.utils import timezone
from shapely.validation import explain_validity

from ecociv.core.text import Text
from ecociv.evidence.library.formats import FileNotTaken, recognise
from ecociv.land_administration.authority import require_authority
from ecociv.land_administration.rights.declaration import rules
from ecociv.land_administration.rights.models import Registration
from ecociv.land_administration.rights.overlaps import OverlapPatch, overlaps
from ecociv.standards.land import GeometryRefused, ledger_area
from ecociv.territory.location import polygonal_area, shares_of
from ecociv.territory.models import LayerVersion
from ecociv.territory.queries import layer_file, versions_in_force

LAYER = "registered-rights"


class RegistrationRefused(ValueError):
    """A registration that cannot stand; ``overlaps`` are the patches that are registered already."""

    def __init__(self, *texts: Text, overlaps: Iterable[OverlapPatch] = ()) -> None:
        super().__init__(" ".join(text.en for text in texts))
        self.texts = texts
        self.overlaps = tuple(overlaps)


@dataclass(frozen=True, slots=True)
class Source:
    """A document that a registration rests on (LA_Source): a file and the name under which it was sent."""

    path: Path
    name: str


@dataclass(kw_only=True, slots=True)
class Registering:
    """What every registration needs.

    Parameters
    ----------
    documents
        At least one: nothing is registered on someone's word.
    effective_on
        The day on which it was entered in the register; today where not given, never before the day of the entry
        before it in the zone's register.
    """

    author: Any
    documents: tuple[Source, ...] = ()
    reason: str = ""
    effective_on: dt.date | None = None
    sample: bool = False
    texts: list[Text] = field(default_factory=list, init=False)

    def day(self) -> dt.date:
        """The day of the entry."""
        return self.effective_on or timezone.localdate()

    def common(self, zone: str) -> None:
        """Begin the check: who asks, on what documents, for which day."""
        require_authority(self.author, zone)
        self.texts = []
        if not self.documents:
            self.texts.append(Text(zh="请附上登记依据文件。", en="Attach the document that this rests on."))
        for source in self.documents:
            try:
                recognise(Path(source.path), source.name)
            except FileNotTaken as refused:
                self.texts.append(refused.text)
        last = (
            Registration.objects.filter(unit__zone=zone)
            .order_by("-effective_on")
            .values_list("effective_on", flat=True)
        ).first()
        if self.day() > timezone.localdate():
            self.texts.append(Text(zh="登簿日期不能在将来。", en="An entry cannot lie in the future."))
        if last is not None and self.day() < last:
            self.texts.append(
                Text(
                    zh=f"登记簿已登记到 {last}，不能补记更早的 {self.day()}。",
                    en=f"The register already has entries of {last}; none can be added for {self.day()}.",
                )
            )

    def refuse(self, patches: Iterable[OverlapPatch] = ()) -> None:
        """End the check: refuse with everything that was found."""
        found = tuple(patches)
        for patch in found:
            self.texts.append(
                Text(
                    zh=f"与已登记单元 {patch.unit}（{patch.name}）重叠 {ledger_area(patch.area)} 平方米。",
                    en=f"It lies over the registered unit {patch.unit} ({patch.name}) with {ledger_area(patch.area)} m².",
                )
            )
        if self.texts:
            raise RegistrationRefused(*self.texts, overlaps=found)

    def boundary_faults(self, boundary: shapely.Geometry) -> bool:
        """Note what is wrong with a boundary; whether nothing is."""
        if boundary.is_empty or boundary.geom_type not in ("Polygon", "MultiPolygon"):
            self.texts.append(Text(zh="界线须是多边形。", en="A boundary has to be a polygon."))
        elif not boundary.is_valid:
            where = explain_validity(boundary)
            self.texts.append(
                Text(
                    zh=f"界线几何有误：{where}。请改正后重新上传。",
                    en=f"The boundary is not valid: {where}. Mend it first.",
                )
            )
        else:
            try:
                polygonal_area(boundary)
            except GeometryRefused as error:
                self.texts.append(
                    Text(zh=f"界线面积算不出：{error}", en=f"The boundary has no area: {error}")
                )
            else:
                return True
        return False

    def county_of(self, zone: str, boundary: shapely.Geometry) -> str:
        """Division code of the county with the largest part of a boundary; "" and a fault where it lies in none."""
        found = versions_in_force(zone, self.day(), kinds=["administrative-boundary"])
        if not found:
            self.texts.append(
                Text(
                    zh="没有行政区划图层，请先导入。",
                    en="There are no administrative boundaries: add that layer first.",
                )
            )
            return ""
        shares = shares_of(boundary, layer_file(found[-1]))
        if not shares:
            self.texts.append(Text(zh="界线在示范区以外。", en="The boundary lies outside the zone."))
            return ""
        return shares[0].key


def current_boundaries(zone: str) -> LayerVersion | None:
    """The newest version of the layer that keeps the boundaries of the register; only the register writes it."""
    return (
        LayerVersion.objects.of_zone(zone)
        .filter(layer__key=LAYER)
        .select_related("layer")
        .order_by("-number")
        .first()
    )


def registered_overlaps(
    zone: str, boundary: shapely.Geometry, kind: str, own: str = ""
) -> list[OverlapPatch]:
    """Where a boundary lies over units that are registered now."""
    version = current_boundaries(zone)
    if version is None:
        return []
    return overlaps(boundary, kind, layer_file(version).meeting(boundary), rules(), own=own)

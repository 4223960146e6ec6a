"""From a file to a layer version: read, repaired by chosen rules, examined, and handed to ``AddLayerVersion``."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.utils import timezone
from numpy.typing import NDArray

from ecociv.core.digests import digest_of_stream
from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.standards.land import GeometryRefused
from ecociv.territory.actions import AddLayerVersion, Origin
from ecociv.territory.importing import (
    AttributeMapping,
    Bounds,
    Format,
    Imported,
    ImportRefused,
    Limits,
    Shift,
    read_polygons,
)
from ecociv.territory.importing.mapping import classified
from ecociv.territory.layers.features import Features, FeaturesRefused
from ecociv.territory.layers.geopackage import LayerFileUnreadable
from ecociv.territory.layers.kinds import LayerKind
from ecociv.territory.queries import layer_file, versions_in_force
from ecociv.territory.topology import Defect, Repaired, RepairPlan, Report, mending, repair, report

BOUNDARY_KIND = "administrative-boundary"
_MARGIN = 0.5
"""Degrees around the zone within which a layer may begin."""
_LOGGED = 2_000
"""Repairs that a version lists one by one; their number and area are kept in any case."""


@dataclass(frozen=True, slots=True)
class ImportChoices:
    """What the sender of a file says about it; see `ecociv.territory.importing.read_polygons`.

    Attributes
    ----------
    class_value : str
        The class of every feature, where the file does not tell classes apart.
    repairs : tuple of str
        Rules as `RepairPlan.parse` reads them.
    with_defects : bool
        Whether errors that are left may be stored, marked as such.
    """

    crs: str = ""
    axis_order: str = ""
    encoding: str = ""
    layer: str = ""
    mapping: AttributeMapping | None = None
    class_value: str = ""
    convert_gcj02: bool = False
    datum_shift: Shift | None = None
    repairs: tuple[str, ...] = ()
    with_defects: bool = False


@dataclass(frozen=True, eq=False)
class Examined:
    """What a file came to.

    Attributes
    ----------
    before, after : Report
        Topology as received and after the repairs.
    repaired : Repaired
        The features that are left, with the log.
    features : Features or None
        What would be stored; ``None`` while `faults` stand in the way.
    faults : tuple of Text
        What has to be settled first.
    notes : tuple of Reason
        Warnings of the reader.
    """

    imported: Imported
    before: Report
    after: Report
    repaired: Repaired
    plan: RepairPlan
    features: Features | None
    faults: tuple[Text, ...]
    notes: tuple[Reason, ...] = ()
    sha256: str = ""
    with_defects: bool = field(default=False)

    def origin(self, language: str = "zh") -> Origin:
        """What the version keeps of it."""
        crs = self.imported.crs
        return Origin(
            source_name=self.imported.name,
            source_sha256=self.sha256,
            source_crs=(f"EPSG:{crs.code}" if crs.code else crs.name)[:64],
            topology={
                **self.after.to_json(),
                "received": {"counts": _counts(self.before), "errors": self.before.errors},
                "repair": {
                    **self.plan.to_json(),
                    "changes": len(self.repaired.log),
                    "area_before_m2": round(self.repaired.area_before, 2),
                    "area_after_m2": round(self.repaired.area_after, 2),
                },
            },
            repairs=[each.to_json() for each in self.repaired.log[:_LOGGED]],
            warnings=[each.text.in_language(language) for each in self.notes],
            with_defects=self.after.errors > 0,
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values for the command line."""
        origin = self.origin("en")
        return {
            "name": self.imported.name,
            "format": str(self.imported.format),
            "layer": self.imported.layer,
            "crs": {"label": self.imported.crs.label, "said_by": self.imported.crs.said_by},
            "encoding": self.imported.encoding,
            "counts": dict(self.imported.counts),
            "bounds": list(self.imported.bounds),
            "warnings": [each.to_json() for each in self.notes],
            "topology": origin.topology,
            "repairs": list(origin.repairs),
            "faults": [each.to_mapping() for each in self.faults],
        }


def _counts(found: Report) -> dict[str, int]:
    return {str(kind): count for kind, count in found.counts.items()}


@dataclass(frozen=True, eq=False)
class ZoneGround:
    """Where a zone lies: the box around its boundaries, and the boundaries themselves where they are no sample.

    Generated boundaries say about where the zone is; they cannot tell a shifted layer from a true one.
    """

    boundaries: NDArray[np.object_] | None = None
    box: Bounds | None = None

    @classmethod
    def of(cls, zone: str) -> ZoneGround:
        """The ground of a zone by the boundary layer that holds today, a real one before a sample."""
        holding = versions_in_force(zone, timezone.localdate(), kinds=[BOUNDARY_KIND])
        for version in sorted(holding, key=lambda each: each.sample):
            try:
                shapes = layer_file(version).features().geometries
            except LayerFileUnreadable:
                continue
            west, south, east, north = (float(each) for each in shapely.total_bounds(shapes))
            box = (west - _MARGIN, south - _MARGIN, east + _MARGIN, north + _MARGIN)
            return cls(None if version.sample else shapes, box)
        return cls()


def examine(
    path: Path,
    kind: LayerKind,
    choices: ImportChoices,
    ground: ZoneGround | None = None,
    limits: Limits | None = None,
) -> Examined:
    """Read a file as a layer of a kind, and say what is wrong with it.

    Raises
    ------
    ImportRefused
        The file cannot be read, or something about it has to be said first (``asks``).
    RuleRefused
        A rule of repair that is none.
    """
    ground = ground or ZoneGround()
    plan = RepairPlan.parse(choices.repairs)
    mapping = choices.mapping or AttributeMapping()
    raw = mapping.model_copy(update={"classes": None})
    unnamed = choices.mapping is None or mapping.class_ is None
    imported = read_polygons(
        path,
        crs=choices.crs or None,
        axis_order=choices.axis_order or None,  # type: ignore[arg-type]
        mapping=None if choices.mapping is None else raw,
        layer=choices.layer or None,
        encoding=choices.encoding or None,
        within=ground.box,
        reference=ground.boundaries,
        convert_gcj02=choices.convert_gcj02,
        datum_shift=choices.datum_shift,
        limits=limits,
    )
    classes = _classes(imported, kind, mapping, choices.class_value, unnamed=unnamed)
    notes = list(imported.warnings)
    if ground.box is None:
        notes.append(_PLACE_NOT_CHECKED)
    elif ground.boundaries is None:
        notes.append(_OFFSET_NOT_CHECKED)
    identities = imported.identities
    if mapping.identity is None:
        identities = np.array([str(row) for row in imported.rows], dtype=object)
        notes.append(_NUMBERED)
    before = report(imported.geometries, identities, partition=kind.partition)
    repaired = repair(imported.geometries, plan, identities=identities, classes=classes)
    kept = repaired.kept
    after = before
    if repaired.log:
        after = report(repaired.geometries, identities[kept], partition=kind.partition)
    features, faults = _features(imported, repaired, identities, classes, after, kind, choices)
    return Examined(
        imported,
        before,
        after,
        repaired,
        plan,
        features,
        faults,
        tuple(notes),
        _digest(path),
    )


_PLACE_NOT_CHECKED = Reason(
    "place-not-checked",
    Text(
        zh="本区还没有行政区划图层，未能核对位置和GCJ-02偏移；请先导入行政区划。",
        en="The zone has no layer of administrative boundaries yet, so the place and GCJ-02 were not checked; import one first.",
    ),
)
_OFFSET_NOT_CHECKED = Reason(
    "offset-not-checked",
    Text(
        zh="本区的行政区划是示例数据，未能检验GCJ-02偏移；请先导入真实的行政区划。",
        en="The boundaries of the zone are sample data, so GCJ-02 could not be tested; import the real ones first.",
    ),
)
_NUMBERED = Reason(
    "identities-are-rows",
    Text(
        zh="未指定标识字段，以行号作标识；与其他版本比较时会误判，请指定标识字段。",
        en="No field of identities was named, so row numbers stand in; versions will not compare well. Name the field.",
    ),
)


def _digest(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as stream:
        return digest_of_stream(stream)


def _classes(
    imported: Imported, kind: LayerKind, mapping: AttributeMapping, constant: str, *, unnamed: bool
) -> NDArray[np.object_]:
    """Classes of the kind, by the field that was named, by one value for all, or by the only class there is."""
    if constant:
        return np.full(len(imported), constant, dtype=object)
    known = mapping.classes if mapping.classes is not None else _by_name(kind)
    if unnamed and imported.format is not Format.DXF:
        names = list(kind.class_names())
        if kind.open and mapping.identity is not None:
            return imported.identities
        if len(names) == 1:
            return np.full(len(imported), names[0], dtype=object)
        raise ImportRefused(
            "class-not-named",
            Text(
                zh=f"请指明哪个字段是类别（mapping），或所有图斑同属哪一类。字段：{'、'.join(imported.attributes.column_names) or '无'}。类别：{'、'.join(names) or '不限'}。",
                en="Say which field holds the class (mapping), or of which class all features are. Fields: "
                f"{', '.join(imported.attributes.column_names) or 'none'}. Classes: {', '.join(names) or 'any'}.",
            ),
            asks="mapping",
            fields=imported.attributes.column_names,
        )
    return classified(imported.classes, imported.rows, known, mapping.class_ or "Layer", imported.name)


def _by_name(kind: LayerKind) -> Mapping[str, str] | None:
    """Keys of the classes and their names in both languages, those left out that two classes share."""
    if kind.open:
        return None
    found: dict[str, str] = {}
    twice: set[str] = set()
    for key, name in kind.class_names().items():
        for text in {name.zh, name.en}:
            twice |= {text} if text in found else set()
            found[text] = key
    return {text: key for text, key in found.items() if text not in twice} | {
        key: key for key in kind.class_names()
    }


def _features(
    imported: Imported,
    repaired: Repaired,
    identities: NDArray[np.object_],
    classes: NDArray[np.object_],
    after: Report,
    kind: LayerKind,
    choices: ImportChoices,
) -> tuple[Features | None, tuple[Text, ...]]:
    kept = repaired.kept
    faults = kind.faults(classes[kept])
    if after.errors and not choices.with_defects:
        faults.append(_topology_fault(after, partition=kind.partition))
    attributes = [
        {name: _plain(value) for name, value in row.items() if value is not None}
        for row in imported.attributes.take(kept).to_pylist()
    ]
    try:
        features = Features.of(
            repaired.geometries,
            identities[kept],
            classes[kept],
            np.array([name or "" for name in imported.names[kept]], dtype=object),
            attributes,
        )
        features.areas()
    except FeaturesRefused as refusal:
        return None, (*faults, refusal.text)
    except GeometryRefused as refusal:
        wrong = Text(zh=f"有图形无法量算面积：{refusal}", en=f"A geometry cannot be measured: {refusal}")
        return None, (*faults, wrong)
    return (None if faults else features), tuple(faults)


def _topology_fault(after: Report, *, partition: bool) -> Text:
    """The errors that are left, with the rules that would mend them."""
    found = [
        (each, count)
        for each, count in after.counts.items()
        if count and (each.is_error or (partition and each in (Defect.GAP, Defect.OUTSIDE)))
    ]
    rules = mending(each for each, _ in found)
    zh, en = "没有规则可修复，请改正数据", "No rule mends this: correct the data"
    if rules:
        zh = f"请选择修复规则：{'、'.join(rule.zh for rule in rules)}"
        en = f"Choose rules of repair: {'; '.join(rule.en for rule in rules)}"
    return Text(
        zh=f"拓扑有{after.errors}处错误（{'，'.join(f'{each.label.zh}{count}' for each, count in found)}）。{zh}；或选择“带缺陷入库”。",
        en=f"Errors of topology: {after.errors} ({', '.join(f'{each.label.en.lower()} {count}' for each, count in found)}). "
        f"{en}; or choose to store it with defects.",
    )


def _plain(value: Any) -> Any:
    if isinstance(value, str | int | float | bool):
        return None if isinstance(value, float) and not np.isfinite(value) else value
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return None
    return json.loads(json.dumps(value, default=str))


def layer_version(found: Examined, **statement: Any) -> AddLayerVersion:
    """The action that stores what was examined.

    Parameters
    ----------
    **statement
        What `AddLayerVersion` takes besides features and origin.

    Raises
    ------
    ImportRefused
        While faults stand in the way.
    """
    if found.features is None:
        raise ImportRefused(
            "faults",
            Text(
                zh=" ".join(each.zh for each in found.faults), en=" ".join(each.en for each in found.faults)
            ),
        )
    return AddLayerVersion(features=found.features, origin=found.origin(), **statement)

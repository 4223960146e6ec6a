"""Where a layer lies: the system that file and sender agree on, and its true place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.territory.importing.crs import (
    GCJ02,
    LEGACY,
    Bounds,
    SourceCrs,
    declared_crs,
    missing_crs,
    same_system,
)
from ecociv.territory.importing.formats import Format
from ecociv.territory.importing.gcj02 import OffsetTest, offset_test, refuse_gcj02, without_offset
from ecociv.territory.importing.ranges import candidates
from ecociv.territory.importing.refusals import ImportRefused
from ecociv.territory.importing.shifts import Shift, checked
from ecociv.territory.importing.staging import Staged


def system_of(
    staged: Staged,
    text: str | None,
    declared: SourceCrs | None,
    bounds: Bounds,
    within: Bounds | None,
    shift: Shift | None,
) -> SourceCrs:
    """The system of a layer: its file's own, or the declared one where the file has none."""
    implied = staged.format in (Format.GEOJSON, Format.KML)
    own = None
    if text and not text.startswith(("ENGCRS", "LOCAL_CS", "ENGINEERINGCRS")):
        own = declared_crs(text, "file", shift)
        if implied and own.code == 4326:
            # What the format prescribes in general says little about this file: the sender may know better.
            own = SourceCrs(own.datum, own.code, False, own.name, "format", definition=own.definition)
    if own is None:
        if declared is None:
            raise missing_crs(staged.name, candidates(bounds, within))
        return declared
    if declared is None or same_system(declared, own):
        return own
    if own.said_by == "format" or (declared.datum == GCJ02 and not own.projected):
        return declared
    raise ImportRefused(
        "contradictory-crs",
        Text(
            zh=f"“{staged.name}”自带坐标系{own.label}，声明的却是{declared.label}。请查明以哪个为准：去掉声明，或改正文件。",
            en=f"{staged.name!r} says {own.label}, but {declared.label} is declared. Find out which is right: leave the "
            "declaration out, or correct the file.",
        ),
        asks="crs",
        file=own.label,
        declared=declared.label,
    )


def taken_as_cgcs2000(system: SourceCrs, shift: Shift | None) -> Reason:
    """How a layer that is not on CGCS2000 came to it."""
    if shift is not None and system.datum in LEGACY:
        found = checked(shift)
        return Reason(
            "datum-shifted",
            Text(
                zh=f"由{system.datum}按声明的参数换算（出处：{shift.source}；{found.zh}）。",
                en=f"Moved from {system.datum} by declared parameters (source: {shift.source}; {found.en}).",
            ),
        )
    return Reason(
        "wgs84-as-cgcs2000",
        Text(
            zh="WGS84按CGCS2000处理，相差为厘米级至分米级。",
            en="WGS84 is taken as CGCS2000; they differ by centimetres to decimetres.",
        ),
    )


def require_need(shift: Shift | None, system: SourceCrs, name: str) -> None:
    """Refuse parameters for a layer that takes none."""
    if shift is None or system.datum in LEGACY:
        return
    raise ImportRefused(
        "shift-not-needed",
        Text(
            zh=f"“{name}”为{system.label}，不需要转换参数；请去掉参数，或查明真正的坐标系。",
            en=f"{name!r} is in {system.label}, which takes no parameters; leave them out, or find its true reference system.",
        ),
        asks="datum_shift",
    )


def true_place(
    geometries: NDArray[np.object_],
    name: str,
    system: SourceCrs,
    reference: NDArray[np.object_] | None,
    *,
    convert: bool,
) -> tuple[NDArray[np.object_], OffsetTest | None, tuple[Reason, ...]]:
    """The layer without the offset of GCJ-02, refused where it has one and conversion is not asked for."""
    tested = offset_test(geometries, reference) if reference is not None else None
    declared = system.datum == GCJ02
    if not declared and not (tested and tested.shifted):
        return geometries, tested, ()
    if not convert:
        raise refuse_gcj02(name, None if declared else tested)
    before = f"{tested.given.mean():.3f}" if tested and tested.given.size else "—"
    after = f"{tested.restored.mean():.3f}" if tested and tested.restored.size else "—"
    reason = Reason(
        "gcj02-converted",
        Text(
            zh=f"已去除GCJ-02偏移（与已知边界的重合度 {before} → {after}）。还原值有数米误差，不能作为管控边界的依据。",
            en=f"The offset of GCJ-02 was taken back (fit to known boundaries {before} -> {after}). The result is off by "
            "metres and no basis for control lines.",
        ),
    )
    return without_offset(geometries), tested, (reason,)

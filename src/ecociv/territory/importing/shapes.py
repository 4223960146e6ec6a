"""From the bytes of a file to geometries that can be measured; nothing is mended here, and no row is lost."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from shapely import GeometryType

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.territory.importing.limits import Limits
from ecociv.territory.importing.refusals import ImportRefused

POLYGONAL = (GeometryType.POLYGON, GeometryType.MULTIPOLYGON)
_LISTED = 10


def geometries_of(
    column: pa.ChunkedArray, name: str, limits: Limits, *, drawing: bool
) -> tuple[NDArray[np.object_], tuple[Reason, ...]]:
    """Geometries of a column of well-known binary, flat, an empty polygon where there is none.

    Parameters
    ----------
    drawing : bool
        Whether closed lines stand for areas, as in a drawing.

    Raises
    ------
    ImportRefused
        ``too-many-vertices``, ``not-finite``, ``curves``.
    """
    raw = column.to_numpy(zero_copy_only=False)
    try:
        read = shapely.from_wkb(raw, on_invalid="fix")
    except NotImplementedError as error:  # what GEOS has no kind for
        raise _curves(name, "—") from error
    found = np.asarray(shapely.force_2d(read), dtype=object)
    given = np.array([each is not None for each in raw], dtype=bool)
    absent = shapely.is_missing(found)
    reasons: list[Reason] = []
    for code, which, zh, en in (
        ("no-geometry", ~given, "没有图形", "have no geometry"),
        ("unreadable-geometry", given & absent, "图形读不出", "have a geometry that cannot be read"),
    ):
        if which.any():
            rows = _rows(which)
            reasons.append(
                Reason(
                    code,
                    Text(
                        zh=f"{which.sum()}行{zh}，按空图形保留：第{rows}行。",
                        en=f"{which.sum()} rows {en}; they are kept as empty: rows {rows}.",
                    ),
                    {"rows": int(which.sum())},
                )
            )
    kinds = shapely.get_type_id(found)
    if (kinds > GeometryType.GEOMETRYCOLLECTION).any():
        raise _curves(name, _rows(kinds > 7))
    _refuse_impossible(found, name, limits)
    if shapely.has_z(read[~absent]).any():
        reasons.append(
            Reason("heights-dropped", Text(zh="高程（Z）未导入。", en="Heights (Z) were not imported."))
        )
    if drawing:
        line = (kinds == GeometryType.LINESTRING) | (kinds == GeometryType.LINEARRING)
        closed = line & shapely.is_closed(found) & (shapely.get_num_points(found) >= 4)
        corners, line_of = shapely.get_coordinates(found[closed], return_index=True)
        found[closed] = shapely.polygons(shapely.linearrings(corners, indices=line_of))
    found[absent] = shapely.Polygon()
    return found, tuple(reasons)


def _curves(name: str, rows: str) -> ImportRefused:
    return ImportRefused(
        "curves",
        Text(
            zh=f"“{name}”含有曲线图形（第{rows}行）。请先转为折线再导出。",
            en=f"{name!r} has curved geometries (rows {rows}). Turn them into straight lines and export again.",
        ),
    )


def _refuse_impossible(found: NDArray[np.object_], name: str, limits: Limits) -> None:
    coordinates, index = shapely.get_coordinates(found, return_index=True)
    counts = np.bincount(index, minlength=len(found))
    if counts.size and (counts.max() > limits.feature_vertices or counts.sum() > limits.vertices):
        row = int(counts.argmax()) + 1
        raise ImportRefused(
            "too-many-vertices",
            Text(
                zh=f"“{name}”第{row}行有{counts.max()}个折点（合计{counts.sum()}），超过上限（单个{limits.feature_vertices}，合计{limits.vertices}）。请抽稀或分幅。",
                en=f"{name!r}, row {row} has {counts.max()} vertices ({counts.sum()} in all); at most {limits.feature_vertices} in "
                f"one and {limits.vertices} in all. Simplify or split it.",
            ),
            row=row,
        )
    wrong = np.unique(index[~np.isfinite(coordinates).all(axis=1)])
    if wrong.size:
        rows = ", ".join(str(each + 1) for each in wrong[:_LISTED])
        raise ImportRefused(
            "not-finite",
            Text(
                zh=f"“{name}”有{wrong.size}行的坐标不是数（NaN）或为无穷大：第{rows}行。请改正后再导入。",
                en=f"{name!r}: in {wrong.size} rows a coordinate is not a number or infinite: rows {rows}. Correct them first.",
            ),
            rows=[int(each) + 1 for each in wrong],
        )


def polygonal_rows(
    found: NDArray[np.object_], name: str, *, drawing: bool
) -> tuple[NDArray[np.bool_], tuple[Reason, ...]]:
    """Which rows belong to a layer of polygons.

    A drawing also holds text, symbols and open lines: they are left out and counted. In other files a line among the
    polygons is a defect, which stays for the topology report.

    Raises
    ------
    ImportRefused
        ``no-polygons``.
    """
    kinds = shapely.get_type_id(found)
    areas = np.isin(kinds, POLYGONAL) & ~shapely.is_empty(found)
    if not areas.any():
        met = Counter(GeometryType(int(kind)).name.title() for kind in kinds if kind >= 0)
        listed = ", ".join(f"{kind} {count}" for kind, count in sorted(met.items())) or "—"
        raise ImportRefused(
            "no-polygons",
            Text(
                zh=f"“{name}”里没有面图形（现有：{listed}）。请选择面图层；图纸中的界线须闭合。",
                en=f"{name!r} holds no polygons (it has: {listed}). Choose a layer of areas; lines of a drawing must be closed.",
            ),
        )
    if not drawing:
        return np.ones(len(found), dtype=bool), ()
    left = int((~areas).sum())
    if not left:
        return areas, ()
    text = Text(
        zh=f"图纸中有{left}个对象不是闭合图形（文字、符号、未闭合的线），未导入。",
        en=f"{left} objects of the drawing are no closed shapes (text, symbols, open lines); they were not imported.",
    )
    return areas, (Reason("not-closed", text, {"objects": left}),)


def _rows(which: NDArray[np.bool_]) -> str:
    places = np.flatnonzero(which) + 1
    more = "…" if places.size > _LISTED else ""
    return ", ".join(map(str, places[:_LISTED])) + more

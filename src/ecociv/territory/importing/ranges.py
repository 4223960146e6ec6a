"""Whether coordinates can be what they are said to be."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.standards.land.zones import epsg_code
from ecociv.territory.importing.crs import Bounds, SourceCrs, declared_crs, to_geographic
from ecociv.territory.importing.refusals import ImportRefused

CHINA: Bounds = (73.0, 3.0, 136.0, 54.0)
"""Longitudes and latitudes of China with its seas; the two ranges do not meet, which tells swapped axes."""
_NORTHINGS = (300_000.0, 6_100_000.0)
_EASTINGS = (50_000.0, 950_000.0)
_PREFIX = 1_000_000.0


def swapped(bounds: Bounds) -> Bounds:
    """The bounds with the axes exchanged."""
    return bounds[1], bounds[0], bounds[3], bounds[2]


def _inside(bounds: Bounds, box: Bounds) -> bool:
    return bounds[0] >= box[0] and bounds[1] >= box[1] and bounds[2] <= box[2] and bounds[3] <= box[3]


def _meets(bounds: Bounds, box: Bounds) -> bool:
    return bounds[0] <= box[2] and bounds[2] >= box[0] and bounds[1] <= box[3] and bounds[3] >= box[1]


def _degrees(bounds: Bounds) -> bool:
    return max(abs(bounds[0]), abs(bounds[2])) <= 180 and max(abs(bounds[1]), abs(bounds[3])) <= 180


def _gauss(bounds: Bounds) -> bool:
    """Whether the bounds look like easting and northing of a Gauss zone, with or without its number."""
    east = bounds[0] % _PREFIX if bounds[0] >= 13 * _PREFIX else bounds[0]
    return (
        _EASTINGS[0] <= east <= _EASTINGS[1]
        and _NORTHINGS[0] <= bounds[1] <= bounds[3] <= _NORTHINGS[1]
        and bounds[2] < 46 * _PREFIX
    )


def candidates(bounds: Bounds, within: Bounds | None) -> list[str]:
    """Systems that would put these coordinates into China, or into the zone's box where that is given.

    Examples
    --------
    >>> candidates((39_510_000, 3_200_000, 39_550_000, 3_250_000), None)
    ['EPSG:4527']
    >>> candidates((510_000, 3_200_000, 550_000, 3_250_000), (116.9, 28.7, 117.8, 30.0))
    ['EPSG:4548', 'EPSG:4509']
    """
    box = within or CHINA
    found = []
    for code in _codes(bounds):
        degrees = bounds
        crs = declared_crs(f"EPSG:{code}")
        if crs.projected:
            corners = np.array([[x, y] for x in bounds[::2] for y in bounds[1::2]])
            moved = to_geographic(corners, crs)
            degrees = (*moved.min(axis=0), *moved.max(axis=0))
        if _meets(degrees, box):
            found.append(f"EPSG:{code}")
    # Without the zone's box every zone would do, and a list of thirty is no help.
    return found if len(found) <= 6 else []


def _codes(bounds: Bounds) -> Iterator[int]:
    if _degrees(bounds):
        yield from (4490, 4326)
        return
    if not _gauss(bounds):
        return
    number = int(bounds[0] // _PREFIX)
    if number >= 25:
        if number <= 45:
            yield epsg_code(number, 3, numbered=True)
    elif number >= 13:
        yield epsg_code(number, 6, numbered=True)
    else:
        yield from (epsg_code(zone, 3) for zone in range(25, 46))
        yield from (epsg_code(zone, 6) for zone in range(13, 24))


def check_ranges(
    bounds: Bounds, crs: SourceCrs, name: str, *, within: Bounds | None = None
) -> tuple[Reason, ...]:
    """Refuse coordinates that contradict their reference system.

    Parameters
    ----------
    bounds : tuple of float
        Of the coordinates as (east, north), after the order of axes that was declared.
    within : tuple of float, optional
        Box of the zone in degrees.

    Returns
    -------
    tuple of Reason
        Warnings.

    Raises
    ------
    ImportRefused
        ``metres-under-degrees``, ``degrees-under-metres``, ``swapped-axes``, ``zone-number``.
    """
    found = f"{bounds[0]:g} {bounds[1]:g} – {bounds[2]:g} {bounds[3]:g}"
    other = swapped(bounds)
    if not crs.projected:
        if _inside(bounds, CHINA):
            return ()
        if _inside(other, CHINA):
            raise _swapped(name, crs, found)
        if abs(bounds[0]) > 180 or abs(bounds[2]) > 180 or abs(bounds[1]) > 90 or abs(bounds[3]) > 90:
            possible = candidates(bounds, within) or candidates(other, within)
            raise _contradiction(
                "metres-under-degrees",
                name,
                crs,
                found,
                Text(
                    zh="经纬度不会有这样的数值，看来是以米为单位的投影坐标",
                    en="degrees do not go so far; these look like metres",
                ),
                possible,
            )
        return (
            Reason(
                "outside-china",
                Text(
                    zh=f"“{name}”的范围{found}超出中国的经纬度范围，请核对坐标系。",
                    en=f"{name!r} covers {found}, which is not within China; check its reference system.",
                ),
            ),
        )
    if _degrees(bounds):
        raise _contradiction(
            "degrees-under-metres",
            name,
            crs,
            found,
            Text(
                zh="这样的数值是经纬度，不是以米为单位的坐标",
                en="these are degrees, not metres",
            ),
            candidates(bounds, within),
        )
    if crs.is_gauss:
        if not _gauss(bounds) and _gauss(other):
            raise _swapped(name, crs, found)
        numbers = {int(bounds[0] // _PREFIX), int(bounds[2] // _PREFIX)}
        expected = crs.zone if crs.numbered else 0
        if numbers != {expected}:
            text = (
                Text(
                    zh=f"东坐标冠有带号{'、'.join(map(str, sorted(numbers)))}，该坐标系{'的带号是' + str(expected) if crs.numbered else '不冠带号'}",
                    en=f"the eastings begin with zone {', '.join(map(str, sorted(numbers)))}, but this system has "
                    + (f"zone {expected}" if crs.numbered else "no number in them"),
                )
                if max(numbers) >= 13
                else Text(
                    zh=f"东坐标没有冠带号{expected}" if crs.numbered else "东坐标超出该带",
                    en=f"the eastings do not begin with zone {expected}"
                    if crs.numbered
                    else "the eastings leave the zone",
                )
            )
            raise _contradiction("zone-number", name, crs, found, text, candidates(bounds, within))
    return ()


def check_place(bounds: Bounds, crs: SourceCrs, name: str, within: Bounds, source: Bounds) -> None:
    """Refuse a layer that lies wholly outside the zone: its reference system cannot be right.

    Raises
    ------
    ImportRefused
        ``outside-zone``.
    """
    if _meets(bounds, within):
        return
    possible = [each for each in candidates(source, within) if each != f"EPSG:{crs.code}"]
    raise _contradiction(
        "outside-zone",
        name,
        crs,
        f"{bounds[0]:.4f} {bounds[1]:.4f} – {bounds[2]:.4f} {bounds[3]:.4f}",
        Text(
            zh=f"换算后不在示范区范围{within[0]:.2f}–{within[2]:.2f}E、{within[1]:.2f}–{within[3]:.2f}N内",
            en=f"this does not meet the zone ({within[0]:.2f}-{within[2]:.2f} E, {within[1]:.2f}-{within[3]:.2f} N)",
        ),
        possible,
    )


def _swapped(name: str, crs: SourceCrs, found: str) -> ImportRefused:
    return ImportRefused(
        "swapped-axes",
        Text(
            zh=f"“{name}”声明为{crs.label}，坐标范围{found}只有在两轴互换后才合理。若文件确为先纬度（北）后经度（东），请声明轴序 axis_order=yx。",
            en=f"{name!r} is said to be {crs.label}; its coordinates {found} make sense only with the axes exchanged. If the "
            "file has north first, declare axis_order=yx.",
        ),
        asks="axis_order",
    )


def _contradiction(
    code: str, name: str, crs: SourceCrs, found: str, why: Text, possible: list[str]
) -> ImportRefused:
    hint_zh = f"可能是：{'、'.join(possible)}。" if possible else ""
    hint_en = f" It may be: {', '.join(possible)}." if possible else ""
    return ImportRefused(
        code,
        Text(
            zh=f"“{name}”声明为{crs.label}，坐标范围却是{found}：{why.zh}。{hint_zh}请查明并指明坐标系（crs）。",
            en=f"{name!r} is said to be {crs.label}, but its coordinates are {found}: {why.en}.{hint_en} Find out and say "
            "the reference system (crs).",
        ),
        asks="crs",
        candidates=possible,
    )

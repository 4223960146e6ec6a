"""The map of a certificate, drawn by the server as SVG: the layers touched, the site, scale bar, north arrow, legend. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import shapely

from ecociv.territory.rules.buffers import LocalPlane, widened

WIDTH, HEIGHT = 520.0, 360.0
"""Of the drawing, in its own units (a unit is about a third of a millimetre on the page)."""
LEGEND = 150.0
MARGIN = 0.35
"""Of the site's size that is shown around it."""
LEAST_EXTENT = 250.0
"""Metres that are shown at least: a point has surroundings too."""


@dataclass(frozen=True)
class MapPart:
    """Polygons that are drawn alike.

    Attributes
    ----------
    label : str
        For the legend, in one language.
    colour : str
        ``#rrggbb``.
    shapes
        Polygons in degrees.
    faint
        Whether it covers the whole map, so that it is a ground for the others.
    """

    label: str
    colour: str
    shapes: Sequence[Any]
    faint: bool = False


@dataclass(frozen=True)
class MapWords:
    """Words of the map in one language."""

    site: str
    leave_out: str
    north: str
    metres: str
    kilometres: str
    font: str


def map_box(site: shapely.Geometry) -> tuple[float, float, float, float]:
    """The box in degrees that a map of a site shows (a little more than is drawn)."""
    centre = site.centroid
    plane = LocalPlane(centre.x, centre.y)
    west, south, east, north = plane.to_plane(site).bounds
    half = max(_half_width(west, south, east, north), LEAST_EXTENT)
    return widened((centre.x, centre.y, centre.x, centre.y), half * 1.5)


def draw_map(
    site: shapely.Geometry,
    parts: Iterable[MapPart],
    words: MapWords,
    leave_out: shapely.Geometry | None = None,
) -> str:
    """The map as SVG.

    Lengths are true around the site (azimuthal equidistant on the ellipsoid), north is up in its middle.
    """
    centre = site.centroid
    plane = LocalPlane(centre.x, centre.y)
    local = plane.to_plane(site)
    west, south, east, north = local.bounds
    half = max(_half_width(west, south, east, north), LEAST_EXTENT)
    map_width = WIDTH - LEGEND
    scale = map_width / (2 * half)
    middle = ((west + east) / 2, (south + north) / 2) if site.geom_type != "Point" else (0.0, 0.0)
    window = shapely.box(
        middle[0] - half, middle[1] - HEIGHT / 2 / scale, middle[0] + half, middle[1] + HEIGHT / 2 / scale
    )

    def at(pairs: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return np.column_stack(
            [
                (pairs[:, 0] - middle[0]) * scale + map_width / 2,
                HEIGHT / 2 - (pairs[:, 1] - middle[1]) * scale,
            ]
        )

    drawn: list[str] = []
    legend: list[tuple[str, str, str]] = []
    for part in parts:
        shown = [_clipped(plane.to_plane(shape), window) for shape in part.shapes]
        paths = "".join(_path(shape, at) for shape in shown if not shape.is_empty)
        if paths:
            drawn.append(
                f'<path d="{paths}" fill="{part.colour}" fill-opacity="{0.22 if part.faint else 0.55}" fill-rule="evenodd" '
                f'stroke="{part.colour}" stroke-width="0.8"/>'
            )
            legend.append((part.label, part.colour, "fill"))
    if leave_out is not None and not leave_out.is_empty:
        drawn.append(
            f'<path d="{_path(plane.to_plane(leave_out), at)}" fill="url(#hatch)" fill-rule="evenodd" '
            'stroke="#b3001b" stroke-width="1"/>'
        )
        legend.append((words.leave_out, "#b3001b", "hatch"))
    if site.geom_type == "Point":
        x, y = at(shapely.get_coordinates(local))[0]
        drawn.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="none" stroke="#111" stroke-width="2"/>'
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.4" fill="#111"/>'
        )
    else:
        drawn.append(
            f'<path d="{_path(local, at)}" fill="none" stroke="#111" stroke-width="2.2" stroke-linejoin="round"/>'
        )
    legend.insert(0, (words.site, "#111111", "line"))
    font = f'font-family="{escape(words.font, quote=True)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" width="{WIDTH:g}" height="{HEIGHT:g}">'
        '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<line x1="0" y1="0" x2="0" y2="6" stroke="#b3001b" stroke-width="1.6"/></pattern>'
        f'<clipPath id="frame"><rect x="0" y="0" width="{map_width:g}" height="{HEIGHT:g}"/></clipPath></defs>'
        f'<rect x="0" y="0" width="{WIDTH:g}" height="{HEIGHT:g}" fill="#ffffff"/>'
        f'<rect x="0" y="0" width="{map_width:g}" height="{HEIGHT:g}" fill="#f7f7f2"/>'
        f'<g clip-path="url(#frame)">{"".join(drawn)}</g>'
        f'<rect x="0.5" y="0.5" width="{map_width - 1:g}" height="{HEIGHT - 1:g}" fill="none" stroke="#555" stroke-width="1"/>'
        f"{_north(words, font)}{_scale_bar(scale, words, font)}{_legend(legend, map_width + 8, font)}</svg>"
    )


def _half_width(west: float, south: float, east: float, north: float) -> float:
    """Half of the ground's width on the map, so that the site and its margin fit both ways."""
    map_width = WIDTH - LEGEND
    across = (east - west) * (1 + 2 * MARGIN) / 2
    upward = (north - south) * (1 + 2 * MARGIN) / 2 * map_width / HEIGHT
    return max(across, upward)


def _clipped(shape: shapely.Geometry, window: shapely.Geometry) -> shapely.Geometry:
    if not shape.is_valid:
        shape = shapely.make_valid(shape)
    return shapely.intersection(shape, window)


def _path(shape: shapely.Geometry, at: Any) -> str:
    pieces = []
    for polygon in shapely.get_parts(shapely.get_parts(shape)):
        if polygon.geom_type != "Polygon":
            continue
        for ring in (polygon.exterior, *polygon.interiors):
            corners = at(shapely.get_coordinates(shapely.simplify(ring, 0)))
            pieces.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners) + "Z")
    return "".join(pieces)


def _north(words: MapWords, font: str) -> str:
    x, y = WIDTH - LEGEND - 22, 12.0
    return (
        f'<g transform="translate({x:g} {y:g})"><path d="M0 24L6 0L12 24L6 18Z" fill="#111"/>'
        f'<text x="6" y="36" font-size="10" text-anchor="middle" {font}>{escape(words.north)}</text></g>'
    )


def nice_length(most: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten that is not longer.

    >>> nice_length(730), nice_length(4.2), nice_length(1000)
    (500.0, 2.0, 1000.0)
    """
    power = 10.0 ** math.floor(math.log10(most))
    return next(step * power for step in (5.0, 2.0, 1.0) if step * power <= most)


def _scale_bar(scale: float, words: MapWords, font: str) -> str:
    length = nice_length(110 / scale)
    width = length * scale
    label = f"{length / 1000:g} {words.kilometres}" if length >= 1000 else f"{length:g} {words.metres}"
    y = HEIGHT - 14
    return (
        f'<g transform="translate(12 {y:g})"><rect x="-5" y="-16" width="{width + 48:.1f}" height="24" fill="#ffffff" fill-opacity="0.85"/>'
        f'<rect x="0" y="-4" width="{width / 2:.1f}" height="5" fill="#111"/>'
        f'<rect x="0" y="-4" width="{width:.1f}" height="5" fill="none" stroke="#111" stroke-width="0.8"/>'
        f'<text x="0" y="-7" font-size="8.5" {font}>0</text>'
        f'<text x="{width:.1f}" y="-7" font-size="8.5" {font}>{label}</text></g>'
    )


def _legend(rows: Sequence[tuple[str, str, str]], x: float, font: str) -> str:
    made = []
    y = 14.0
    for label, colour, kind in rows[:14]:
        if kind == "line":
            sign = f'<rect x="{x:g}" y="{y - 8:g}" width="14" height="9" fill="none" stroke="{colour}" stroke-width="2"/>'
        elif kind == "hatch":
            sign = (
                f'<rect x="{x:g}" y="{y - 8:g}" width="14" height="9" fill="url(#hatch)" stroke="{colour}"/>'
            )
        else:
            sign = f'<rect x="{x:g}" y="{y - 8:g}" width="14" height="9" fill="{colour}" fill-opacity="0.55" stroke="{colour}"/>'
        made.append(sign)
        for line in _lines(label):
            made.append(f'<text x="{x + 19:g}" y="{y:g}" font-size="8.5" {font}>{escape(line)}</text>')
            y += 11
        y += 5
    return "".join(made)


def _lines(label: str, most: int = 26) -> list[str]:
    """A label in at most two lines, parted between words or Chinese characters; a Chinese character is two wide.

    >>> _lines("Nature reserve: core · Protected areas")
    ['Nature reserve: core ·', 'Protected areas']
    """
    lines, width = [""], 0
    for word in re.findall(r"[\u2e80-\uffff]|[^\s\u2e80-\uffff]+\s*|\s+", label):
        wide = sum(2 if ord(character) > 0x2E7F else 1 for character in word)
        if width and width + len(word.rstrip()) > most:
            lines.append("")
            width = 0
        lines[-1] += word
        width += wide
    lines = [line.rstrip() for line in lines]
    return lines if len(lines) <= 2 else [lines[0], lines[1] + "…"]

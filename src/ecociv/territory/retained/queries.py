"""Figures from the layers of a zone on the last day of a year, as known at a moment; computed once for the same files."""

from __future__ import annotations

import datetime as dt
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from ecociv.core.digests import digest_of_json
from ecociv.core.text import Text
from ecociv.evidence.mapping import load_places
from ecociv.standards.land import GeometryRefused
from ecociv.territory.layers.geopackage import LayerFileUnreadable
from ecociv.territory.layers.kinds import layer_kind
from ecociv.territory.models import Confidentiality, LayerVersion
from ecociv.territory.queries import layer_file, versions_in_force
from ecociv.territory.retained.coverage import (
    LISTED,
    Chosen,
    County,
    Cover,
    Patch,
    area_of,
    cover,
    disjoint_counties,
)
from ecociv.territory.retained.declaration import BOUNDARIES, RetainedSeries, load_retained
from ecociv.territory.retained.figures import RetainedFigure, UsedVersion, figure_of, missing_figure
from ecociv.territory.store import opened

ARITHMETIC = 1
"""Raised when the way of measuring changes what comes out, so that nothing measured before is taken."""


class UnknownRetained(LookupError):
    """A series for which the zone declares no areas from layers."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def retained_area(zone: str, series: str, year: int, as_of: dt.datetime | None = None) -> RetainedFigure:
    """A figure from the layers in force on the last day of a year.

    Parameters
    ----------
    as_of
        Only layer versions recorded by then; now, when not given.

    Raises
    ------
    UnknownRetained
        When the zone declares none for the series; names those it does.
    """
    declared = declared_for(zone, series)
    kinds = list(dict.fromkeys([BOUNDARIES, *(source.kind for source in declared.numerator)]))
    versions = versions_in_force(zone, dt.date(year, 12, 31), as_of, kinds=kinds)
    return measured(zone, declared, year, versions)


def declared_for(zone: str, series: str) -> RetainedSeries:
    """The declaration of a series.

    Raises
    ------
    UnknownRetained
        When there is none.
    """
    areas = load_retained(zone)
    found = areas.of(series)
    if found is None:
        there = [item.series for item in areas.areas]
        raise UnknownRetained(
            Text(
                zh=f"{zone}没有从图层计算的指标“{series}”；有：{'、'.join(there) or '无'}。",
                en=f"{zone} declares no area from layers for {series!r}; there are: {', '.join(there) or 'none'}.",
            )
        )
    return found


def layers_digest(zone: str, series: str, year: int, as_of: dt.datetime | None = None) -> str:
    """Digest of everything that a figure follows from, without measuring anything."""
    declared = declared_for(zone, series)
    kinds = [BOUNDARIES, *(source.kind for source in declared.numerator)]
    versions = versions_in_force(zone, dt.date(year, 12, 31), as_of, kinds=kinds)
    return digest_of_json(
        [
            ARITHMETIC,
            declared.model_dump_json(),
            sorted([version.layer.key, version.number, version.sha256] for version in versions),
        ]
    )


def measured(
    zone: str, declared: RetainedSeries, year: int, versions: Sequence[LayerVersion]
) -> RetainedFigure:
    """A figure from given versions: the boundaries and those of the kinds that count."""
    boundaries = [version for version in versions if version.layer.kind == BOUNDARIES]
    if not boundaries:
        return missing_figure(declared, year, _no_layer(BOUNDARIES, year))
    # Several layers of boundaries are several levels: the counties are the finest.
    boundary = max(boundaries, key=lambda version: (version.count, version.layer.key))
    used = [_used(boundary)]
    chosen: list[tuple[LayerVersion, tuple[str, ...] | None]] = []
    for source in declared.numerator:
        found = [version for version in versions if version.layer.kind == source.kind]
        if not found:
            return missing_figure(declared, year, _no_layer(source.kind, year), used)
        chosen += [(version, source.chosen()) for version in found]
        used += [one for version in found if (one := _used(version)) not in used]
    try:
        counties, claimed, wholes = _counties(boundary.sha256)
        covers = _covers(boundary, counties, chosen)
    except (LayerFileUnreadable, GeometryRefused) as error:
        said = getattr(error, "text", None) or Text(zh=str(error), en=str(error))
        return missing_figure(declared, year, said, used)
    places = {place.code: place.name for place in load_places(zone).by_key.values() if place.code}
    return figure_of(declared, year, counties, covers, wholes, used, claimed=claimed, names=places)


def _no_layer(kind: str, year: int) -> Text:
    name = layer_kind(kind).name
    return Text(
        zh=f"没有在{year}-12-31有效的图层“{name.zh}”；请先导入该图层",
        en=f"No layer of the kind “{name.en}” holds on {year}-12-31; import one first",
    )


def _used(version: LayerVersion) -> UsedVersion:
    return UsedVersion(
        version.layer.key,
        version.layer.kind,
        version.number,
        version.title,
        version.sha256,
        version.valid_from.isoformat(),
        version.recorded_at,
        version.sample,
        version.confidentiality == Confidentiality.PUBLIC,
    )


@lru_cache(maxsize=8)
def _counties(sha256: str) -> tuple[tuple[County, ...], float, tuple[float, ...]]:
    counties, claimed = disjoint_counties(opened(sha256))
    return counties, claimed, tuple(area_of(county.geometry) for county in counties)


def _covers(
    boundary: LayerVersion,
    counties: Sequence[County],
    chosen: Sequence[tuple[LayerVersion, tuple[str, ...] | None]],
) -> tuple[Cover, ...]:
    """What is covered in each county; measured once for the same files and classes, also by other processes."""
    key = digest_of_json(
        [
            ARITHMETIC,
            LISTED,
            boundary.sha256,
            [[version.layer.key, version.number, version.sha256, classes] for version, classes in chosen],
        ]
    )
    path = Path(settings.ECOCIV_VAR) / "retained" / key[:2] / f"{key}.json"
    known = _read(path)
    if known is not None:
        return known
    sources = [
        Chosen(layer_file(version), classes, f"{version.layer.key} v{version.number}")
        for version, classes in chosen
    ]
    found = tuple(cover(county, sources) for county in counties)
    _write(path, found)
    return found


def _read(path: Path) -> tuple[Cover, ...] | None:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return tuple(
            Cover(
                one["area"],
                one["together"],
                one["patches"],
                tuple(Patch(**patch) for patch in one["largest"]),
            )
            for one in kept
        )
    except (OSError, ValueError, KeyError, TypeError):
        # What cannot be read is measured again.
        return None


def _write(path: Path, covers: Sequence[Cover]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content: list[dict[str, Any]] = [asdict(one) for one in covers]
    handle, part = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False)
    Path(part).replace(path)

"""What a map shows: the versions that a reader may see on a day, and the features under a point or in a window."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from ecociv.territory.layers.features import Feature
from ecociv.territory.layers.kinds import LayerKind, layer_kind
from ecociv.territory.models import LayerVersion
from ecociv.territory.queries import layer_file, may_read, versions_in_force

_DRAWN_FROM_BELOW = ("survey", "plan", "control-line", "right", "patches", "boundary")
_MOST_UNDER_A_POINT = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A feature with the version that it belongs to."""

    version: LayerVersion
    kind: LayerKind
    feature: Feature


def shown_on(
    zone: str, on: dt.date, as_of: dt.datetime | None, user: Any
) -> list[tuple[LayerVersion, LayerKind]]:
    """Versions in force on a day that a user may see, with their kinds, in the order of drawing from below."""
    found = [
        (version, layer_kind(version.layer.kind)) for version in versions_in_force(zone, on, as_of, user=user)
    ]
    return sorted(found, key=lambda pair: (_DRAWN_FROM_BELOW.index(pair[1].role), pair[0].layer.key))


def history_of(zone: str, as_of: dt.datetime | None, user: Any) -> list[LayerVersion]:
    """Every version that a user may see and that is not withdrawn, newest first within its layer."""
    known = list(
        LayerVersion.objects.of_zone(zone)
        .known(as_of)
        .select_related("layer")
        .order_by("layer__key", "-number")
    )
    gone = {(one.layer_id, one.withdraws) for one in known if one.change == LayerVersion.Change.WITHDRAWAL}
    return [
        one
        for one in known
        if one.change != LayerVersion.Change.WITHDRAWAL
        and (one.layer_id, one.number) not in gone
        and may_read(user, one)
    ]


def under(versions: Iterable[LayerVersion], longitude: float, latitude: float) -> list[Found]:
    """Features of the versions under a point, border included; of layers given last first."""
    point = shapely.Point(longitude, latitude)
    found: list[Found] = []
    for version in reversed(list(versions)):
        kind = layer_kind(version.layer.kind)
        for feature in layer_file(version).meeting(point):
            found.append(Found(version, kind, feature))
            if len(found) >= _MOST_UNDER_A_POINT:
                return found
    return found


def in_window(
    versions: Sequence[LayerVersion], window: tuple[float, float, float, float], most: int
) -> Iterator[Found]:
    """Features of the versions that meet a window (west, south, east, north), at most so many of each version."""
    box = shapely.box(*window)
    for version in versions:
        kind = layer_kind(version.layer.kind)
        for count, feature in enumerate(layer_file(version).meeting(box)):
            if count >= most:
                break
            yield Found(version, kind, feature)

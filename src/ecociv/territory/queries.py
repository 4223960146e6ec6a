"""Which layer versions there are, which hold on a day as known at a moment, and who may see them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from ecociv.people.permissions import actor_of, allowed
from ecociv.people.policy import Action
from ecociv.territory.layers.geopackage import LayerFile
from ecociv.territory.models import SEES_ALL, Confidentiality, Layer, LayerVersion
from ecociv.territory.store import opened


class UnknownLayer(LookupError):
    """A layer that the zone does not have."""


def layer_of(zone: str, key: str) -> Layer:
    """A layer by its key.

    Raises
    ------
    UnknownLayer
        When the zone has none of that key; names those it has.
    """
    found = Layer.objects.filter(zone=zone, key=key).first()
    if found is None:
        there = ", ".join(Layer.objects.filter(zone=zone).values_list("key", flat=True)) or "none yet"
        raise UnknownLayer(f"{zone} has no layer {key!r}; layers: {there}.")
    return found


def versions_in_force(
    zone: str,
    on: dt.date,
    as_of: dt.datetime | None = None,
    *,
    kinds: Iterable[str] | None = None,
    user: Any = None,
) -> list[LayerVersion]:
    """The version of each layer that holds on a day, as known at a moment, by key of the layer.

    Of the versions valid on that day and not withdrawn by that moment the one with the highest number holds.

    Parameters
    ----------
    on
        The day for which it has to hold (valid time).
    as_of
        Only what had been recorded by then; now, when not given.
    kinds
        Only layers of these kinds.
    user
        Only what this user may see; everything when not given (for calculations that show no geometry).
    """
    asked = (
        LayerVersion.objects.of_zone(zone)
        .known(as_of)
        .select_related("layer")
        .order_by("layer__key", "number")
    )
    if kinds is not None:
        asked = asked.filter(layer__kind__in=list(kinds))
    by_layer: dict[int, list[LayerVersion]] = {}
    for version in asked:
        by_layer.setdefault(version.layer_id, []).append(version)
    visible = None
    if user is not None:
        visible = set(asked.visible_to(user).values_list("pk", flat=True))
    found = []
    for versions in by_layer.values():
        withdrawn = {version.withdraws for version in versions}
        holding = [
            version
            for version in versions
            if version.change != LayerVersion.Change.WITHDRAWAL
            and version.number not in withdrawn
            and version.valid_from <= on
            and (version.valid_to is None or on <= version.valid_to)
        ]
        if holding and (visible is None or holding[-1].pk in visible):
            found.append(holding[-1])
    return found


def version_in_force(
    zone: str, key: str, on: dt.date, as_of: dt.datetime | None = None, *, user: Any = None
) -> LayerVersion | None:
    """The version of one layer that holds on a day, as known at a moment; none where none does."""
    return next((one for one in versions_in_force(zone, on, as_of, user=user) if one.layer.key == key), None)


def layer_file(version: LayerVersion) -> LayerFile:
    """The features of a version.

    Raises
    ------
    ecociv.territory.layers.geopackage.LayerFileUnreadable
        When the file is missing or damaged.
    """
    return opened(version.sha256)


def may_read(user: Any, version: LayerVersion) -> bool:
    """Whether a user may see a version and its features.

    A restricted one is open to the body that keeps the layer, the office of the leading group, leaders and auditors.
    """
    zone = version.layer.zone
    if not allowed(user, Action.READ, zone=zone, public=version.confidentiality == Confidentiality.PUBLIC):
        return False
    if version.confidentiality != Confidentiality.RESTRICTED:
        return True
    actor = actor_of(user)
    return actor.role in SEES_ALL or bool(actor.organisation and actor.organisation == version.layer.owner)

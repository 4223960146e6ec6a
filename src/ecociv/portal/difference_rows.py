"""Differences between plans as lists show them: words, filters and columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ecociv.land_administration.differences.declaration import rules
from ecociv.land_administration.differences.models import DifferenceEvent
from ecociv.land_administration.differences.queries import Standing, patch_row, standings
from ecociv.plan.package import ZonePackage
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.tables import Column
from ecociv.portal.zone import language, zone_key
from ecociv.territory.layers.kinds import layer_kind
from ecociv.territory.models import Layer


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One difference in the list."""

    standing: Standing
    first: str
    second: str
    first_layer: str
    second_layer: str
    county: str
    size: str
    cause: str
    resolution: str
    prevails: str
    said: Mapping[str, Any]

    @property
    def alive(self) -> bool:
        """Whether it still stands."""
        return self.standing.alive

    @property
    def state(self) -> str:
        """Words for what became of it and of its case."""
        if not self.alive:
            return str(DifferenceEvent.Kind(self.standing.event.kind).label)
        if self.standing.case is None:
            return _("Not opened")
        return _("In hand") if self.standing.case.closed_at is None else _("Case closed, still there")


def county_names(plan: ZonePackage) -> dict[str, str]:
    """Name of each county by division code; ``""`` is outside all."""
    names = {one.code: one.name.in_language(language()) for one in plan.zone.counties}
    return {**names, "": _("Outside every county")}


def class_words(kind: str, class_key: str) -> str:
    """Kind and class in the reader's language."""
    known, tongue = layer_kind(kind), language()
    name, class_name = known.name.in_language(tongue), known.class_name(class_key).in_language(tongue)
    return f"{name} · {class_name}"


def row_of(one: Standing, counties: Mapping[str, str], layers: Mapping[str, str]) -> DifferenceRow:
    """One row, with the words that the run recorded."""
    said, tongue = patch_row(one.patch), language()
    first, second = (class_words(said[f"kind_{side}"], said[f"class_{side}"]) for side in ("a", "b"))
    return DifferenceRow(
        one,
        first,
        second,
        layers.get(said["layer_a"], said["layer_a"]),
        layers.get(said["layer_b"], said["layer_b"]),
        counties.get(one.patch.county, one.patch.county),
        rules().size_name(one.patch.size).in_language(tongue),
        said["cause"][tongue],
        said["resolution"][tongue],
        {"a": first, "b": second}.get(said["prevails"], ""),
        said,
    )


def layer_titles(zone: str) -> dict[str, str]:
    """Title of each layer by its key."""
    return {one.key: one.title.in_language(language()) for one in Layer.objects.filter(zone=zone)}


def chosen(
    user: Any, query: Any, plan: ZonePackage, as_of: dt.datetime | None = None
) -> tuple[Filters, list[DifferenceRow], list[Standing]]:
    """Filters of the list, the rows that they leave, and everything that the reader may see."""
    zone = zone_key()
    counties, layers = county_names(plan), layer_titles(zone)
    everything = standings(zone, user, as_of=as_of)
    rows = [row_of(one, counties, layers) for one in everything]
    pairs = sorted(
        {"/".join(row.standing.difference.pair): f"{row.first} × {row.second}" for row in rows}.items()
    )
    there = sorted({key for one in everything for key in (one.difference.layer_a, one.difference.layer_b)})
    filters = Filters(
        query,
        [
            Filter("pair", _("Pair"), [Choice(key, words) for key, words in pairs], _("All pairs")),
            Filter(
                "layer", _("Layer"), [Choice(key, layers.get(key, key)) for key in there], _("All layers")
            ),
            Filter(
                "county",
                _("County"),
                [Choice(code or "outside", name) for code, name in counties.items()],
                _("All counties"),
            ),
            Filter(
                "size",
                _("Size"),
                [Choice(one.key, one.name.in_language(language())) for one in rules().sizes],
                _("All sizes"),
            ),
            Filter(
                "is",
                _("State"),
                [
                    Choice("new", _("Not opened")),
                    Choice("in-hand", _("In hand")),
                    Choice("gone", _("Gone")),
                    Choice("all", _("Standing and gone")),
                ],
                _("Standing"),
            ),
        ],
    )
    return filters, [row for row in rows if _fits(row, filters)], everything


def _fits(row: DifferenceRow, filters: Filters) -> bool:
    one, wanted = row.standing, filters["is"]
    in_hand = one.case is not None and one.case.closed_at is None
    state = {
        "": one.alive,
        "new": one.alive and not in_hand,
        "in-hand": in_hand,
        "gone": not one.alive,
        "all": True,
    }[wanted]
    county = "" if filters["county"] == "outside" else filters["county"]
    return (
        state
        and (not filters["pair"] or "/".join(one.difference.pair) == filters["pair"])
        and (not filters["layer"] or filters["layer"] in (one.difference.layer_a, one.difference.layer_b))
        and (not filters["county"] or any(code == county for code, _area in one.patch.counties))
        and (not filters["size"] or one.patch.size == filters["size"])
        and matches(
            filters.text,
            one.difference.reference,
            row.first,
            row.second,
            row.county,
            row.cause,
            one.patch.identity_a,
            one.patch.identity_b,
            one.case.number if one.case else "",
        )
    )


COLUMNS: Sequence[Column[DifferenceRow]] = (
    Column(
        "number",
        gettext_lazy("Number"),
        lambda r: r.standing.difference.reference,
        sort_by=lambda r: r.standing.difference.number,
    ),
    Column("first", gettext_lazy("First plan"), lambda r: r.first, sort_by=lambda r: r.first),
    Column("second", gettext_lazy("Second plan"), lambda r: r.second, sort_by=lambda r: r.second),
    Column(
        "area",
        gettext_lazy("Area (m²)"),
        lambda r: r.standing.patch.area,
        sort_by=lambda r: r.standing.patch.area,
        numeric=True,
    ),
    Column("county", gettext_lazy("County"), lambda r: r.county, sort_by=lambda r: r.county),
    Column("prevails", gettext_lazy("Prevails"), lambda r: r.prevails, sort_by=lambda r: r.prevails or None),
    Column("state", gettext_lazy("State"), lambda r: r.state, sort_by=lambda r: r.state),
    Column(
        "case",
        gettext_lazy("Case"),
        lambda r: r.standing.case.number if r.standing.case else None,
        sort_by=lambda r: r.standing.case.pk if r.standing.case else None,
    ),
    Column("size", gettext_lazy("Size"), lambda r: r.size, export_only=True),
    Column("cause", gettext_lazy("Cause"), lambda r: r.cause, export_only=True),
    Column("resolution", gettext_lazy("Proposed resolution"), lambda r: r.resolution, export_only=True),
    Column(
        "run", gettext_lazy("Last run that found it"), lambda r: r.standing.patch.run.number, export_only=True
    ),
)


def total_area(rows: Sequence[DifferenceRow]) -> Decimal:
    """Ledger areas of rows added up."""
    return sum((row.standing.patch.area for row in rows), Decimal("0.00"))

"""Registering the places, properties and series that a mapping feeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from ecociv.evidence.mapping import SupplierColumn, ValueDeclaration, load_places
from ecociv.evidence.models import ObservedProperty, Place, Series


class SeriesConflict(ValueError):
    """A mapping feeds an existing series in another unit or averaging; the figures would not be comparable."""


class FeedsSeries(Protocol):
    """What registers series: a file mapping, or the declaration of an intake."""

    @property
    def key(self) -> str: ...
    @property
    def network(self) -> str: ...
    @property
    def values(self) -> Mapping[str, ValueDeclaration]: ...
    @property
    def supplier(self) -> SupplierColumn: ...

    def series_key(self, place: str, column: str, *, sample: bool) -> str:
        """Key of the series that a column feeds at a place."""
        ...


def ensure_place(zone: str, key: str) -> Place:
    """The place's record, made from the zone's declaration (with the places it is part of) when it is new."""
    known = Place.objects.filter(key=key).first()
    if known is not None:
        return known
    declared = load_places(zone).by_key[key]
    parent = ensure_place(zone, declared.parent) if declared.parent else None
    place, _ = Place.objects.get_or_create(
        key=key,
        defaults={
            "kind": declared.kind,
            "name_zh": declared.name.zh,
            "name_en": declared.name.en,
            "code": declared.code,
            "parent": parent,
            "longitude": declared.longitude,
            "latitude": declared.latitude,
            "details": declared.details,
        },
    )
    return place


def check_series(mapping: FeedsSeries, pairs: Iterable[tuple[str, str]], *, sample: bool) -> None:
    """Refuse to feed an existing series in another unit, statistic or averaging.

    Raises
    ------
    SeriesConflict
        Naming the series and both declarations.
    """
    wanted = {
        mapping.series_key(place, column, sample=sample): mapping.values[column] for place, column in pairs
    }
    for series in Series.objects.filter(key__in=wanted):
        declared = wanted[series.key]
        ours = (declared.unit, declared.statistic, declared.averaging)
        theirs = (series.unit, series.statistic, series.averaging)
        if ours != theirs:
            raise SeriesConflict(
                f"Series {series.key} holds (unit, statistic, averaging) = {theirs}; mapping {mapping.key} declares "
                f"{ours}. Give the property another key in the mapping, so that it becomes a series of its own."
            )


def ensure_series(
    zone: str, mapping: FeedsSeries, pairs: Iterable[tuple[str, str]], *, sample: bool
) -> list[Series]:
    """The series records for (place, column) pairs of a mapping, made when they are new."""
    pairs = sorted(pairs)
    keys = {mapping.series_key(place, column, sample=sample): (place, column) for place, column in pairs}
    known = {series.key: series for series in Series.objects.filter(key__in=keys)}
    properties = {p.key: p for p in ObservedProperty.objects.all()}
    places: dict[str, Place] = {}
    made = []
    for key, (place, column) in keys.items():
        if key in known:
            made.append(known[key])
            continue
        declared = mapping.values[column]
        if declared.property not in properties:
            properties[declared.property], _ = ObservedProperty.objects.get_or_create(
                key=declared.property, defaults={"name_zh": declared.name.zh, "name_en": declared.name.en}
            )
        if place not in places:
            places[place] = ensure_place(zone, place)
        note = declared.note
        series = Series(
            key=key,
            property=properties[declared.property],
            place=places[place],
            network=mapping.network,
            unit=declared.unit,
            statistic=declared.statistic,
            averaging=declared.averaging,
            organisation=mapping.supplier.constant or "",
            note_zh=note.zh if note else "",
            note_en=note.en if note else "",
            sample=sample,
        )
        series.save(force_insert=True)
        made.append(series)
    return made

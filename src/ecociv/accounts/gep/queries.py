"""What pages and commands ask of the ecosystem product."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from django.db.models import Max
from django.utils import timezone

from ecociv.accounts.gather.figures import Figures, state_of
from ecociv.accounts.gep.declaration import FILE, ZoneGep, load_gep
from ecociv.accounts.gep.gather import areas_of, found_inputs, read_inputs
from ecociv.accounts.gep.statement import GepStatement, compile_statement
from ecociv.accounts.queries import AccountsRefused
from ecociv.core.text import Text
from ecociv.evidence.declared import zone_folder
from ecociv.evidence.mapping import load_places
from ecociv.territory.models import LayerVersion


def years_of(declared: ZoneGep) -> range:
    """The years for which the product is drawn up: to the last year that has ended."""
    last = declared.last_year or timezone.localdate().year - 1
    return range(declared.first_year, last + 1)


def statement(zone: str, area: str, year: int, as_of: dt.datetime | None = None) -> GepStatement:
    """The product of an area in a year, as known at a moment.

    Parameters
    ----------
    area
        Key, code or name of a county; the zone's own place, when empty.

    Raises
    ------
    GepNotDeclared
        The zone declares none.
    AccountsRefused
        No such area or year; the message names those there are.
    """
    declared = load_gep(zone)
    places = load_places(zone)
    keys = areas_of(declared, places)
    place = next(
        (
            places.by_key[key]
            for key in keys
            if area in (key, places.by_key[key].code, places.by_key[key].name.zh, places.by_key[key].name.en)
        ),
        None if area else places.by_key[keys[0]],
    )
    if place is None:
        known = "、".join(places.by_key[key].name.zh for key in keys)
        raise AccountsRefused(
            Text(zh=f"没有“{area}”这个地区；可选：{known}。", en=f"There is no area {area!r}; areas: {', '.join(keys)}.")
        )
    if year not in years_of(declared):
        span = years_of(declared)
        raise AccountsRefused(
            Text(
                zh=f"{year}年没有核算；可选{span[0]}—{span[-1]}年。",
                en=f"There is no product of {year}; years: {span[0]} to {span[-1]}.",
            )
        )
    return _statement(zone, place.key, year, as_of, _state(zone))


def all_areas(zone: str, year: int, as_of: dt.datetime | None = None) -> tuple[GepStatement, ...]:
    """The zone, then each county."""
    declared = load_gep(zone)
    return tuple(statement(zone, key, year, as_of) for key in areas_of(declared, load_places(zone)))


def series(zone: str, area: str, as_of: dt.datetime | None = None) -> tuple[GepStatement, ...]:
    """An area in every year."""
    return tuple(statement(zone, area, year, as_of) for year in years_of(load_gep(zone)))


def _state(zone: str) -> tuple[object, ...]:
    """What changes when the declaration, the evidence or the layers do."""
    layers = LayerVersion.objects.filter(layer__zone=zone).aggregate(last=Max("pk"))["last"]
    return (*state_of(zone), (zone_folder(zone) / FILE).stat().st_mtime_ns, layers)


@lru_cache(maxsize=128)
def _statement(
    zone: str, area: str, year: int, as_of: dt.datetime | None, state: tuple[object, ...]
) -> GepStatement:
    declared = load_gep(zone)
    figures = _inputs(zone, as_of, state)
    found = found_inputs(declared, figures, area, year, as_of)
    return compile_statement(
        declared, found, area=area, area_name=load_places(zone).by_key[area].name, year=year
    )


@lru_cache(maxsize=4)
def _inputs(zone: str, as_of: dt.datetime | None, _state: tuple[object, ...]) -> Figures:
    return read_inputs(load_gep(zone), as_of)

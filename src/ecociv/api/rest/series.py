"""Series and observations out."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from ecociv.api.access import Caller, caller_of
from ecociv.api.cursors import read_cursor, write_cursor
from ecociv.api.observations import Reach, Seen, count, newest, walk
from ecociv.api.problems import Problem, as_json
from ecociv.api.rest.parameters import moment, page_size, require_clean
from ecociv.api.rest.shapes import observation_json, series_json
from ecociv.evidence.models import Series

router = Router()


@router.get("/series", summary="Series")
def list_series(
    request: HttpRequest,
    network: str = "",
    place: str = "",
    property: str = "",
    q: str = "",
    sample: bool | None = None,
    limit: int = 100,
    cursor: str = "",
) -> HttpResponse:
    """Series that the caller may read, by key; ``cursor`` is the last key of the page before."""
    found = caller_of(request).series().order_by("key")
    require_clean(network, place, property, q, cursor)
    if network:
        found = found.filter(network=network)
    if place:
        found = found.filter(place__key=place)
    if property:
        found = found.filter(property__key=property)
    if q:
        found = found.filter(
            Q(key__icontains=q) | Q(property__name_zh__icontains=q) | Q(place__name_zh__icontains=q)
        )
    if sample is not None:
        found = found.filter(sample=sample)
    if cursor:
        found = found.filter(key__gt=cursor)
    size = page_size(limit)
    page = list(found[: size + 1])
    more = len(page) > size
    return as_json(
        {"series": [series_json(item) for item in page[:size]], "next": page[size - 1].key if more else None}
    )


@router.get("/latest", summary="Latest observation of series")
def latest(request: HttpRequest, series: str, as_of: str = "") -> HttpResponse:
    """The latest observation of each series named (keys with commas between; at most 200)."""
    require_clean(series)
    keys = [key for key in series.split(",") if key]
    if not 1 <= len(keys) <= 200:
        raise Problem(422, "UnprocessableEntity", "请给出1至200个序列。", "Name 1 to 200 series.")
    found = {item.key: item for item in caller_of(request).series().filter(key__in=keys)}
    seen = newest([item.pk for item in found.values()], as_of=moment("as_of", as_of))
    body = {
        key: observation_json(seen[found[key].pk]) if found[key].pk in seen else None
        for key in keys
        if key in found
    }
    sample = any(item.sample for item in found.values())
    return as_json({"latest": body, "unknown": [key for key in keys if key not in found], "sample": sample})


@router.get("/series/{path:key}/observations", summary="Observations of a series")
def list_observations(
    request: HttpRequest,
    key: str,
    begin: str = Query("", alias="from"),  # type: ignore[type-arg]
    end: str = Query("", alias="to"),  # type: ignore[type-arg]
    as_of: str = "",
    all_revisions: bool = False,
    limit: int = 1000,
    cursor: str = "",
    count_all: bool = False,
) -> HttpResponse:
    """Observations in time order: ``from`` (first beginning) and ``to`` (before which they begin) bound them.

    ``next`` goes on from the last one; they are counted only when ``count_all`` asks for it.
    """
    series = _one(caller_of(request), key)
    reach = Reach(
        Series.objects.filter(pk=series.pk),
        start=moment("from", begin),
        end=moment("to", end),
        as_of=moment("as_of", as_of),
        all_revisions=all_revisions,
    )
    size = page_size(limit)
    rows: list[Seen] = []
    more = False
    for seen in walk(reach, after=read_cursor(cursor), step=size + 1):
        if len(rows) == size:
            more = True
            break
        rows.append(seen)
    body: dict[str, Any] = {
        "series": series_json(series),
        "observations": [observation_json(seen) for seen in rows],
        "next": write_cursor(rows[-1].key) if more else None,
    }
    if count_all:
        body["count"] = count(reach)
    return as_json(body)


@router.get("/series/{path:key}", summary="One series")
def get_series(request: HttpRequest, key: str) -> HttpResponse:
    """A series with its place, property and instrument."""
    return as_json(series_json(_one(caller_of(request), key)))


def _one(caller: Caller, key: str) -> Series:
    require_clean(key)
    found = caller.series().filter(key=key).first()
    if found is None:
        raise Problem(
            404,
            "NotFound",
            "没有序列{key}，或者不公开。",
            "There is no series {key}, or it is not public.",
            key=key[:200],
        )
    return found

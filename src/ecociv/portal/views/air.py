"""The air of a day: the city and each station, the day hour by hour, and the month."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.portal.air_day import AirMonth, Network, Place24, last_day, networks
from ecociv.portal.as_of import AsOf, read_as_of
from ecociv.portal.exports import FORMS, export_response
from ecociv.portal.series_window import _day
from ecociv.portal.tables import Column
from ecociv.portal.zone import language
from ecociv.standards.arrays import MeasurementError
from ecociv.standards.parameters import ParameterError

#: What the air of a level means for whoever goes out. Own words, by level.
ADVICE = (
    "",
    gettext_lazy("The air is clean. Nobody needs to hold back outdoors."),
    gettext_lazy(
        "Good enough for nearly everybody; the few who react to small amounts keep long exertion short."
    ),
    gettext_lazy(
        "Children, the old, and people with heart or lung disease take it easier outdoors and rest more often."
    ),
    gettext_lazy("Sensitive people stay away from sport outdoors; everybody else cuts it down."),
    gettext_lazy(
        "Sensitive people stay inside; everybody else keeps outdoor time short and leaves sport for another day."
    ),
    gettext_lazy(
        "Everybody stays inside with the windows shut as far as work allows; outdoor events are called off."
    ),
)


@require_safe
def day(request: HttpRequest) -> HttpResponse:
    """The air of the latest day with readings, or of the day that the reader picks."""
    as_of = read_as_of(request)
    found = networks(request.user)
    asked = _day(request.GET.get("day", ""))
    network, newest = _chosen(found, request.GET.get("data", ""), as_of)
    context: dict[str, Any] = {
        "as_of": as_of,
        "network": network,
        "other": next((each for each in found if network and each.sample != network.sample), None),
        "newest": newest,
        "date": asked or newest,
        "is_latest": newest is not None and (asked is None or asked == newest),
        "is_today": (asked or newest) == timezone.localdate(),
    }
    chosen: dt.date | None = context["date"]
    if network is None or chosen is None:
        return render(request, "portal/air/day.html", context)
    month = AirMonth(network, chosen.replace(day=1), as_of.moment)
    try:
        places = month.at(chosen)
        context["weeks"] = month.calendar()
    except ParameterError as error:
        context["refused"] = _("No edition of the standard covers this day: %(why)s") % {"why": error}
        return render(request, "portal/air/day.html", context)
    except MeasurementError as error:
        context["refused"] = str(error)
        return render(request, "portal/air/day.html", context)
    if request.GET.get("format") in FORMS:
        return _download(request.GET["format"], places, chosen, network)
    hours = [hour for each in places for hour in each.hours_with_index]
    hour = _hour(request.GET.get("hour", ""), max(hours, default=24))
    context.update(
        {
            "hour": hour,
            "hours": range(1, 25),
            "edition": next((i.edition for each in places for i in each.hourly if i), ""),
            "cards": [_card(each, hour, as_of) for each in places],
            "chart": _chart(places),
            "previous": chosen - dt.timedelta(days=1),
            "following": chosen + dt.timedelta(days=1),
            "month_before": (chosen.replace(day=1) - dt.timedelta(days=1)),
            "month_after": (chosen.replace(day=28) + dt.timedelta(days=4)).replace(day=1),
            "any": bool(hours),
        }
    )
    return render(request, "portal/air/day.html", context)


def _chosen(found: list[Network], data: str, as_of: AsOf) -> tuple[Network | None, dt.date | None]:
    """The real network when it has readings, else the generated one; the other when the reader asks for it."""
    dated = [(each, last_day(each, as_of.moment)) for each in found]
    known = [pair for pair in dated if pair[1] is not None]
    if data in {"real", "sample"}:
        wanted = [pair for pair in known if pair[0].sample == (data == "sample")]
        if wanted:
            return wanted[0]
    return known[0] if known else (found[0] if found else None, None)


def _hour(text: str, default: int) -> int:
    return int(text) if text.isdecimal() and 1 <= int(text) <= 24 else default


def _card(place: Place24, hour: int, as_of: AsOf) -> dict[str, Any]:
    index = place.hourly[hour - 1]
    return {
        "name": place.name or _("The city"),
        "is_city": place.place is None,
        "place": place.place,
        "hour": index,
        "daily": place.daily,
        "needed": place.needed,
        "advice": ADVICE[index.level] if index and place.place is None else "",
        "as_of": as_of,
    }


def _chart(places: list[Place24]) -> dict[str, Any]:
    """The index over 24 hours, as the page's charts draw paths."""
    names = [each.name or _("The city") for each in places]
    return {
        "id": "air",
        "data_id": "chart-data-air",
        "kind": "path",
        "title": _("Hourly air quality index"),
        "summary": _("One line for the city and one for each station."),
        "table_heads": [_("Hour"), *names],
        "table_rows": [
            [
                f"{hour:02d}",
                *(index.shown if (index := place.hourly[hour - 1]) else "—" for place in places),
            ]
            for hour in range(1, 25)
        ],
        "payload": {
            "kind": "path",
            "years": [f"{hour:02d}" for hour in range(1, 25)],
            "unit": "AQI",
            "series": [
                {"name": name, "role": "actual", "part": at, "values": place.values, "labels": None}
                for at, (name, place) in enumerate(zip(names, places, strict=True))
            ],
        },
    }


def _download(form: str, places: list[Place24], day: dt.date, network: Network) -> HttpResponse:
    rows = [
        (place.name or _("The city"), hour, index)
        for place in places
        for hour, index in enumerate(place.hourly, 1)
        if index
    ]
    columns: list[Column[Any]] = [
        Column("place", gettext_lazy("Place"), lambda r: r[0]),
        Column("day", gettext_lazy("Day"), lambda r: day.isoformat()),
        Column("hour", gettext_lazy("Hour"), lambda r: r[1]),
        Column("aqi", "AQI", lambda r: r[2].shown),
        Column("level", gettext_lazy("Level"), lambda r: r[2].words),
        Column("primary", gettext_lazy("Primary pollutant"), lambda r: r[2].primary),
        Column(
            "items",
            gettext_lazy("Sub-indices"),
            lambda r: "; ".join(f"{i.name} {i.concentration} → {i.index}" for i in r[2].items),
        ),
        Column("edition", gettext_lazy("Edition"), lambda r: r[2].edition),
    ]
    notes = [_("Sample data: generated to show the product, not measured.")] if network.sample else []
    return export_response(
        form,
        columns,
        rows,
        f"air-{day.isoformat()}" if language() == "en" else f"空气质量-{day.isoformat()}",
        notes,
    )

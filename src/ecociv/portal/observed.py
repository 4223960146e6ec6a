"""Observed values as a page shows them: number, limit or absence, with its unit and its age."""

from __future__ import annotations

import datetime as dt
from typing import Any, Protocol

from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from ecociv.core.missing import Missing
from ecociv.core.quantities import label_of, with_unit
from ecociv.evidence.latest import network_of
from ecociv.evidence.mapping import available_mappings
from ecociv.evidence.models import Series
from ecociv.evidence.schema import Quality
from ecociv.portal.as_of import LOCAL
from ecociv.portal.zone import language, zone_key

_PERIODS = {
    "PT1H": "%Y-%m-%d %H:%M",
    "PT8H": "%Y-%m-%d %H:%M",
    "P1D": "%Y-%m-%d",
    "P1M": "%Y-%m",
    "P3M": "%Y-%m",
    "P1Y": "%Y",
}


class Stated(Protocol):
    """A statement about one period."""

    @property
    def value(self) -> float | None:
        """The number, if any."""
        ...

    @property
    def missing(self) -> Missing | None:
        """Why there is none."""
        ...

    @property
    def censored(self) -> str | None:
        """Below or above ``censor_limit``."""
        ...

    @property
    def censor_limit(self) -> float | None:
        """The limit."""
        ...


def number(value: float) -> str:
    """A measurement as it was given, without the noise of binary figures.

    >>> number(0.1 + 0.2), number(1200000.0), number(0.00002)
    ('0.3', '1200000', '0.00002')
    """
    text = f"{value:.10g}"
    if "e" in text:
        text = f"{value:.10f}".rstrip("0").rstrip(".") if abs(value) < 1 else f"{value:.0f}"
    return text


def value_text(stated: Stated) -> str:
    """The value in words, without its unit: a number, ``<0.02``, or the kind of absence."""
    if stated.censored and stated.censor_limit is not None:
        return f"{stated.censored}{number(stated.censor_limit)}"
    if stated.value is not None:
        return number(stated.value)
    return stated.missing.label.in_language(language()) if stated.missing else "—"


def value_with_unit(stated: Stated, unit: str) -> str:
    """The value with its unit; an absence has none."""
    text = value_text(stated)
    plain = stated.value is not None or bool(stated.censored)
    return with_unit(text, label_of(unit) if unit not in {"", "1"} else "", language()) if plain else text


def period_text(moment: dt.datetime, averaging: str) -> str:
    """When a period begins, as exactly as its length asks for, by the clock of China."""
    return moment.astimezone(LOCAL).strftime(_PERIODS.get(averaging, "%Y-%m-%d %H:%M"))


def age_text(end: dt.datetime, now: dt.datetime) -> str:
    """How long ago a period ended."""
    if end >= now:
        return _("period not over")
    return _("%(age)s ago") % {"age": timesince(end, now, depth=1)}


#: Why a value is marked, by the code that the check left.
REASONS = {
    "outside-plausible-range": lambda: _("outside the plausible range"),
    "implausible-zero": lambda: _("a zero that cannot be"),
    "corrected": lambda: _("marked by a correction"),
    "range": lambda: _("outside the plausible range"),
    "rate-of-change": lambda: _("changes faster than can be"),
    "flat-line": lambda: _("the same value for too long"),
    "spatial": lambda: _("unlike its neighbours"),
    "instrument-limit": lambda: _("beyond the instrument"),
    "maintenance": lambda: _("instrument under maintenance"),
    "duplicate": lambda: _("the same message twice"),
}


def reason_text(code: str | None) -> str:
    """The reason of a mark in words; the code itself where it has none."""
    if not code:
        return ""
    return REASONS[code]() if code in REASONS else code


def is_suspect(quality: Quality | str) -> bool:
    """Whether a value is kept out of calculations."""
    return str(getattr(quality, "value", quality)) == Quality.SUSPECT.value


def network_label(series: Series) -> str:
    """The network's title in the reader's language; its key where no mapping declares it."""
    return network_titles().get(series.network, series.network)


def network_titles() -> dict[str, str]:
    """Titles of the networks that the zone's mappings declare."""
    return {each.network: each.title.in_language(language()) for each in available_mappings(zone_key())}


def chain(place: Any) -> list[Any]:
    """The places that a place is part of, nearest first."""
    found = []
    above = place.parent
    while above is not None and above not in found:
        found.append(above)
        above = above.parent
    return found


__all__ = [
    "age_text",
    "chain",
    "is_suspect",
    "network_label",
    "network_of",
    "network_titles",
    "number",
    "period_text",
    "reason_text",
    "value_text",
    "value_with_unit",
]

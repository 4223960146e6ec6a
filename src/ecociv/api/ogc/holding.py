"""Which version of each layer a caller reads: by the valid time of ``datetime`` and the recorded time of ``as_of``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from ecociv.api.access import Caller
from ecociv.api.problems import Problem
from ecociv.people.tokens import Scope
from ecociv.territory.models import LayerVersion
from ecociv.territory.queries import versions_in_force

FIRST, LAST = dt.date(1900, 1, 1), dt.date(2999, 12, 31)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: a day or a span of days, as known at a moment (none for now)."""

    start: dt.date
    end: dt.date
    as_of: dt.datetime | None

    @classmethod
    def of(cls, said: Mapping[str, str]) -> Asked:
        """Read ``datetime`` (RFC 3339: a moment, a day, or a span with ``..`` for an open end) and ``as_of``.

        Raises
        ------
        Problem
            400 for what is no time, or a span that ends before it begins.
        """
        text = said.get("datetime", "")
        today = timezone.localdate()
        start, end = today, today
        if text:
            first, slash, last = text.partition("/")
            if slash:
                start = FIRST if first in ("", "..") else _day(first)
                end = LAST if last in ("", "..") else _day(last)
                if start > end or first in ("", "..") and last in ("", ".."):
                    raise _wrong("datetime", text)
            else:
                start = end = _day(text)
        moment = said.get("as_of", "")
        return cls(start, end, _moment(moment) if moment else None)


def user_of(caller: Caller) -> Any:
    """The account whose rights count: nobody's for a token that may not read."""
    if caller.token is not None and Scope.READ.value not in caller.token.scopes:
        return AnonymousUser()
    return caller.user


def versions_for(caller: Caller, asked: Asked) -> dict[str, LayerVersion]:
    """The version of each layer that the caller may read, by key of the layer.

    For a span it is the latest that holds on one of its days: a feature is never given in two states at once.
    """
    zone, user = settings.ECOCIV_ZONE, user_of(caller)
    found = {one.layer.key: one for one in versions_in_force(zone, asked.end, asked.as_of, user=user)}
    if asked.start < asked.end:
        ends = (
            LayerVersion.objects.of_zone(zone)
            .known(asked.as_of)
            .filter(valid_to__gte=asked.start, valid_to__lt=asked.end)
            .order_by("-valid_to")
            .values_list("valid_to", flat=True)
            .distinct()
        )
        for day in filter(None, ends):
            for one in versions_in_force(zone, day, asked.as_of, user=user):
                found.setdefault(one.layer.key, one)
    return dict(sorted(found.items()))


def _day(text: str) -> dt.date:
    try:
        if len(text) == 10:
            day = dt.date.fromisoformat(text)
        else:
            moment = dt.datetime.fromisoformat(text)
            day = timezone.localdate(moment) if moment.tzinfo else moment.date()
    except (ValueError, OverflowError):
        raise _wrong("datetime", text) from None
    return min(max(day, FIRST), LAST)


def _moment(text: str) -> dt.datetime:
    try:
        if len(text) == 10:
            moment = dt.datetime.combine(dt.date.fromisoformat(text), dt.time.max)
        else:
            moment = dt.datetime.fromisoformat(text.replace(" ", "+"))
        return moment if moment.tzinfo else timezone.make_aware(moment)
    except (ValueError, OverflowError):
        raise _wrong("as_of", text) from None


def _wrong(name: str, text: str) -> Problem:
    return Problem(
        400,
        "InvalidParameterValue",
        "{name}“{text}”不是时间；写作2017-12-31、2017-12-31T00:00:00Z或2016-01-01/2017-12-31。",
        "{name} {text!r} is no time; write 2017-12-31, 2017-12-31T00:00:00Z or 2016-01-01/2017-12-31.",
        name=name,
        text=text[:60],
    )

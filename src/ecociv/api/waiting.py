"""Readings that were acknowledged and are still on their way into the table."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC

from django.db.models import Q, QuerySet

from ecociv.api.reach import PAST, Key, Period, Reach, Seen, instant
from ecociv.evidence.models import InboxReading

# A flushed reading stays in the inbox for a while; only those that wait are looked at.
_WAITING = Q(flushed_at=None)


def period_of(item: InboxReading) -> Period:
    """What a waiting reading speaks of."""
    return item.series_id, item.valid_from, item.valid_to


def waiting_readings(reach: Reach, after: Key | None) -> QuerySet[InboxReading]:
    """What waits of the series asked for, after a key, in the order asked for."""
    found = InboxReading.objects.filter(_WAITING, series__in=reach.series.order_by().values("pk"))
    if reach.start is not None:
        found = found.filter(valid_from__gte=reach.start)
    if reach.end is not None:
        found = found.filter(valid_from__lt=reach.end)
    if reach.as_of is not None:
        found = found.filter(received_at__lte=reach.as_of)
    if after is not None:
        sign = "lt" if reach.descending else "gt"
        begin, end = instant(after[0]), instant(after[2])
        same = {"valid_from": begin, "series_id": after[1]}
        # with all revisions the period of the last row may have more of them
        last = f"{sign}e" if reach.all_revisions and 0 < after[3] < PAST else sign
        found = found.filter(
            Q(**{f"valid_from__{sign}": begin})
            | Q(valid_from=begin, **{f"series_id__{sign}": after[1]})
            | Q(**same, **{f"valid_to__{last}": end})
        )
    if reach.descending:
        return found.order_by("-valid_from", "-series_id", "-valid_to", "pk")
    return found.order_by("valid_from", "series_id", "valid_to", "pk")


def same_period(reach: Reach, item: InboxReading) -> QuerySet[InboxReading]:
    """All that waits about the period of a reading."""
    return waiting_readings(reach, None).filter(
        series_id=item.series_id, valid_from=item.valid_from, valid_to=item.valid_to
    )


def chains(waiting: Iterable[InboxReading], known: dict[Period, list[Seen]]) -> dict[Period, list[Seen]]:
    """The revisions that the waiting readings will become, by period, in the order of their acknowledgement."""
    made: dict[Period, list[Seen]] = {}
    for item in sorted(waiting, key=lambda reading: reading.pk):
        period = (item.series_id, item.valid_from.astimezone(UTC), item.valid_to.astimezone(UTC))
        there = known.get(period, [])
        chain = made.setdefault(period, [])
        last = chain[-1] if chain else there[-1] if there else None
        seen = Seen(
            *period,
            revision=last.revision + 1 if last else 1,
            recorded_at=item.received_at.astimezone(UTC),
            value=item.value,
            missing=item.missing or None,
            censored=item.censored or None,
            censor_limit=item.censor_limit,
            quality=item.quality,
            quality_reason=item.quality_reason or None,
            supplier=item.supplier or None,
            note=item.note or None,
            waiting=True,
        )
        written = item.batch is not None and any(row.says() == seen.says() for row in there)
        if not written and (last is None or last.says() != seen.says()):
            chain.append(seen)
    return made

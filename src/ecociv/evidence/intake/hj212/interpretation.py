"""From a message to readings. Pure: no socket, no database."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ecociv.core.missing import Missing
from ecociv.evidence.intake.feeds import Judged, UnreadableValue, judge
from ecociv.evidence.intake.hj212.codes import codes
from ecociv.evidence.intake.hj212.outlets import Outlet, SentItem
from ecociv.evidence.intake.hj212.segment import Command, Datum, Message, SegmentRefused
from ecociv.evidence.readings import Censored, Reading
from ecociv.evidence.schema import Quality

_AHEAD = timedelta(days=1)


@dataclass(slots=True)
class Interpreted:
    """Readings of a message, what was refused in it with its reason, and factors that nothing is declared for."""

    readings: list[Reading] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    not_declared: Counter[str] = field(default_factory=Counter)


def interpret(message: Message, data: list[Datum], outlet: Outlet, *, now: datetime) -> Interpreted:
    """Read the data of a message that a device of this outlet sent.

    One wrong datum is refused by itself; the others are taken.
    """
    done = Interpreted()
    for datum in data:
        if datum.factor not in outlet.factors:
            done.not_declared[datum.factor] += 1
            continue
        try:
            period = period_of(message.cn, datum.data_time, outlet, now=now)
        except SegmentRefused as refusal:
            done.refused.append((refusal.code, f"{datum.factor}: {refusal}"))
            continue
        mark = datum.item("Flag") or "N"
        for item, text in datum.items:
            sent = outlet.items.get((datum.factor, message.cn, item))
            if sent is None:
                continue
            try:
                judged, note = _judged(text, mark, sent, outlet)
            except UnreadableValue as error:
                done.refused.append(("not-a-number", f"{datum.factor}-{item}: {error}"))
                continue
            done.readings.append(
                Reading(
                    series=outlet.feed.key_at(outlet.device.place, sent.property),
                    valid_from=period[0],
                    valid_to=period[1],
                    value=judged.value,
                    key=f"{message.mn}/{message.qn}/{message.cn}/{datum.factor}/{datum.data_time}/{item}",
                    quality=judged.quality,
                    quality_reason=judged.reason,
                    supplier=outlet.feed.supplier.constant or "",
                    note=note,
                )
            )
    return done


def period_of(command: str, data_time: str, outlet: Outlet, *, now: datetime) -> tuple[datetime, datetime]:
    """The period that DataTime names, by the clock of the device.

    Raises
    ------
    SegmentRefused
        When it is no moment, lies more than a day ahead, or is no whole hour or day where it must be one.
    """
    try:
        if not (data_time.isascii() and data_time.isdigit() and len(data_time) == 14):
            raise ValueError
        moment = datetime.strptime(data_time, "%Y%m%d%H%M%S").replace(tzinfo=outlet.clock)
    except ValueError as error:
        raise SegmentRefused(
            "data-time", f"DataTime is a moment of 14 digits, not {data_time[:40]!r}"
        ) from error
    if moment - now > _AHEAD:
        raise SegmentRefused("data-time-ahead", f"DataTime {data_time} lies ahead; set the device's clock")
    if command == Command.REAL_TIME:
        return moment, moment + timedelta(seconds=outlet.outlets.real_time_seconds)
    if command == Command.MINUTE:
        length = timedelta(minutes=outlet.outlets.minutes)
    elif command == Command.HOUR:
        length = timedelta(hours=1)
        if moment.minute or moment.second:
            raise SegmentRefused("data-time", f"DataTime {data_time} of hour data is no whole hour")
    else:
        length = timedelta(days=1)
        if moment.hour or moment.minute or moment.second:
            raise SegmentRefused("data-time", f"DataTime {data_time} of day data is no midnight")
    if outlet.outlets.labels == "start":
        return moment, moment + length
    return moment - length, moment


def _judged(text: str, mark: str, sent: SentItem, outlet: Outlet) -> tuple[Judged, str]:
    """The value as the mark allows, and a note."""
    declared = outlet.feed.values[sent.property]
    known = codes().flags.get(mark)
    take = known.take if known else "suspect"
    note = "" if mark == "N" else f"HJ 212 Flag={mark[:8]}"
    if take == "absent":
        return Judged(Missing.MISSING), f"{note}; sent {text[:40]!r}" if text else note
    judged = judge(text, declared, outlet.unit(sent))
    if isinstance(judged.value, Missing) or take == "value":
        return judged, note
    if take == "above" and isinstance(judged.value, float):
        return Judged(Censored(">", judged.value)), note
    reason = f"hj212-flag-{mark.lower()}" if known else "hj212-flag-unknown"
    return Judged(judged.value, Quality.SUSPECT, reason), note

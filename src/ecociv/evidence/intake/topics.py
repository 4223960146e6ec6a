"""What a message on a topic means: the zone's declarations ``intake/mqtt-*.yaml``, and payloads read by them.

A payload is a JSON object, or a list of them. Nothing of it is guessed: fields that are not declared are counted.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from ecociv.evidence.declared import DeclarationError, Declared
from ecociv.evidence.intake.batching import Parcel, Reject
from ecociv.evidence.intake.feeds import (
    Feed,
    IntakeDeclaration,
    UnreadableValue,
    feed_of,
    judge,
    load_intakes,
    require_places,
)
from ecociv.evidence.readings import Reading

LONGEST_PAYLOAD = 262_144
"""Bytes of one message at most."""

LONGEST_LIST = 2_000
"""Objects of one message at most."""

_AHEAD = timedelta(days=1)


class TimeField(Declared):
    """The field of the time (ISO 8601 with its offset, or seconds since 1970), and the period that it names."""

    field: str
    labels: Literal["start", "end"]
    period: Literal["minute", "hour", "day"]
    zone: str = "Asia/Shanghai"

    def period_of(self, value: Any, *, now: datetime) -> tuple[datetime, datetime]:
        """The period as UTC instants.

        Raises
        ------
        ValueError
            When the value is no moment with a time zone, or lies more than a day ahead.
        """
        if isinstance(value, int | float) and not isinstance(value, bool):
            if not 0 <= value < 10_000_000_000:
                raise ValueError(f"{value!r} is no number of seconds since 1970")
            moment = datetime.fromtimestamp(value, UTC)
        elif isinstance(value, str):
            moment = datetime.fromisoformat(value[:64])
            if moment.tzinfo is None:
                raise ValueError(f"{value[:64]!r} has no time zone; write it as in 2017-01-01T08:00:00+08:00")
        else:
            raise ValueError(f"{str(value)[:40]!r} is no moment")
        if moment - now > _AHEAD:
            raise ValueError(f"{value!r} lies ahead; set the sender's clock")
        length = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
        other = moment.astimezone(ZoneInfo(self.zone)) + length[self.period] * (
            1 if self.labels == "start" else -1
        )
        pair = (moment, other) if self.labels == "start" else (other, moment)
        return pair[0].astimezone(UTC), pair[1].astimezone(UTC)


class Topic(IntakeDeclaration):
    """One pattern of topics, ``{place}`` standing for one level, and the fields of its payloads."""

    topic: str = Field(min_length=1, max_length=200)
    places: dict[str, str]
    key_field: str | None = None
    time: TimeField
    fields: dict[str, str]
    quiet: tuple[str, ...] = ()
    """Fields that are known and not read."""

    @model_validator(mode="after")
    def _pattern(self) -> Self:
        levels = self.topic.split("/")
        if levels.count("{place}") != 1 or any(
            set(level) & set("+#{}") for level in levels if level != "{place}"
        ):
            raise ValueError("topic has one level {place} and no wildcard, as in zone/air/{place}")
        fed = list(self.fields.values())
        if twice := {name for name in fed if fed.count(name) > 1}:
            raise ValueError(f"two fields feed the same property: {', '.join(sorted(twice))}")
        return self

    @property
    def subscription(self) -> str:
        """The filter to subscribe to."""
        return self.topic.replace("{place}", "+")

    @cached_property
    def matcher(self) -> re.Pattern[str]:
        """Matches a topic and gives the level of the place."""
        return re.compile(re.escape(self.topic).replace(re.escape("{place}"), "(?P<place>[^/]+)"))

    def topic_of(self, place: str) -> str:
        """The topic of a place, for a sender."""
        names = {key: name for name, key in self.places.items()}
        return self.topic.replace("{place}", names[place])


@dataclass(frozen=True, slots=True)
class Subscription:
    """A declared topic with the series that it feeds."""

    topic: Topic
    feed: Feed

    def register(self, zone: str) -> None:
        """Register the series of all its places and fields."""
        pairs = [(place, name) for place in self.topic.places.values() for name in self.topic.fields.values()]
        self.feed.register(zone, pairs)


def load_subscriptions(zone: str) -> list[Subscription]:
    """All topics that the zone declares.

    Raises
    ------
    DeclarationError
        When a declaration cannot be used.
    """
    found = []
    for topic in load_intakes(zone, "mqtt", Topic):
        require_places(zone, topic, topic.places.values())
        feed = feed_of(topic, zone)
        if lost := sorted(set(topic.fields.values()) - set(feed.values)):
            raise DeclarationError(f"intake {topic.key}: properties without declaration: {', '.join(lost)}.")
        found.append(Subscription(topic, feed))
    return found


def read_payload(
    topic: str, payload: bytes, subscriptions: Iterable[Subscription], *, now: datetime
) -> Parcel:
    """Readings of a message, and what was wrong with it; never raises on what a sender may send."""
    parcel = Parcel([], [], topic)
    shown = payload[:2000].decode("utf-8", "backslashreplace")
    for subscription in subscriptions:
        if (found := subscription.topic.matcher.fullmatch(topic)) is not None:
            break
    else:
        parcel.rejects.append(Reject(topic, "topic-unknown", "no declared topic fits", shown))
        return parcel
    place = subscription.topic.places.get(found["place"])
    if place is None:
        detail = f"{found['place'][:80]} is not among the places of intake {subscription.topic.key}"
        parcel.rejects.append(Reject(topic, "place-unknown", detail, shown))
        return parcel
    try:
        objects = _objects(payload)
    except ValueError as error:
        parcel.rejects.append(Reject(topic, "payload", str(error), shown))
        return parcel
    readings: list[Reading] = []
    for position, item in enumerate(objects):
        where = f"object {position + 1}: " if len(objects) > 1 else ""
        try:
            made, faults = _readings(item, place, subscription, topic, now)
        except ValueError as error:
            parcel.rejects.append(Reject(topic, "payload", f"{where}{error}", shown))
            continue
        readings.extend(made)
        parcel.rejects.extend(Reject(topic, code, f"{where}{detail}", shown) for code, detail in faults)
    parcel.readings = readings
    return parcel


def _objects(payload: bytes) -> list[dict[str, Any]]:
    if len(payload) > LONGEST_PAYLOAD:
        raise ValueError(f"a payload has at most {LONGEST_PAYLOAD} bytes; this one has {len(payload)}")
    try:
        # Numbers stay text until they are read as a file's cells are: the same text gives the same figure.
        content = json.loads(
            payload.decode("utf-8"), parse_float=_Number, parse_int=_Number, parse_constant=_Number
        )
    except UnicodeDecodeError as error:
        raise ValueError(f"no UTF-8 from byte {error.start} on") from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"no JSON: {error.msg} at character {error.pos}") from error
    objects = content if isinstance(content, list) else [content]
    if not objects or len(objects) > LONGEST_LIST:
        raise ValueError(f"a list holds 1 to {LONGEST_LIST} objects; this one holds {len(objects)}")
    return objects


class _Number(str):
    """A number as it was written."""

    __slots__ = ()


def _readings(
    item: Any, place: str, subscription: Subscription, topic_name: str, now: datetime
) -> tuple[list[Reading], list[tuple[str, str]]]:
    topic, feed = subscription.topic, subscription.feed
    if not isinstance(item, dict):
        raise ValueError("an object {...} is expected")
    moment = item.get(topic.time.field)
    if isinstance(moment, _Number):
        try:
            moment = float(moment)
        except ValueError:
            moment = None
    try:
        start, end = topic.time.period_of(moment, now=now)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"field {topic.time.field}: {error}") from error
    key = _key(item, topic, topic_name)
    made: list[Reading] = []
    faults: list[tuple[str, str]] = []
    known = {*topic.fields, *topic.quiet, topic.time.field, topic.key_field}
    if strange := sorted(str(name)[:40] for name in item if name not in known):
        faults.append(("field-not-declared", ", ".join(strange[:10])))
    for name, property_key in topic.fields.items():
        if name not in item:
            continue
        value = item[name]
        try:
            if value is None:
                text = ""
            elif isinstance(value, _Number) or (isinstance(value, str) and value[:1] in ("<", ">")):
                text = str(value)
            else:
                raise UnreadableValue(f"{str(value)[:40]!r} is no number and not null")
            judged = judge(text, feed.values[property_key])
        except UnreadableValue as error:
            faults.append(("not-a-number", f"{name}: {error}"))
            continue
        made.append(
            Reading(
                series=feed.key_at(place, property_key),
                valid_from=start,
                valid_to=end,
                value=judged.value,
                key=f"{key}/{property_key}",
                quality=judged.quality,
                quality_reason=judged.reason,
                supplier=feed.supplier.constant or "",
            )
        )
    return made, faults


def _key(item: dict[str, Any], topic: Topic, topic_name: str) -> str:
    """What makes the object one and the same when it comes again: its declared key, or a digest of all it says."""
    if topic.key_field is not None:
        given = item.get(topic.key_field)
        if not isinstance(given, str) or not 1 <= len(given) <= 200:
            raise ValueError(
                f"field {topic.key_field}: the key of the message is a text of 1 to 200 characters"
            )
        said = json.dumps([topic_name, given], ensure_ascii=False)
        short = f"{topic.key}/{given}"
        if len(short) <= 70 and given.isprintable():
            return short
    else:
        said = json.dumps([topic_name, item], ensure_ascii=False, sort_keys=True)
    return f"{topic.key[:30]}/{hashlib.sha256(said.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


__all__ = ["LONGEST_PAYLOAD", "Subscription", "Topic", "load_subscriptions", "read_payload"]

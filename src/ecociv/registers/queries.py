"""Reading the registers: what is on record on a day, as known at a moment, and what each reader may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db.models import Max, QuerySet
from django.utils import timezone

from ecociv.people.permissions import allowed
from ecociv.people.policy import Action
from ecociv.registers.entries import Entry
from ecociv.registers.kinds import Kind
from ecociv.registers.loading import kind_of, kinds
from ecociv.registers.models import EntryRevision
from ecociv.registers.timeline import Said


def entries(
    zone: str,
    kind: str,
    on: dt.date | None = None,
    as_of: dt.datetime | None = None,
    state: str | None = None,
) -> list[Entry]:
    """Entries of a kind on a day (today), as known at a moment (now), in the order of their keys.

    Parameters
    ----------
    zone, kind
        Keys of the zone and of the declared kind.
    on
        The day on which they are read.
    as_of
        Only revisions recorded by then.
    state
        Only entries in this state.

    Raises
    ------
    UnknownKind
        For a kind that nobody declared.
    """
    declared, day = kind_of(zone, kind), on or timezone.localdate()
    holding: dict[str, EntryRevision] = {}
    for row in rows_of(zone, kind, as_of).filter(valid_from__lte=day).order_by("key", "revision"):
        holding[row.key] = row
    return [Entry.of(row, declared, day) for row in holding.values() if state is None or row.state == state]


def entry(
    zone: str, kind: str, key: str, on: dt.date | None = None, as_of: dt.datetime | None = None
) -> Entry | None:
    """One entry on a day, as known at a moment; ``None`` where it was not on record."""
    declared, day = kind_of(zone, kind), on or timezone.localdate()
    row = rows_of(zone, kind, as_of).filter(key=key, valid_from__lte=day).order_by("-revision").first()
    return Entry.of(row, declared, day) if row else None


def history(zone: str, kind: str, key: str, as_of: dt.datetime | None = None) -> list[EntryRevision]:
    """Every revision of an entry, the last recorded first."""
    return list(rows_of(zone, kind, as_of).filter(key=key).order_by("-revision"))


def said(rows: Iterable[EntryRevision]) -> list[Said]:
    """Revisions as the pure rules take them."""
    return [Said(row.revision, row.valid_from, row.state, row.content) for row in rows]


def referring(
    zone: str, kind: str, key: str, on: dt.date | None = None, as_of: dt.datetime | None = None
) -> list[Entry]:
    """Entries of any kind that name this one on the day."""
    found = []
    for other in kinds(zone).values():
        fields = [field.key for field in other.fields if field.kind == kind]
        if fields:
            found += [
                one
                for one in entries(zone, other.key, on, as_of)
                if any(one.values.get(field) == key for field in fields)
            ]
    return found


def counts(zone: str, on: dt.date | None = None, as_of: dt.datetime | None = None) -> dict[str, int]:
    """How many entries of each kind are on record on a day."""
    day = on or timezone.localdate()
    seen: dict[str, set[str]] = {key: set() for key in kinds(zone)}
    rows = EntryRevision.objects.filter(zone=zone, valid_from__lte=day)
    if as_of is not None:
        rows = rows.filter(recorded_at__lte=as_of)
    for kind, key in rows.values_list("kind", "key").distinct():
        if kind in seen:
            seen[kind].add(key)
    return {key: len(found) for key, found in seen.items()}


def registers_state(zone: str, *kinds: str) -> tuple[object, ...]:
    """What changes when an entry of some kinds (of any, where none is named) is recorded: for what is kept until then."""
    rows = EntryRevision.objects.filter(zone=zone)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    return tuple(rows.aggregate(last=Max("pk"), at=Max("recorded_at")).values())


def may_keep(user: Any, zone: str, kind: Kind) -> bool:
    """Whether somebody may enter and revise; a command without an account may."""
    if isinstance(user, str):
        return bool(user.strip())
    who = kind.may_enter()
    return allowed(user, Action.KEEP_REGISTER, zone=zone, lead=who.bodies, roles=who.roles)


def readable(user: Any, found: Iterable[Entry]) -> list[Entry]:
    """The entries as a reader may see them; those they may not see at all are left out."""
    return [seen for one in found if (seen := shown_to(user, one)) is not None]


def sees_all(user: Any, one: Entry) -> bool:
    """Whether a reader sees everything of an entry: people of the zone, and the enterprise that holds it."""
    return allowed(user, Action.READ, zone=one.zone, lead=[one.holder] if one.holder else [])


def shown_to(user: Any, one: Entry) -> Entry | None:
    """The entry without the fields that a reader may not see; ``None`` where the kind itself is not public.

    People of the zone and the accounts of the enterprise that holds it read everything.
    """
    if sees_all(user, one):
        return one
    if not one.kind.public:
        return None
    open_fields = {field.key for field in one.kind.fields if field.public}
    return replace(
        one,
        values={key: value for key, value in one.values.items() if key in open_fields},
        content={key: value for key, value in one.content.items() if key in open_fields},
        author_name="",
        reason="",
        document="",
    )


def rows_of(zone: str, kind: str, as_of: dt.datetime | None) -> QuerySet[EntryRevision]:
    """Revisions of a kind that were recorded by a moment (now)."""
    rows = EntryRevision.objects.filter(zone=zone, kind=kind)
    return rows if as_of is None else rows.filter(recorded_at__lte=as_of)

"""Entries judged by the entry that they name, as it stood on their own day: a purchase by the list of products of its day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ecociv.registers.entries import Entry
from ecociv.registers.kinds import Kind
from ecociv.registers.loading import kind_of
from ecociv.registers.models import EntryRevision
from ecociv.registers.queries import entries, rows_of

NAMES_NONE, UNKNOWN, OUT, DIFFERS = "none", "unknown", "out", "differs"


@dataclass(frozen=True, slots=True)
class Judged:
    """An entry in force with its day. ``why_not`` is "" where the entry that it names was in force on that day.

    Else it is ``none`` (it names none), ``unknown`` (there is no such entry), ``out`` (not in force on the day), or
    ``differs`` (a field that both must say alike is not the same).
    """

    entry: Entry
    day: dt.date
    why_not: str

    @property
    def counts(self) -> bool:
        """Whether what it names was in force."""
        return not self.why_not


def judged(
    zone: str,
    kind: str,
    *,
    names: str,
    day: str,
    same: Sequence[str] = (),
    on: dt.date | None = None,
    as_of: dt.datetime | None = None,
) -> list[Judged]:
    """Entries of a kind that are in force, each judged by what it names.

    Parameters
    ----------
    zone, kind
        Keys of the zone and of the kind.
    names
        The field that refers to an entry of another kind.
    day
        The field with the day of the entry; one that does not say its day is left out, for no year is its own.
    same
        Fields that the entry and the one that it names must say alike.
    on
        The day on which the register is read (today).
    as_of
        Only revisions recorded by then, of both kinds.

    Raises
    ------
    UnknownKind
        For a kind that nobody declared.
    """
    field = kind_of(zone, kind).field(names)
    assert field is not None
    other = kind_of(zone, field.kind)
    said: dict[str, list[EntryRevision]] = defaultdict(list)
    for row in rows_of(zone, other.key, as_of).order_by("revision"):
        said[row.key].append(row)
    found = []
    for one in entries(zone, kind, on, as_of):
        own = one.values.get(day)
        if one.in_force and isinstance(own, dt.date):
            found.append(Judged(one, own, _why_not(one, own, names, same, other, said)))
    return found


def _why_not(
    one: Entry,
    day: dt.date,
    names: str,
    same: Sequence[str],
    other: Kind,
    said: dict[str, list[EntryRevision]],
) -> str:
    named = one.values.get(names)
    if not isinstance(named, str) or not named:
        return NAMES_NONE
    if named not in said:
        return UNKNOWN
    held = next((row for row in reversed(said[named]) if row.valid_from <= day), None)
    found = Entry.of(held, other, day) if held is not None else None
    if found is None or not found.in_force:
        return OUT
    return "" if all(found.values.get(key) == one.values.get(key) for key in same) else DIFFERS

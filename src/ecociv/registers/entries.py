"""An entry as it stands on a day, with its values as programs use them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.registers.kinds import Kind
from ecociv.registers.models import EntryRevision
from ecociv.registers.values import Value, from_json, shown


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry on a day, as known at a moment.

    ``values`` holds what the declared fields say; a field that says nothing is not in it. ``content`` is the same as
    it is stored, with what fields said that are declared no more.
    """

    zone: str
    kind: Kind
    key: str
    state: str
    values: Mapping[str, Value]
    content: Mapping[str, Any]
    since: dt.date
    revision: int
    recorded_at: dt.datetime
    author_name: str
    reason: str
    document: str
    sample: bool
    on: dt.date

    @classmethod
    def of(cls, row: EntryRevision, kind: Kind, on: dt.date) -> Entry:
        """The entry as a revision says it."""
        values = {
            field.key: from_json(field, row.content[field.key])
            for field in kind.fields
            if row.content.get(field.key) is not None
        }
        return cls(
            row.zone,
            kind,
            row.key,
            row.state,
            values,
            row.content,
            row.valid_from,
            row.revision,
            row.recorded_at,
            row.author_name,
            row.reason,
            row.document,
            row.sample,
            on,
        )

    @property
    def title(self) -> str:
        """What the entry is called."""
        return shown(self.kind.field(self.kind.title), self.values.get(self.kind.title), "zh") or self.key  # type: ignore[arg-type]

    @property
    def holder(self) -> str:
        """Key of the enterprise that it belongs to; "" where the kind has none, or the entry names none."""
        if self.kind.holder == "key":
            return self.key
        found = self.values.get(self.kind.holder) if self.kind.holder else ""
        return found if isinstance(found, str) and not isinstance(found, Missing) else ""

    @property
    def state_name(self) -> Text:
        """The state in words; its key where the state is declared no more."""
        state = self.kind.state(self.state)
        return state.name if state else Text(zh=self.state, en=self.state)

    @property
    def term(self) -> tuple[dt.date | None, dt.date | None]:
        """First and last day of its term, where the kind has one."""
        if self.kind.term is None:
            return None, None
        first, last = self.values.get(self.kind.term.from_), self.values.get(self.kind.term.to)
        return (
            first if isinstance(first, dt.date) else None,
            last if isinstance(last, dt.date) else None,
        )

    @property
    def in_force(self) -> bool:
        """Whether it counts on the day: its state is an active one, and the day lies in its term."""
        state = self.kind.state(self.state)
        first, last = self.term
        return (
            state is not None
            and state.active
            and (first is None or first <= self.on)
            and (last is None or self.on <= last)
        )

    def shown(self, field: str, language: str) -> str:
        """A field in words; "" where it says nothing."""
        rule = self.kind.field(field)
        return shown(rule, self.values.get(field), language) if rule else ""

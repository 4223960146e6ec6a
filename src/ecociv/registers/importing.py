"""Taking entries from a file, row by row: every row's faults are reported, and all rows are recorded or none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from ecociv.core.text import Text
from ecociv.people import audit
from ecociv.registers.actions import ChangeState, EntryRefused, Fault, RegisterEntry, ReviseEntry
from ecociv.registers.entries import Entry
from ecociv.registers.files import (
    DOCUMENT,
    SAMPLE,
    SINCE,
    STATE,
    FileRow,
    as_csv,
    as_xlsx,
    line_of,
    read_rows,
)
from ecociv.registers.kinds import FieldRule, Kind
from ecociv.registers.loading import kind_of
from ecociv.registers.queries import entries
from ecociv.registers.values import ValueRefused, key_of, parsed, to_json

_SINCE = FieldRule.model_validate(
    {"key": "since", "name": {"zh": "生效日期", "en": "Holds from"}, "type": "date"}
)


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong in one row, and in which column."""

    row: int
    key: str
    column: str
    text: Text

    def words(self, language: str) -> str:
        """The fault with its row, in the reader's language."""
        where = Text(zh=f"第{self.row}行（{self.key or '—'}）：", en=f"row {self.row} ({self.key or '—'}): ")
        return where.in_language(language) + self.text.in_language(language)


class ImportRefused(ValueError):
    """A file of which nothing was recorded; ``faults`` has every fault of every row."""

    def __init__(self, faults: tuple[RowFault, ...]) -> None:
        super().__init__(" ".join(fault.words("en") for fault in faults[:5]))
        self.faults = faults


@dataclass(slots=True)
class Imported:
    """What came of a file."""

    entered: list[str] = field(default_factory=list)
    revised: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)


@dataclass(kw_only=True, slots=True)
class ImportEntries:
    """Enter what a file has and the register has not, revise what differs, leave what is the same.

    A column that the file has not changes nothing; an empty cell empties the field. ``reason`` and ``document`` go
    with every revision, a cell in the column of documents before them.
    """

    zone: str
    kind: str
    path: Path
    author: Any
    reason: str = ""
    document: str = ""
    name: str = ""
    sample: bool = False

    def execute(self, *, dry: bool = False) -> Imported:
        """Record all rows; with ``dry`` only find out what would come of them.

        Raises
        ------
        FileUnreadable
            Where the file is no table of this kind.
        ImportRefused
            With every fault of every row.
        PermissionDenied
            For whoever does not keep this register.
        """
        declared = kind_of(self.zone, self.kind)
        rows = read_rows(self.path, declared, self.name)
        done, faults = Imported(), []
        seen: dict[str, int] = {}
        with transaction.atomic():
            audit.hold()
            # What is planned for later counts as well: a row is compared with what the entry will say at the end.
            there = {one.key: one for one in entries(self.zone, self.kind, dt.date.max)}
            for row in rows:
                before = seen.setdefault(row.key, row.number)
                if before != row.number:
                    text = Text(
                        zh=f"与第{before}行的{declared.number.name.zh}相同。",
                        en=f"it has the same key as row {before}.",
                    )
                    faults.append(RowFault(row.number, row.key, "key", text))
                    continue
                try:
                    self._take(row, declared, there, done)
                except EntryRefused as refused:
                    faults += [RowFault(row.number, row.key, one.field, one.text) for one in refused.faults]
                except PermissionDenied as refused:
                    if not done.entered and not done.revised and not done.moved:
                        raise
                    faults.append(RowFault(row.number, row.key, "", Text(zh=str(refused), en=str(refused))))
            if faults or dry:
                transaction.set_rollback(True)
        if faults:
            raise ImportRefused(tuple(faults))
        return done

    def _take(self, row: FileRow, declared: Kind, known: Mapping[str, Entry], done: Imported) -> None:
        try:
            key = key_of(declared, row.key)
            given = parsed(_SINCE, row.cells.get(SINCE, ""))
        except ValueRefused as refused:
            raise EntryRefused([Fault("key", refused.text)]) from refused
        since = given if isinstance(given, dt.date) else None
        state, faults = "", []
        try:
            state = self._state(declared, row.cells.get(STATE, ""))
        except EntryRefused as refused:
            # Kept until the other cells of the row have been looked at as well.
            faults = list(refused.faults)
        values = {name: cell for name, cell in row.cells.items() if declared.field(name) is not None}
        common: dict[str, Any] = {
            "zone": self.zone,
            "kind": self.kind,
            "key": key,
            "author": self.author,
            "document": row.cells.get(DOCUMENT, "") or self.document,
            "sample": self.sample or row.cells.get(SAMPLE, "").lower() in ("是", "yes"),
        }
        there = known.get(key)
        if there is None:
            new = RegisterEntry(**common, on=since, values=values, state=state, reason=self.reason)
            try:
                if faults:
                    new.check()
                else:
                    new.execute()
            except EntryRefused as refused:
                raise EntryRefused([*refused.faults, *faults]) from refused
            if faults:
                raise EntryRefused(faults)
            done.entered.append(key)
            return
        if faults:
            raise EntryRefused(faults)
        on = since if since is not None and since > there.since else None
        differs = _differences(there, values)
        moves = bool(state) and state != there.state
        reason = self.reason or str(self.name or self.path.name)
        if differs:
            latest = max(there.since, timezone.localdate())
            ReviseEntry(**common, on=on or latest, changes=differs, reason=reason).execute()
            done.revised.append(key)
        if moves:
            latest = max(there.since, timezone.localdate())
            ChangeState(**common, on=on or latest, to=state, reason=reason).execute()
            done.moved.append(key)
        if not differs and not moves:
            done.same.append(key)

    def _state(self, declared: Kind, cell: str) -> str:
        if not cell:
            return ""
        for one in declared.states:
            if cell in (one.key, one.name.zh, one.name.en):
                return one.key
        zh, en = "、".join(s.name.zh for s in declared.states), ", ".join(s.name.en for s in declared.states)
        raise EntryRefused(
            [
                Fault(
                    STATE,
                    Text(zh=f"没有状态“{cell[:40]}”：{zh}。", en=f"There is no state {cell[:40]!r}: {en}."),
                )
            ]
        )


def _differences(there: Entry, given: Mapping[str, str]) -> dict[str, Any]:
    """The cells that say something else than the entry; one that cannot be read counts as different."""
    found: dict[str, Any] = {}
    for name, cell in given.items():
        rule = there.kind.field(name)
        assert rule is not None
        try:
            value = parsed(rule, cell)
        except ValueRefused:
            found[name] = cell
            continue
        stored = None if value is None else to_json(value)
        if stored != there.content.get(name):
            found[name] = cell
    return found


def exported(found: list[Entry], kind: Kind, form: str, language: str) -> bytes:
    """Entries as a file that `ImportEntries` reads (``csv`` or ``xlsx``)."""
    lines = [
        line_of(kind, one.key, one.values, one.state, one.since, one.document, one.sample, language)
        for one in found
    ]
    return as_xlsx(kind, lines, language) if form == "xlsx" else as_csv(kind, lines, language)

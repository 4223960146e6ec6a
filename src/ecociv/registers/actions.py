"""Entering, revising and moving: each writes a revision with its author, reason and document, or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from ecociv.core.text import Text
from ecociv.people import audit
from ecociv.people.models import User
from ecociv.people.permissions import require
from ecociv.people.policy import Action
from ecociv.registers.kinds import Keepers, Kind, Move
from ecociv.registers.loading import kind_of
from ecociv.registers.models import EntryRevision
from ecociv.registers.queries import said
from ecociv.registers.timeline import in_force, revised
from ecociv.registers.values import ValueRefused, key_of, parsed, to_json

SUBJECT = "register-entry"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an entry, and in which field; ``""`` for the entry as a whole."""

    field: str
    text: Text


class EntryRefused(ValueError):
    """An entry that cannot be recorded as it is; ``faults`` holds every fault."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(" ".join(one.text.en for one in self.faults))

    @property
    def texts(self) -> tuple[Text, ...]:
        """The sentences alone."""
        return tuple(one.text for one in self.faults)


@dataclass(kw_only=True, slots=True)
class _Recording:
    """What every action on an entry has in common.

    ``on`` is the day from which it holds (today); ``seen`` the revision that the author decided on, 0 for any.
    """

    zone: str
    kind: str
    key: str
    author: Any
    on: dt.date | None = None
    reason: str = ""
    document: str = ""
    sample: bool = False
    seen: int = 0
    faults: list[Fault] = field(default_factory=list, init=False)

    def _day(self) -> dt.date:
        return self.on or timezone.localdate()

    def _fault(self, zh: str, en: str, where: str = "") -> None:
        self.faults.append(Fault(where, Text(zh=zh, en=en)))

    def _refuse(self) -> None:
        found, self.faults = self.faults, []
        if found:
            raise EntryRefused(found)

    def _require(self, who: Keepers) -> None:
        if isinstance(self.author, str):
            if not self.author.strip():
                raise PermissionDenied("Nothing is recorded without an author.")
            return
        require(self.author, Action.KEEP_REGISTER, zone=self.zone, lead=who.bodies, roles=who.roles)

    def _common(self) -> None:
        if len(self.document) > 300:
            self._fault(
                "依据文件最多300个字。", "The document is named in 300 characters at most.", "document"
            )
        if len(self.reason) > 2000:
            self._fault("原因最多2000个字。", "The reason has 2000 characters at most.", "reason")
        if not 1900 <= self._day().year <= 2999:
            self._fault("生效日期有误。", "The day from which it holds cannot be right.", "valid-from")

    def _checked(self, declared: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
        """Values as they are stored; ``None`` for what is emptied. Faults are noted."""
        stored: dict[str, Any] = {}
        for name, value in given.items():
            rule = declared.field(name)
            if rule is None:
                self._fault(
                    f"{declared.name.zh}没有“{name}”这一项。",
                    f"{declared.name.en} has no field {name!r}.",
                    name,
                )
                continue
            try:
                found = parsed(rule, value)
            except ValueRefused as refused:
                self.faults.append(
                    Fault(
                        name,
                        Text(
                            zh=f"{rule.name.zh}：{refused.text.zh}", en=f"{rule.name.en}: {refused.text.en}"
                        ),
                    )
                )
                continue
            stored[name] = None if found is None else to_json(found)
            if rule.type == "reference" and isinstance(found, str) and not self._on_record(rule.kind, found):
                other = kind_of(self.zone, rule.kind).name
                self._fault(
                    f"{rule.name.zh}：{other.zh}登记中没有“{found}”，请先登记。",
                    f"{rule.name.en}: the register of {other.en.lower()} has no {found!r}; enter it first.",
                    name,
                )
        return stored

    def _on_record(self, kind: str, key: str) -> bool:
        return EntryRevision.objects.filter(zone=self.zone, kind=kind, key=key).exists()

    def _complete(self, declared: Kind, content: Mapping[str, Any]) -> None:
        for rule in declared.fields:
            if rule.required and content.get(rule.key) is None:
                self._fault(f"请填写{rule.name.zh}。", f"Give the {rule.name.en.lower()}.", rule.key)
        if declared.term is not None:
            first, last = content.get(declared.term.from_), content.get(declared.term.to)
            if isinstance(first, str) and isinstance(last, str) and first and last and last < first:
                self._fault(
                    f"止日 {last} 早于起日 {first}。",
                    f"It ends on {last}, before it begins on {first}.",
                    declared.term.to,
                )

    def _write(
        self,
        number: int,
        event: EntryRevision.Event,
        day: dt.date,
        state: str,
        content: Mapping[str, Any],
        before: Any,
    ) -> EntryRevision:
        account = self.author if isinstance(self.author, User) else None
        name = account.name_shown if account else str(self.author)
        row = EntryRevision(
            zone=self.zone,
            kind=self.kind,
            key=self.key,
            revision=number,
            event=event,
            valid_from=day,
            state=state,
            content=dict(content),
            recorded_at=timezone.now(),
            author=account,
            author_name=name[:150],
            reason=self.reason.strip(),
            document=self.document.strip(),
            sample=self.sample,
        )
        row.save()
        audit.record(
            actor=self.author,
            action=f"register.{event}",
            zone=self.zone,
            subject_kind=SUBJECT,
            subject_key=f"{self.kind}:{self.key}",
            before=before,
            after={"state": state, "from": day.isoformat(), "content": dict(content)},
            reason=self.reason,
        )
        return row


@dataclass(kw_only=True, slots=True)
class RegisterEntry(_Recording):
    """Enter a thing on a register.

    Parameters
    ----------
    values
        By field; text is read as a form or a file has it, other values are taken as they are.
    state
        The state to begin with; the declared initial one where it is not given. Another is for taking over a register
        that was kept elsewhere.
    """

    values: Mapping[str, Any]
    state: str = ""

    def check(self) -> Mapping[str, Any]:
        """What is to be stored.

        Raises
        ------
        PermissionDenied
            For whoever does not keep this register.
        EntryRefused
            With every fault and its field.
        """
        declared = kind_of(self.zone, self.kind)
        self._require(declared.may_enter())
        self._common()
        try:
            self.key = key_of(declared, self.key)
        except ValueRefused as refused:
            self.faults.append(Fault("key", refused.text))
        else:
            if self._on_record(self.kind, self.key):
                self._fault(
                    f"{declared.number.name.zh}“{self.key}”已登记，请改为修订。",
                    f"{declared.number.name.en} {self.key!r} is on record already: revise the entry.",
                    "key",
                )
        state = self.state or declared.initial
        if declared.state(state) is None:
            known = declared.states
            self._fault(
                f"没有状态“{state}”：{'、'.join(one.name.zh for one in known)}。",
                f"There is no state {state!r}: {', '.join(one.key for one in known)}.",
                "state",
            )
        stored = {
            key: value for key, value in self._checked(declared, self.values).items() if value is not None
        }
        told = {fault.field for fault in self.faults}
        self._complete(declared, {**dict.fromkeys(told, ""), **stored})
        self._refuse()
        return stored

    def execute(self) -> EntryRevision:
        """Record the first revision."""
        with transaction.atomic():
            audit.hold()
            stored = self.check()
            state = self.state or kind_of(self.zone, self.kind).initial
            return self._write(1, EntryRevision.Event.ENTERED, self._day(), state, stored, None)


@dataclass(kw_only=True, slots=True)
class _OnEntry(_Recording):
    """An action on an entry that is on record."""

    def _rows(self) -> list[EntryRevision]:
        rows = list(
            EntryRevision.objects.filter(zone=self.zone, kind=self.kind, key=self.key).order_by("revision")
        )
        if not rows:
            self._fault(f"没有登记“{self.key}”。", f"{self.key!r} is not on record.", "key")
            self._refuse()
        if self.seen and rows[-1].revision != self.seen:
            self._fault(
                f"该登记已有第 {rows[-1].revision} 次修订，您看到的是第 {self.seen} 次。请刷新后再办。",
                f"There is revision {rows[-1].revision} by now; you saw {self.seen}. Read it and decide again.",
            )
        if self._day() < min(row.valid_from for row in rows):
            self._fault(
                f"{self._day()} 早于首次登记的生效日 {min(row.valid_from for row in rows)}。",
                f"{self._day()} lies before the day on which the entry begins, {min(row.valid_from for row in rows)}.",
                "valid-from",
            )
        return rows


@dataclass(kw_only=True, slots=True)
class ReviseEntry(_OnEntry):
    """Say something else of an entry from a day on; only the fields that are named change.

    A day in the past makes it a correction, which reaches on until the field was changed the next time.
    """

    changes: Mapping[str, Any]

    def check(self) -> tuple[list[EntryRevision], list[tuple[dt.date, str, Mapping[str, Any]]]]:
        """The revisions there are, and those to be recorded.

        Raises
        ------
        PermissionDenied
            For whoever does not keep this register.
        EntryRefused
            With every fault and its field.
        """
        declared = kind_of(self.zone, self.kind)
        self._require(declared.may_enter())
        self._common()
        rows = self._rows()
        if not self.reason.strip():
            self._fault("请说明修订的原因。", "Say why it is revised.", "reason")
        stored = self._checked(declared, self.changes)
        self._refuse()
        written = revised(said(rows), self._day(), stored)
        if not written:
            self._fault("没有任何变化。", "Nothing would change.")
        for _day, _state, content in written:
            self._complete(declared, content)
        self._refuse()
        return rows, written

    def execute(self) -> EntryRevision:
        """Record the revisions; the one for the day asked comes back."""
        with transaction.atomic():
            audit.hold()
            rows, written = self.check()
            before = {"content": rows[-1].content, "state": rows[-1].state}
            made = [
                self._write(
                    rows[-1].revision + place, EntryRevision.Event.REVISED, day, state, content, before
                )
                for place, (day, state, content) in enumerate(written, 1)
            ]
            return made[0]


@dataclass(kw_only=True, slots=True)
class ChangeState(_OnEntry):
    """Move an entry on in its life cycle, by a move that its kind declares."""

    to: str

    def check(self) -> tuple[EntryRevision, Move, Mapping[str, Any]]:
        """The revision before, the move, and what the entry says on the day.

        Raises
        ------
        PermissionDenied
            For whoever the move is not given to.
        EntryRefused
            Where there is no such move, its document is absent, or the day lies before the last revision.
        """
        declared = kind_of(self.zone, self.kind)
        rows = self._rows()
        last = rows[-1]
        held = in_force(said(rows), max(self._day(), max(row.valid_from for row in rows)))
        assert held is not None
        move = declared.move(held.state, self.to)
        if move is None:
            self._require(declared.may_enter())
            ways = declared.moves_from(held.state)
            zh = "、".join(state.name.zh for one in ways if (state := declared.state(one.to))) or "无"
            en = ", ".join(state.name.en for one in ways if (state := declared.state(one.to))) or "nowhere"
            now = declared.state(held.state)
            self._fault(
                f"“{now.name.zh if now else held.state}”不能转为“{self.to}”，可以转为：{zh}。",
                f"From {now.name.en if now else held.state!r} it cannot go to {self.to!r}; it can go to: {en}.",
                "state",
            )
            self._refuse()
        assert move is not None
        self._require(declared.may_move(move))
        self._common()
        if move.document and not self.document.strip():
            self._fault("请写明依据文件。", "Name the document that this rests on.", "document")
        latest = max(row.valid_from for row in rows)
        if self._day() < latest:
            self._fault(
                f"{self._day()} 早于最近一次修订的生效日 {latest}。",
                f"{self._day()} lies before {latest}, from which the last revision holds.",
                "valid-from",
            )
        self._refuse()
        return last, move, held.content

    def execute(self) -> EntryRevision:
        """Record the move."""
        with transaction.atomic():
            audit.hold()
            last, _move, content = self.check()
            return self._write(
                last.revision + 1,
                EntryRevision.Event.MOVED,
                self._day(),
                self.to,
                content,
                {"content": last.content, "state": last.state},
            )

"""A dossier that was sent, computed again in its own composition: whether it still says the same, and what a newer one adds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ecociv.accounts.audit.actions import dossier_of
from ecociv.accounts.audit.as_json import dossier_json
from ecociv.accounts.audit.composition import NEWEST, Composition, composition_of
from ecociv.accounts.audit.models import AuditStep, LeavingAudit, StepKind
from ecociv.accounts.audit.standing import AuditStanding
from ecociv.accounts.audit.term import AuditRefused
from ecociv.accounts.queries import ARITHMETIC, AccountsRefused
from ecociv.core.digests import digest_of_json
from ecociv.core.periods import OutsideValidity
from ecociv.core.text import Text

_OUTSIDE = ("as_of", "digest")
"""What a digest does not cover."""

_PARTS = {
    "movements": Text(zh="存量和变动", en="position and changes"),
    "attribution": Text(zh="可归因的变化", en="attribution"),
    "targets": Text(zh="目标", en="targets"),
    "cases": Text(zh="案件", en="cases"),
    "inspection_findings": Text(zh="督查发现", en="findings of inspections"),
    "progress_reports": Text(zh="进展报告", en="progress reports"),
    "papers": Text(zh="审计底稿", en="working papers"),
    "proposal": Text(zh="等级建议", en="proposed class"),
    "values": Text(zh="价值", en="values"),
    "rules": Text(zh="评价规则", en="rules"),
    "notes": Text(zh="口径和限制", en="limits"),
    "composition": Text(zh="卷宗构成", en="composition"),
}


@dataclass(frozen=True, slots=True)
class Kept:
    """A dossier as it was sent or concluded on, beside what it comes to today.

    Attributes
    ----------
    intact : bool
        Whether what was kept still has the digest that was sent.
    again : str
        Digest of the same moment and composition, computed now; empty where that cannot be done.
    why : Text or None
        Why it cannot be computed again.
    differs : tuple of Text
        The parts that come out differently now.
    adds : tuple of Text
        What the newest composition has beyond it.
    """

    step: AuditStep
    composition: Composition
    digest: str
    intact: bool
    again: str
    why: Text | None
    differs: tuple[Text, ...]
    adds: tuple[Text, ...]

    @property
    def agrees(self) -> bool:
        """Whether the digest comes out again."""
        return self.intact and self.again == self.digest


def kept_dossiers(audit: LeavingAudit, now: AuditStanding) -> tuple[Kept, ...]:
    """The newest draft and the conclusion of an audit, each held against what it comes to today."""
    steps = (now.last(StepKind.DRAFTED), now.last(StepKind.CONCLUDED))
    return tuple(held_against_record(audit, step) for step in steps if step is not None)


def held_against_record(audit: LeavingAudit, step: AuditStep) -> Kept:
    """A step's dossier computed again, as known at its moment and in its own composition."""
    dossier: Mapping[str, Any] = step.data["dossier"]
    made, digest = composition_of(dossier), dossier["digest"]
    intact = digest_of_json({key: value for key, value in dossier.items() if key not in _OUTSIDE}) == digest
    again, why = "", None
    differs: tuple[Text, ...] = ()
    if made.accounts != ARITHMETIC:
        why = Text(
            zh=f"账户算法已由第{made.accounts}版改为第{ARITHMETIC}版，不能逐字重算；以发出时的内容为准。",
            en=f"The arithmetic of the accounts went from version {made.accounts} to {ARITHMETIC}: what was sent stands as it is.",
        )
    else:
        try:
            found = dossier_json(dossier_of(audit, step.recorded_at, made))
        except (AuditRefused, AccountsRefused) as refused:
            why = refused.text
        except OutsideValidity as refused:
            why = Text(zh=str(refused), en=str(refused))
        else:
            again = found["digest"]
            differs = tuple(
                _PARTS.get(key, Text(zh=key, en=key))
                for key in dict.fromkeys([*dossier, *found])
                if key not in _OUTSIDE and dossier.get(key) != found.get(key)
            )
    return Kept(step, made, digest, intact, again, why, differs, made.lacks())


def composition_at(now: AuditStanding, moment: dt.datetime | None) -> Composition:
    """The composition in which an audit is shown: of a moment that of what was sent by then, today the newest."""
    step = now.conclusion or now.draft
    if step is None or (moment is None and now.conclusion is None):
        return NEWEST
    return composition_of(step.data["dossier"])

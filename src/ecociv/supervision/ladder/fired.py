"""What a trigger answers: on what, since when, why, and who would answer for it. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.supervision.ladder.declaration import Severity, TriggerBase


@dataclass(frozen=True, slots=True)
class EvidenceRef:
    """What a reason rests on, by kind and key, so that a page can lead to it.

    ``kind`` is ``series`` (evidence), ``indicator`` (with the year as ``detail``), ``duty``, ``return``, ``finding``
    or ``conflict``; ``revision`` is that of the figure where it has one.
    """

    kind: str
    key: str
    label: Text
    detail: str = ""
    revision: int | None = None

    def to_json(self) -> dict[str, object]:
        """As plain JSON values."""
        return {
            "kind": self.kind,
            "key": self.key,
            "label": self.label.to_mapping(),
            "detail": self.detail,
            "revision": self.revision,
        }


@dataclass(frozen=True, slots=True)
class Fired:
    """One occurrence of a trigger.

    Attributes
    ----------
    trigger : str
        Key of the trigger.
    subject : str
        What it is about, as cases write it: ``series:35a``, ``task:112``, ``organisation:<key>``, ``place:<key>``.
    occurrence : str
        What makes this occurrence the same one tomorrow: a run by its first year or month, a report by its period.
    title : Text
        The matter in one line.
    first_day : date
        The first day on which the trigger fired.
    ended_on : date or None
        The day from which it no longer holds; none while it does.
    reasons, evidence
        Why, with the figures; and what they rest on.
    bodies : tuple of str
        Keys of the bodies that would answer, the first one as the responsible body.
    """

    trigger: str
    kind: str
    subject: str
    occurrence: str
    title: Text
    first_day: dt.date
    ended_on: dt.date | None
    reasons: tuple[Reason, ...]
    evidence: tuple[EvidenceRef, ...]
    proposes: str
    bodies: tuple[str, ...]
    severity: Severity
    sample: bool = False

    @property
    def holds(self) -> bool:
        """Whether it still holds on the day of the question."""
        return self.ended_on is None

    def to_json(self) -> dict[str, object]:
        """As plain JSON values."""
        return {
            "trigger": self.trigger,
            "kind": self.kind,
            "subject": self.subject,
            "occurrence": self.occurrence,
            "title": self.title.to_mapping(),
            "first_day": self.first_day.isoformat(),
            "ended_on": self.ended_on.isoformat() if self.ended_on else None,
            "reasons": [reason.to_json() for reason in self.reasons],
            "evidence": [each.to_json() for each in self.evidence],
            "proposes": self.proposes,
            "bodies": list(self.bodies),
            "severity": self.severity.value,
            "sample": self.sample,
        }


def fired(
    key: str,
    trigger: TriggerBase,
    *,
    subject: str,
    occurrence: str,
    title: Text,
    first_day: dt.date,
    ended_on: dt.date | None,
    reasons: tuple[Reason, ...],
    evidence: tuple[EvidenceRef, ...],
    bodies: tuple[str, ...],
    sample: bool = False,
) -> Fired:
    """An occurrence with what the declaration says of every occurrence; a body is named once."""
    first = (trigger.first_body,) if trigger.first_body else ()
    return Fired(
        trigger=key,
        kind=str(getattr(trigger, "kind", "")),
        subject=subject,
        occurrence=occurrence,
        title=title,
        first_day=first_day,
        ended_on=ended_on,
        reasons=reasons,
        evidence=evidence,
        proposes=trigger.proposes,
        bodies=tuple(dict.fromkeys(each for each in (*first, *bodies) if each)),
        severity=trigger.severity,
        sample=sample,
    )

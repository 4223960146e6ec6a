"""What an audit on record adds to its report: papers, evidence requests, comments, the conclusion."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from ecociv.accounts.audit.models import AuditPaper, LeavingAudit, PaperStatus
from ecociv.accounts.audit.standing import requests_of, standing_of
from ecociv.accounts.audit.term import Term
from ecociv.casework.queries import standings
from ecociv.casework.recorded import declaration_of
from ecociv.core.text import Text
from ecociv.reporting.leaving_audit.content import Decided
from ecociv.reporting.leaving_audit.words import WORDS

_LOOKED_AT = (PaperStatus.REVIEWED, PaperStatus.RETURNED)


def audit_of(term: Term, as_of: dt.datetime | None = None) -> LeavingAudit | None:
    """The audit on record of exactly this term; none where there is no such."""
    rows = LeavingAudit.objects.filter(
        official_id=term.official, body=term.body, first=term.first, last=term.last
    ).select_related("official")
    return (rows.filter(recorded_at__lte=as_of) if as_of is not None else rows).first()


def decided_of(audit: LeavingAudit, language: str, as_of: dt.datetime | None = None) -> Decided:
    """What the audit adds, as known at a moment."""
    now = standing_of(audit, as_of)
    done = now.conclusion
    return Decided(
        audit.number,
        tuple(_paper(one, language) for one in now.papers),
        tuple((one["number"], one["title"], one["state"]) for one in requests_shown(audit, language, as_of)),
        tuple(f"{timezone.localtime(one.recorded_at):%Y-%m-%d} {one.author_name}: {one.reason}" for one in now.comments),
        Text.from_mapping(done.data["name"]) if done else None,
        done.reason if done else "",
        done.author_name if done else "",
        timezone.localdate(done.recorded_at) if done else None,
    )


def requests_shown(audit: LeavingAudit, language: str, as_of: dt.datetime | None = None) -> list[dict[str, Any]]:
    """The evidence requests of an audit, each as it stood at a moment."""
    cases = [case for case in requests_of(audit) if as_of is None or case.opened_at <= as_of]
    stood = standings(cases, as_of=as_of or timezone.now())
    return [
        {
            "number": case.number,
            "type": case.type,
            "title": case.title,
            "due": stood[case.pk].due,
            "state": declaration_of(case).states[stood[case.pk].state].title.in_language(language),
            "open": stood[case.pk].closed_at is None,
        }
        for case in cases
        if case.pk in stood
    ]


def _paper(one: AuditPaper, language: str) -> tuple[str, str, str, str, str]:
    words = WORDS[language]
    found = f"{words['severities'][one.severity]} {one.finding}".strip()
    by = one.author_name if one.status in _LOOKED_AT else "—"
    return str(one.number), one.title, words["statuses"][one.status], found, by

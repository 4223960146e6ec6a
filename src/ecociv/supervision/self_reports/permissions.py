"""Who writes a body's yearly self-report: the body that holds its duties today, and nobody for it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied

from ecociv.core.verdicts import Verdict
from ecociv.people.permissions import decide
from ecociv.people.policy import Action
from ecociv.plan.package import ZonePackage
from ecociv.supervision.parts import name_of
from ecociv.supervision.permissions import said
from ecociv.supervision.sentences import reason


def may_write(user: Any, body: str, package: ZonePackage, day: dt.date) -> Verdict:
    """Whether the user writes the self-report of a body: the policy's answer, and only for their own body.

    The office of the leading group reviews self-reports; what a body says of itself it does not write in its place.
    """
    holder = package.body_on(body, day).key if package.has_organisation(body) else body
    verdict = decide(user, Action.REPORT_PROGRESS, zone=package.zone.key, lead={holder})
    if not verdict.ok or getattr(user, "organisation", "") == holder:
        return verdict
    refusal = reason(
        "not-the-body",
        "年度自查报告由{body}自己填报，领导小组办公室审核。",
        "{body} writes its own yearly self-report; the office of the leading group reviews it.",
        body=name_of(holder, package),
    )
    return Verdict(False, (refusal,))


def require_write(user: Any, body: str, package: ZonePackage, day: dt.date) -> None:
    """Raise ``PermissionDenied`` with the sentence of `may_write`, in the reader's language."""
    verdict = may_write(user, body, package, day)
    if not verdict.ok:
        raise PermissionDenied(said(verdict))

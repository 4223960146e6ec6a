"""Who may report on a duty: the policy's answer, asked for the bodies that lead it on that day, and said with names."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import get_language

from ecociv.core.verdicts import Verdict
from ecociv.people.permissions import decide
from ecociv.people.policy import Action
from ecociv.people.roles import Role
from ecociv.plan.package import ProjectOrTask, ZonePackage
from ecociv.supervision.models import ProgressReport
from ecociv.supervision.parts import leads_on, name_of, supports_on
from ecociv.supervision.sentences import listed, reason


def lead_keys(duty: ProjectOrTask, package: ZonePackage, day: dt.date) -> frozenset[str]:
    """Keys of the bodies that lead a duty on a day, as the policy wants them."""
    return frozenset(body.key for body in leads_on(duty, package, day))


def may_report(user: Any, duty: ProjectOrTask, package: ZonePackage, day: dt.date) -> Verdict:
    """Whether the user may report on the duty; a refusal names the bodies that may.

    The decision is the policy's (``settings.ECOCIV_POLICY``). Supporting bodies are refused as long as the policy
    knows leads only; the sentence then says that theirs is a supporting part.
    """
    verdict = decide(user, Action.REPORT_PROGRESS, zone=package.zone.key, lead=lead_keys(duty, package, day))
    if verdict.ok or "not-the-lead" not in verdict.codes:
        return verdict
    own = getattr(user, "organisation", "")
    leads = listed(name_of(body.key, package) for body in leads_on(duty, package, day))
    office = name_of(package.resolve(package.zone.leading_group_office).key, package)
    if own in {body.key for body in supports_on(duty, package, day)}:
        refusal = reason(
            "supports-only",
            "{own}是配合单位；进展由牵头单位（{leads}）或设在{office}的领导小组办公室填报。",
            "{own} supports this duty; its lead reports ({leads}), or the leading group's office at {office}.",
            own=name_of(own, package),
            leads=leads,
            office=office,
        )
    else:
        refusal = reason(
            "not-the-lead",
            "您代表{own}；进展由牵头单位（{leads}）或设在{office}的领导小组办公室填报。",
            "You act for {own}; the lead reports on this ({leads}), or the leading group's office at {office}.",
            own=name_of(own, package),
            leads=leads,
            office=office,
        )
    return Verdict(False, (refusal,))


def require_report(user: Any, duty: ProjectOrTask, package: ZonePackage, day: dt.date) -> None:
    """Raise ``PermissionDenied`` with the sentence of `may_report`, in the reader's language."""
    _require(may_report(user, duty, package, day))


def require_correct(user: Any, report: ProgressReport, package: ZonePackage, day: dt.date) -> None:
    """Raise ``PermissionDenied`` with the sentence of `may_correct`, in the reader's language."""
    _require(may_correct(user, report, package, day))


def said(verdict: Verdict) -> str:
    """The reasons of a verdict in the reader's language."""
    language = get_language() or "zh-hans"
    return " ".join(each.text.in_language(language) for each in verdict.reasons)


def _require(verdict: Verdict) -> None:
    if not verdict.ok:
        raise PermissionDenied(said(verdict))


def speaks_for_all(user: Any) -> bool:
    """Whether the user's reports count for every leading body: the office of the leading group's do."""
    return getattr(user, "role", "") == Role.LEADING_GROUP_OFFICE.value


def may_correct(user: Any, report: ProgressReport, package: ZonePackage, day: dt.date) -> Verdict:
    """Whether a user who may report on the duty may correct this report of it."""
    if speaks_for_all(user):
        return Verdict(True)
    known = package.has_organisation(report.organisation)
    holder = package.body_on(report.organisation, day).key if known else report.organisation
    if not report.for_all and getattr(user, "organisation", "") == holder:
        return Verdict(True)
    refusal = reason(
        "another-body",
        "这是{body}的填报，只有该单位和领导小组办公室可以更正。",
        "This is a report by {body}: only that body and the office of the leading group correct it.",
        body=name_of(holder, package),
    )
    return Verdict(False, (refusal,))

"""Who may report on a duty: the policy's answer, asked for the bodies that hold a part in it that day, said with names."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import get_language

from ecociv.core.verdicts import Verdict
from ecociv.people.permissions import decide
from ecociv.people.policy import Action
from ecociv.people.roles import Role
from ecociv.plan.package import OrganisationKind, ProjectOrTask, ZonePackage
from ecociv.supervision.models import ProgressReport
from ecociv.supervision.parts import leads_on, name_of, supports_on
from ecociv.supervision.sentences import listed, reason
from ecociv.supervision.states import ReportingRole


def lead_keys(duty: ProjectOrTask, package: ZonePackage, day: dt.date) -> frozenset[str]:
    """Keys of the bodies that lead a duty on a day, as the policy wants them."""
    return frozenset(body.key for body in leads_on(duty, package, day))


def support_keys(duty: ProjectOrTask, package: ZonePackage, day: dt.date) -> frozenset[str]:
    """Keys of the bodies that support a duty on a day and owe the city an account of it; without those that lead it."""
    supporting = {
        body.key
        for body in supports_on(duty, package, day)
        if body.kind is not OrganisationKind.PROVINCE_OR_NATION
    }
    return frozenset(supporting) - lead_keys(duty, package, day)


def reporting_role(user: Any, duty: ProjectOrTask, package: ZonePackage, day: dt.date) -> ReportingRole:
    """In which part a user's report would speak: a supporting body's covers its own part only (配合)."""
    if not speaks_for_all(user) and getattr(user, "organisation", "") in support_keys(duty, package, day):
        return ReportingRole.SUPPORT
    return ReportingRole.LEAD


def may_report(user: Any, duty: ProjectOrTask, package: ZonePackage, day: dt.date) -> Verdict:
    """Whether the user may report on the duty, as a lead or as a supporting body; a refusal names the leads.

    The decision is the policy's (``settings.ECOCIV_POLICY``), asked for the bodies that answer for the user's part.
    """
    zone = package.zone.key
    verdict = decide(user, Action.REPORT_PROGRESS, zone=zone, lead=lead_keys(duty, package, day))
    if verdict.ok or "not-the-lead" not in verdict.codes:
        return verdict
    supporting = decide(user, Action.REPORT_PROGRESS, zone=zone, lead=support_keys(duty, package, day))
    if supporting.ok:
        return supporting
    own = getattr(user, "organisation", "")
    leads = listed(name_of(body.key, package) for body in leads_on(duty, package, day))
    office = name_of(package.resolve(package.zone.leading_group_office).key, package)
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

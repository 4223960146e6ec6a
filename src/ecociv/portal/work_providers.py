"""What each room has for a person to do: duties of the plan, cases, proposals, returns, reports to review."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import F, Max, Q, Window
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ecociv.casework.queries import inbox, inbox_known
from ecociv.casework.recorded import declaration_of
from ecociv.core.text import Text
from ecociv.core.workdays import working_days_between
from ecociv.evidence.models import Place
from ecociv.evidence.returns.deadlines import Timeliness
from ecociv.evidence.returns.queries import Obligation
from ecociv.evidence.returns.queries import obligations as returns_due
from ecociv.indicators.compute import plan_of
from ecociv.people.permissions import allowed
from ecociv.people.policy import Action
from ecociv.people.roles import Role
from ecociv.plan.package import ProjectOrTask, ZonePackage
from ecociv.plan.queries import current_package
from ecociv.portal.case_rows import days_text
from ecociv.portal.returns import SAMPLE, address, default_data
from ecociv.portal.work import Provider, Urgency, WorkRow
from ecociv.portal.zone import language
from ecociv.supervision.ladder.declaration import Severity
from ecociv.supervision.ladder.names import duty_name, subject_name
from ecociv.supervision.ladder.queries import waiting_for
from ecociv.supervision.models import ProgressReport, SelfReport
from ecociv.supervision.owed import Owed, OwedKind, OwedState
from ecociv.supervision.owed_queries import answers_for, handed_in_since, owed_by
from ecociv.supervision.parts import name_of
from ecociv.supervision.permissions import may_report, reporting_role
from ecociv.supervision.reporting_rules import load_reporting_rules
from ecociv.supervision.states import ReportingRole

_OWED = {
    OwedState.OVERDUE: Urgency.NOW,
    OwedState.SENT_BACK: Urgency.NOW,
    OwedState.DUE_SOON: Urgency.SOON,
    OwedState.OWED: Urgency.LATER,
}
_PART = {OwedKind.SUPPORT: ReportingRole.SUPPORT}
_WEIGHTS = {
    Severity.GRAVE: ("off-track", Urgency.NOW),
    Severity.SERIOUS: ("at-risk", Urgency.SOON),
    Severity.NOTICE: ("not-due", Urgency.LATER),
}


def plan_known(zone: str, as_of: dt.datetime | None) -> ZonePackage:
    """The plan as it stands, or as it was known at a moment."""
    return current_package(zone) if as_of is None else plan_of(zone, as_of)


def said(text: Text) -> str:
    """In the reader's language."""
    return text.in_language(language())


def duties_owed(user: Any, zone: str, day: dt.date, as_of: dt.datetime | None = None) -> list[WorkRow]:
    """What the user's own body owes on the duties of the plan, by what is known; for those who may report."""
    own = getattr(user, "organisation", "")
    if not own or not allowed(user, Action.REPORT_PROGRESS, zone=zone, lead={own}):
        return []
    package, today = plan_known(zone, as_of), timezone.localdate(as_of)
    owed = owed_by(zone, own, day, known_on=max(day, today), package=package, holds_on=today)
    since = handed_in_since(zone, day) if as_of is None else None
    duties = {duty.place: duty for duty in package.duties}
    speaks: dict[str, ReportingRole | None] = {}
    rows: dict[tuple[Any, ...], list[Owed]] = {}
    for each in owed:
        if not each.state.open or (since is not None and since.settles(each, own)):
            continue
        duty = duties.get(each.place)
        if duty is not None:
            if each.place not in speaks:
                may = may_report(user, duty, package, today).ok
                speaks[each.place] = reporting_role(user, duty, package, today) if may else None
            # What the policy would refuse, or would take for another part, is no work of this person.
            if speaks[each.place] is not _PART.get(each.kind, ReportingRole.LEAD):
                continue
        one_report = each.kind in (OwedKind.PROGRESS, OwedKind.SUPPORT)
        same = (each.named, each.place, each.kind) if one_report else each.identity
        rows.setdefault(same, []).append(each)
    return [_owed_row(each, duties.get(each[0].place), package, own) for each in rows.values()]


def _owed_row(years: list[Owed], duty: ProjectOrTask | None, package: ZonePackage, own: str) -> WorkRow:
    """One row for what one report settles: a report of a year covers the years before it."""
    each, last = years[0], max(one.year for one in years)
    reason = said(each.reason.text)
    if last != each.year:
        reason += " " + _("One report for %(year)s covers the years before it.") % {"year": last}
    if duty is None:
        title = f"{said(each.kind.label)} · {each.year}"
        url, action = reverse("portal:self-report-write", args=[each.named, each.year]), _("Write")
        if each.state is OwedState.SENT_BACK:
            action = _("Correct")
    else:
        title = said(duty_name(duty))
        if each.kind is not OwedKind.DATE:
            title = f"{title} · {each.year}" + (f"–{last}" if last != each.year else "")
        page = reverse("portal:work-report", args=[duty.place_kind, duty.number])
        url, action = f"{page}?year={last}", _("Report")
        if each.state is OwedState.SENT_BACK and each.report is not None:
            # What was sent back is answered by its correction, under the same number.
            correct = {"kind": duty.place_kind, "number": duty.number, "report": each.report}
            url = f"{reverse('supervision:correct', kwargs=correct)}?back={reverse('portal:work')}"
            action = _("Correct")
    if each.named != own:
        named = said(name_of(each.named, package))
        reason += " " + (
            _("Shared by the members of %(body)s.") if each.shared else _("Named in the plan: %(body)s.")
        ) % {"body": named}
    return WorkRow(
        kind=each.kind.value,
        kind_label=said(each.kind.label),
        title=title,
        subject=each.place,
        due=each.act_by,
        state=said(each.state.label),
        light=each.state.light,
        reason=reason,
        url=url,
        action=action,
        urgency=_OWED[each.state],
    )


def cases_waiting(user: Any, zone: str, day: dt.date, as_of: dt.datetime | None = None) -> list[WorkRow]:
    """The cases in which the next move, or the answer to an extension, is the user's."""
    found = []
    for each in inbox(user, zone, day) if as_of is None else inbox_known(user, zone, as_of):
        case, declared = each.case, declaration_of(each.case)
        parts = [said(declared.parts[part].title) for part in each.parts]
        between = "、" if language() == "zh" else ", "
        moved = _("The next move is yours as %(part)s.") % {"part": between.join(parts) or "—"}
        if each.decides_extension:
            moved = _("An extension was asked for; you decide on it as %(part)s.") % {
                "part": between.join(parts)
            }
        left = days_text(working_days_between(day, each.due)) if each.due else ""
        found.append(
            WorkRow(
                kind="case",
                kind_label=said(declared.title),
                title=f"{case.number} {case.title}",
                subject=case.subject,
                due=each.due,
                state=said(declared.states[case.state].title),
                light="off-track" if each.overdue else "at-risk",
                reason=f"{moved} {left}".strip(),
                url=reverse("portal:case", args=[case.type, case.number]),
                action=_("Act"),
                urgency=Urgency.NOW if each.overdue else Urgency.SOON,
                sample=case.sample,
            )
        )
    return found


def proposals_waiting(user: Any, zone: str, day: dt.date, as_of: dt.datetime | None = None) -> list[WorkRow]:
    """The proposals of the triggers on which the user decides."""
    waiting = waiting_for(user, zone, day, as_of=as_of)
    if not waiting:
        return []
    package = plan_known(zone, as_of)
    places = {each.key: each.name for each in Place.objects.all()}
    found = []
    for each in waiting:
        proposal = each.proposal
        severity = Severity(proposal.severity)
        light, urgency = _WEIGHTS[severity]
        first = said(proposal.why[0].text) if proposal.reasons else ""
        found.append(
            WorkRow(
                kind="proposal",
                kind_label=_("Proposal"),
                title=f"{said(proposal.title)} · {said(subject_name(proposal.subject, package, places))}",
                subject=proposal.subject,
                due=None,
                state=_("To be decided"),
                light=light,
                reason=f"{said(severity.label)} · {first}",
                url=reverse("portal:proposal", args=[proposal.pk]),
                action=_("Decide"),
                urgency=urgency,
                sample=proposal.sample,
            )
        )
    return found


def returns_waiting(user: Any, zone: str, day: dt.date, as_of: dt.datetime | None = None) -> list[WorkRow]:
    """Departmental returns that the user's body fills in, and those that it reviews; the office reviews the rest."""
    own = getattr(user, "organisation", "")
    office = getattr(user, "role", "") == Role.LEADING_GROUP_OFFICE.value
    if not own and not office:
        return []
    if not allowed(user, Action.RECORD_EVIDENCE, zone=zone, lead={own}):
        return []
    package, today = plan_known(zone, as_of), timezone.localdate(as_of)
    sample = default_data(zone) == SAMPLE
    holds: dict[str, bool] = {}

    def mine(key: str) -> bool:
        if key not in holds:
            holds[key] = bool(own) and answers_for(own, key, today, package)
        return holds[key]

    found = []
    for each in returns_due(zone, today=day, directory=package, sample=sample, known_at=as_of):
        fills = mine(each.body.key)
        # Nobody judges what their own body filled in; the office does where both are one body.
        judges = (mine(each.reviewer.key) and not fills) or (office and each.body.key == each.reviewer.key)
        if (each.with_body and fills) or (each.with_reviewer and judges):
            found.append(_return_row(each))
    return found


def _return_row(each: Obligation) -> WorkRow:
    about, late = each.subject, each.deadline.timeliness is Timeliness.OVERDUE
    sent_back = each.state == "sent-back"
    soon = each.deadline.timeliness is Timeliness.DUE_SOON
    page, action = ("return-fill", _("Fill in")) if each.with_body else ("return-review", _("Review"))
    return WorkRow(
        kind="return" if each.with_body else "return-review",
        kind_label=_("Departmental return") if each.with_body else _("Return to review"),
        title=f"{said(about.form.title)} · {said(about.place.name)} · {about.period}",
        subject=f"return:{about.form.key}/{about.place.key}/{about.period}",
        due=each.deadline.due.day if each.with_body else None,
        state=said(each.state_name),
        light="off-track" if late or sent_back else "at-risk" if soon else "not-due",
        reason=said(each.deadline.said)
        if each.with_body
        else _("Handed in; the figures count once they are accepted."),
        url=address(about, page),
        action=action,
        urgency=Urgency.NOW if late or sent_back else Urgency.SOON if soon else Urgency.LATER,
        sample=about.sample,
    )


def reports_to_review(user: Any, zone: str, day: dt.date, as_of: dt.datetime | None = None) -> list[WorkRow]:
    """Reports and self-reports whose newest revision has no review yet; for those whom the policy lets review."""
    if not allowed(user, Action.REVIEW_PROGRESS, zone=zone, roles={Role.LEADING_GROUP_OFFICE}):
        return []
    package, clock = plan_known(zone, as_of), load_reporting_rules(zone).review
    until = Q() if as_of is None else Q(recorded_at__lte=as_of)
    unjudged = Q(review__isnull=True)
    if as_of is not None:
        unjudged |= Q(review__reviewed_at__gt=as_of)
    duties = {duty.place: duty for duty in package.duties}
    newest = Window(Max("revision"), partition_by=[F("place"), F("number")])
    reports = (
        ProgressReport.objects.of(zone)
        .filter(until)
        .annotate(newest=newest)
        .filter(unjudged, newest=F("revision"))
        .values_list("place", "number", "organisation", "period", "recorded_at")
    )
    found = []
    # Nobody reviews a report of which they wrote any revision.
    wrote = set(ProgressReport.objects.of(zone).filter(author=user.pk).values_list("place", "number"))
    for place, report, body, year, recorded_at in reports:
        if (place, report) in wrote:
            continue
        title = said(duty_name(duties[place])) if place in duties else place
        kind, _sep, number = place.partition(":")
        url = reverse("portal:review-report", args=[kind, int(number), report])
        on = timezone.localtime(recorded_at).date()
        who = said(name_of(body, package))
        found.append(_review_row(f"{title} · {year}", place, who, on, clock.due(on).day, day, url))
    own_year = Window(Max("revision"), partition_by=[F("organisation"), F("year")])
    selves = (
        SelfReport.objects.filter(until, zone=zone)
        .annotate(newest=own_year)
        .filter(unjudged, newest=F("revision"))
        .values_list("organisation", "year", "recorded_at")
    )
    own = set(SelfReport.objects.filter(zone=zone, author=user.pk).values_list("organisation", "year"))
    for body, year, recorded_at in selves:
        if (body, year) in own:
            continue
        on, who = timezone.localtime(recorded_at).date(), said(name_of(body, package))
        url = reverse("portal:self-report", args=[body, year])
        title = f"{said(OwedKind.SELF_REPORT.label)} · {year}"
        found.append(_review_row(title, f"self-report:{body}", who, on, clock.due(on).day, day, url))
    return found


def _review_row(
    title: str, subject: str, who: str, on: dt.date, due: dt.date, day: dt.date, url: str
) -> WorkRow:
    late = due < day
    return WorkRow(
        kind="review",
        kind_label=_("Report to review"),
        title=title,
        subject=subject,
        due=due,
        state=_("waits for review"),
        light="off-track" if late else "at-risk",
        reason=_("Handed in by %(body)s on %(day)s. %(left)s")
        % {"body": who, "day": on.isoformat(), "left": days_text(working_days_between(day, due))},
        url=url,
        action=_("Review"),
        urgency=Urgency.NOW if late else Urgency.SOON,
    )


PROVIDERS: tuple[Provider, ...] = (
    duties_owed,
    cases_waiting,
    proposals_waiting,
    returns_waiting,
    reports_to_review,
)

"""Cases as lists show them, and their words for states, bodies and days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ecociv.casework.models import Case
from ecociv.casework.recorded import declaration_of
from ecociv.core.workdays import working_days_between
from ecociv.portal.collation import collation_key
from ecociv.portal.document_form import bodies
from ecociv.portal.tables import Column
from ecociv.portal.zone import language


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case in a list."""

    case: Case
    type: str
    state: str
    turn: str
    bodies: str
    due: dt.date | None
    days: int | None

    @property
    def url(self) -> str:
        """Its page."""
        return reverse("portal:case", args=[self.case.type, self.case.number])

    @property
    def late(self) -> bool:
        """Whether it is past due."""
        return self.days is not None and self.days < 0

    @property
    def left(self) -> str:
        """Working days left, in words; "" where no day is set."""
        return days_text(self.days)


def days_text(days: int | None) -> str:
    """Working days left or late, in words."""
    if days is None:
        return ""
    if days < 0:
        return ngettext("%(n)d working day late", "%(n)d working days late", -days) % {"n": -days}
    if days == 0:
        return _("due today")
    return ngettext("%(n)d working day left", "%(n)d working days left", days) % {"n": days}


def rows_of(cases: Iterable[Case], day: dt.date) -> list[CaseRow]:
    """Rows of cases; the parties were fetched with them, so that no row asks the database."""
    named, tongue = dict(bodies()), language()
    between = "、" if tongue == "zh" else ", "
    found = []
    for case in cases:
        case_type = declaration_of(case)
        state = case_type.states[case.state]
        turn = (
            ""
            if case.closed_at
            else between.join(case_type.parts[p].title.in_language(tongue) for p in state.turn)
        )
        keys = dict.fromkeys(party.organisation for party in case.parties.all())
        days = None if case.due is None or case.closed_at else working_days_between(day, case.due)
        found.append(
            CaseRow(
                case,
                case_type.title.in_language(tongue),
                state.title.in_language(tongue),
                turn,
                between.join(named.get(key, key) for key in keys),
                None if case.closed_at else case.due,
                days,
            )
        )
    return found


def subject_link(subject: str) -> tuple[str, str]:
    """Words and address of what a case is about; the address is "" where no page of it is known."""
    kind, _sep, key = subject.partition(":")
    if kind in {"task", "project", "indicator"} and key.isdigit():
        names = {"task": _("Task"), "project": _("Project"), "indicator": _("Indicator")}
        return f"{names[kind]} {key}", reverse(f"portal:{kind}", args=[int(key)])
    number = key.partition("/")[0]
    if kind == "score" and number.isascii() and number.isdigit() and len(number) < 16:
        return _("Score in an assessment"), reverse("portal:assessment-round", args=[int(number)])
    if kind == "organisation" and key:
        return dict(bodies()).get(key, key), reverse("portal:department", args=[key])
    if kind == "patch" and key:
        return _("Patch %(name)s") % {"name": key.partition("/")[2]}, reverse("portal:land-patches")
    if kind == "difference" and key.isascii() and key.isdigit() and len(key) < 16:
        return _("Difference between plans"), reverse("portal:plan-difference", args=[int(key)])
    return subject, ""


def columns() -> Sequence[Column[CaseRow]]:
    """Columns of the lists of cases."""
    return [
        Column(
            "number",
            gettext_lazy("Number"),
            lambda r: r.case.number,
            sort_by=lambda r: (r.case.year, r.case.serial),
        ),
        Column(
            "title",
            gettext_lazy("Title"),
            lambda r: r.case.title,
            sort_by=lambda r: collation_key(r.case.title),
        ),
        Column("type", gettext_lazy("Type"), lambda r: r.type, sort_by=lambda r: collation_key(r.type)),
        Column("state", gettext_lazy("State"), lambda r: r.state, sort_by=lambda r: collation_key(r.state)),
        Column(
            "turn",
            gettext_lazy("Whose move"),
            lambda r: r.turn,
            sort_by=lambda r: collation_key(r.turn) if r.turn else None,
        ),
        Column(
            "bodies",
            gettext_lazy("Bodies"),
            lambda r: r.bodies,
            sort_by=lambda r: collation_key(r.bodies) if r.bodies else None,
        ),
        Column("due", gettext_lazy("Due"), lambda r: str(r.due or ""), sort_by=lambda r: r.due),
        Column("days", gettext_lazy("Working days"), lambda r: r.left, sort_by=lambda r: r.days),
        Column("about", gettext_lazy("About"), lambda r: r.case.subject, export_only=True),
        Column("opened", gettext_lazy("Opened"), lambda r: r.case.opened_at, export_only=True),
        Column("closed", gettext_lazy("Closed"), lambda r: r.case.closed_at or "", export_only=True),
        Column(
            "sample",
            gettext_lazy("Sample data"),
            lambda r: _("yes") if r.case.sample else "",
            export_only=True,
        ),
    ]


def with_parties(cases: Any) -> Any:
    """Cases with what their rows need, in a fixed number of queries."""
    return cases.prefetch_related("parties")

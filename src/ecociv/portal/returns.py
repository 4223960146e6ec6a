"""Returns as pages show them: rows of the list, lines of a form, and who may do what with one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from ecociv.core.decimals import plain
from ecociv.core.missing import Missing
from ecociv.core.periods import PeriodError
from ecociv.core.quantities import label_of
from ecociv.evidence.models import DepartmentalReturn
from ecociv.evidence.returns import queries
from ecociv.evidence.returns.actions import ReturnRefused, Subject, subject
from ecociv.evidence.returns.actions.base import newest_revision
from ecociv.evidence.returns.cells import Entry
from ecociv.evidence.returns.checks import Finding, Severity
from ecociv.evidence.returns.drafts import Typed
from ecociv.evidence.returns.forms import Cell
from ecociv.evidence.returns.permissions import may_fill, may_judge, may_read
from ecociv.plan.package import ZonePackage
from ecociv.portal.zone import language

REAL, SAMPLE = "real", "sample"


def default_data(zone: str) -> str:
    """Which returns a list shows first: the real ones, unless there are only generated ones."""
    kinds = set(DepartmentalReturn.objects.filter(zone=zone).values_list("sample", flat=True).distinct())
    return SAMPLE if kinds == {True} else REAL


def subject_at(plan: ZonePackage, data: str, form: str, place: str, period: str) -> Subject:
    """The return of an address, or the page that says there is none."""
    if data not in {REAL, SAMPLE}:
        raise Http404(_("There are real and sample returns, nothing else."))
    try:
        return subject(plan.zone.key, form, place, period, sample=data == SAMPLE)
    except ReturnRefused as error:
        raise Http404(error.text.in_language(language())) from error
    except PeriodError as error:
        raise Http404(str(error)) from error


def address(about: Subject, name: str = "return") -> str:
    """Address of a page of a return."""
    data = SAMPLE if about.sample else REAL
    return reverse(f"portal:{name}", args=[data, about.form.key, about.place.key, str(about.period)])


@dataclass(frozen=True, slots=True)
class Rights:
    """What a reader may do with a return now: right and state together."""

    reads: bool
    fills: bool
    judges: bool
    restates: bool
    drops: bool


def rights(user: Any, plan: ZonePackage, obligation: queries.Obligation, today: dt.date) -> Rights:
    """The rights of a reader; each is decided by the room that owns the step."""
    about, zone, of = obligation.subject, plan.zone.key, obligation.of
    fills = bool(may_fill(user, zone, about.form, about.place, today, plan).ok)
    revision = newest_revision(of) if of is not None else None
    judges = bool(may_judge(user, zone, about.form, about.place, revision, today, plan).ok)
    accepted = of is not None and of.steps.filter(kind="locked").exists()
    return Rights(
        reads=may_read(user, zone, about.form, about.place, today, plan),
        fills=fills and obligation.with_body,
        judges=judges and obligation.with_reviewer,
        restates=fills and obligation.state == "locked",
        drops=fills and accepted and obligation.with_body,
    )


@dataclass(slots=True)
class Line:
    """One cell of a form on a page."""

    number: int
    cell: Cell
    typed: Typed
    before: str = ""
    accepted: str = ""
    shown: str = ""
    change: str = ""
    findings: list[Finding] = field(default_factory=list)

    @property
    def unit(self) -> str:
        """The unit in the reader's language."""
        return label_of(self.cell.unit).in_language(language())

    @property
    def worst(self) -> str:
        """The gravest finding of the cell that is not explained away, for its mark."""
        kinds = {each.severity for each in self.findings}
        return next((kind.value for kind in (Severity.ERROR, Severity.WARNING) if kind in kinds), "")


def lines(
    about: Subject,
    typed: Mapping[str, Typed],
    before: Mapping[str, Entry],
    accepted: Mapping[str, Entry],
    findings: Sequence[Finding] = (),
    now: Mapping[str, Entry] | None = None,
) -> list[Line]:
    """The cells of a return in order, each with what concerns it."""
    made = []
    for number, cell in enumerate(about.cells):
        entry = (now or {}).get(cell.key)
        made.append(
            Line(
                number,
                cell,
                typed.get(cell.key, Typed()),
                said(before.get(cell.key)),
                said(accepted.get(cell.key)),
                said(entry),
                change(before.get(cell.key), entry),
                [
                    each
                    for each in findings
                    if each.cells[:1] == (cell.key,) and not each.key.startswith("rule:")
                ],
            )
        )
    return made


def said(entry: Entry | None) -> str:
    """A figure with its thousands set apart, or the kind of absence; a dash for nothing."""
    if entry is None:
        return "—"
    if isinstance(entry.value, Missing):
        return entry.value.label.in_language(language())
    whole, _point, rest = plain(entry.value).partition(".")
    grouped = f"{int(whole):,}" if whole not in {"-0", ""} else whole
    return f"{grouped}.{rest}" if rest else grouped


def change(before: Entry | None, now: Entry | None) -> str:
    """The change in percent of the figure before, with one decimal; nothing where it cannot be said."""
    if before is None or now is None or not before.number or now.number is None:
        return ""
    share = (now.number - before.number) / abs(before.number) * 100
    return f"{share.quantize(Decimal('0.1')):+}%"


def typed_from_post(about: Subject, post: Mapping[str, str]) -> tuple[dict[str, Typed], dict[str, str]]:
    """What was typed into the form page, and the explanations."""
    typed = {
        cell.key: Typed(
            post.get(f"v.{cell.key}", "")[:200],
            post.get(f"m.{cell.key}", "")[:40],
            post.get(f"r.{cell.key}", ""),
        )
        for cell in about.cells
    }
    explanations = {name[2:]: text for name, text in post.items() if name.startswith("x.")}
    return typed, explanations


def absences() -> list[tuple[str, str]]:
    """The kinds of absence to choose from."""
    return [(kind.value, kind.label.in_language(language())) for kind in Missing]

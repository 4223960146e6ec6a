"""Rounds of assessment: the list with the rule sets, and one round with its results, steps and what can be done."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ecociv.assessment.actions import OpenRound
from ecociv.assessment.models import AssessmentRound
from ecociv.assessment.objections import last_day, objections_to, upheld_without_supplement
from ecociv.assessment.permissions import may_run, require_read
from ecociv.assessment.queries import rounds_for, snapshots_of
from ecociv.assessment.refusals import AssessmentRefused
from ecociv.assessment.rules import RuleSet, rule_sets
from ecociv.assessment.standing import Standing, may_do, sees_all, sees_unit, standing_of
from ecociv.assessment.units import units_of
from ecociv.assessment.verify import recompute, restatement_impact
from ecociv.casework.permissions import may_read
from ecociv.casework.refusals import CaseRefused
from ecociv.evidence.declared import DeclarationError
from ecociv.people.doors import people_of_the_zone
from ecociv.people.roles import Role
from ecociv.plan.package import ZonePackage
from ecociv.portal.assessment_deeds import DEEDS
from ecociv.portal.assessment_rows import columns, groups_of, rows_of
from ecociv.portal.tables import Table
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.zone import language, zone_key


@require_http_methods(["GET", "HEAD", "POST"])
@people_of_the_zone
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Rounds, the form that opens one, and the rule sets that are declared."""
    zone = zone_key()
    rounds = rounds_for(request.user, zone)
    refused = ""
    if request.method == "POST":
        given = request.POST
        year = given.get("year", "")
        try:
            opened = OpenRound(
                zone, given.get("rule_set", ""), int(year) if _is_year(year) else 0, request.user
            )
            if not _is_year(year):
                raise AssessmentRefused("no-year", "请填四位数的年份。", "Give the year in four digits.")
            made = opened.execute()
        except AssessmentRefused as error:
            refused = error.text.in_language(language())
        except DeclarationError:
            refused = _("There is no such rule set; choose one from the list.")
        else:
            messages.success(request, _("The round is open. Next: let the units score themselves."))
            return redirect("portal:assessment-round", made.pk)
    declared = rule_sets(zone)
    day = timezone.localdate()
    context = {
        "rounds": [_line(each, plan) for each in rounds],
        "rule_sets": [(each, each.in_force(day)) for each in declared.values()],
        "usable": [each for each in declared.values() if each.unit_kind in {"county", "department"}],
        "may_run": may_run(request.user, zone),
        "refused": refused,
        "given": request.POST,
        "this_year": day.year,
    }
    return render(request, "portal/assessment/list.html", context, status=422 if refused else 200)


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isascii() and text.isdigit() and text >= "1900"


def _line(round_: AssessmentRound, plan: ZonePackage) -> dict[str, Any]:
    rules = RuleSet.model_validate(round_.rules)
    day = min(dt.date(round_.year, 12, 31), timezone.localdate())
    return {
        "round": round_,
        "title": rules.title,
        "stage": round_.stage,
        "units": len(units_of(rules, plan, day)),
    }


def organisation_of(request: HttpRequest) -> str:
    """The reader's own body; "" for none."""
    return getattr(request.user, "organisation", "")


def round_of(request: HttpRequest, pk: int) -> AssessmentRound:
    """The round, for whoever may read it."""
    require_read(request.user, zone_key())
    return get_object_or_404(AssessmentRound, pk=pk, zone=zone_key())


@require_safe
@people_of_the_zone
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, pk: int) -> HttpResponse:
    """One round. ``?check=1`` recomputes what was frozen and says what today's data would change."""
    return show(request, round_of(request, pk))


def show(
    request: HttpRequest, round_: AssessmentRound, refused: str = "", what: str = "", status: int = 200
) -> HttpResponse:
    """The page of a round, with the refusal of what was just tried."""
    number = request.GET.get("result", "")
    standing = standing_of(round_, number=int(number) if number.isdigit() and len(number) < 6 else None)
    rows = rows_of(standing, [unit for unit in standing.results if sees_unit(request.user, standing, unit)])
    table = Table(columns(), rows, request.GET)
    if download := export(request, table, f"{standing.rules.title.in_language(language())} {round_.year}"):
        return download
    snapshot = standing.snapshot
    asked = snapshot is not None and "check" in request.GET
    context = {
        "round": round_,
        "standing": standing,
        "groups": groups_of(standing, rows),
        "table": table,
        "steps": round_.steps.order_by("number"),
        "can": may_do(request.user, round_),
        "whole": sees_all(request.user),
        "own": own if (own := organisation_of(request)) in standing.results else "",
        "gaps": _gaps(standing),
        "snapshots": snapshots_of(request.user, round_),
        "recomputed": recompute(snapshot) if asked and snapshot else None,
        "impact": _impact(standing) if asked else None,
        "objections": [each for each in objections_to(round_) if may_read(request.user, each).ok],
        "upheld": [_upheld(standing, each) for each in upheld_without_supplement(round_)],
        "last_day": (last := last_day(round_)),
        "may_object": bool(last and timezone.localdate() <= last and _officer_of(request.user, standing)),
        "refused": refused,
        "refused_what": what,
        "given": request.POST,
        "chosen": request.POST.getlist("items"),
    }
    return render(request, "portal/assessment/round.html", context, status=status)


def _officer_of(user: Any, standing: Standing) -> bool:
    officer = Role(user.role) in {Role.DEPARTMENT_OFFICER, Role.COUNTY_OFFICER}
    return officer and user.organisation in standing.results


def _gaps(standing: Standing) -> list[tuple[str, str, str]]:
    """Unit, its name, and the title of the item that nobody scored."""
    tongue = language()
    return [
        (
            unit,
            standing.results[unit].name.in_language(tongue),
            standing.rules.items[item].title.in_language(tongue),
        )
        for unit, item in standing.missing
    ]


def _impact(standing: Standing) -> list[dict[str, Any]]:
    """What today's data would change, by unit."""
    assert standing.snapshot is not None
    found, tongue = restatement_impact(standing.snapshot), language()
    rows = []
    for unit, result in standing.results.items():
        figures = [
            (_title(standing, key), *pair, found.items.get(unit, {}).get(key))
            for key, pair in found.figures.get(unit, {}).items()
        ]
        if unit in found.totals or unit in found.ranks or figures:
            rows.append(
                {
                    "name": result.name.in_language(tongue),
                    "total": found.totals.get(unit),
                    "ranks": found.ranks.get(unit),
                    "figures": figures,
                }
            )
    return rows


def _title(standing: Standing, key: str) -> str:
    rules = standing.rules
    declared: dict[str, Any] = {**rules.items, **rules.adjustments, **rules.vetoes}
    return str(declared[key].title.in_language(language()))


def _upheld(standing: Standing, case: Any) -> dict[str, Any]:
    """An upheld objection with the scores that a supplement can change."""
    unit = str(case.subject).partition("/")[2]
    result = standing.results.get(unit)
    return {"case": case, "unit": unit, "items": list(result.items.values()) if result else []}


@require_POST
@people_of_the_zone
@with_plan
def act(request: HttpRequest, plan: ZonePackage, pk: int, what: str) -> HttpResponse:
    """Move on, sign off, supplement or object; a refusal shows the page with the reason and what was typed."""
    round_ = round_of(request, pk)
    deed = DEEDS.get(what)
    if deed is None:
        raise Http404
    try:
        done = deed(request, round_)
    except AssessmentRefused as error:
        conflict = error.code == "moved-on"
        words = error.text.in_language(language())
        return show(request, round_, words, what, 409 if conflict else 422)
    except CaseRefused as error:
        return show(request, round_, error.text.in_language(language()), what, 422)
    messages.success(request, done.message)
    return redirect(done.address)

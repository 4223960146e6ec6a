"""What can be done on the page of a round, each read from its form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from ecociv.assessment.actions import MoveRound, SignOff, Supplement
from ecociv.assessment.models import AssessmentRound
from ecociv.assessment.objections import CASE_TYPE, objections_to, subject_of, unit_of
from ecociv.assessment.refusals import AssessmentRefused
from ecociv.assessment.rules import ItemScore, RuleSet
from ecociv.assessment.stages import Stage
from ecociv.casework.actions import OpenCase
from ecociv.portal.case_inputs import received
from ecociv.portal.zone import language


@dataclass(frozen=True, slots=True)
class Done:
    """What to say, and where to go on."""

    message: str
    address: str


def number_of(text: str) -> Decimal | None:
    """A number as people type it, with half-width or full-width digits; None for anything else.

    >>> number_of(" 61.5 "), number_of("９０"), number_of("about 3"), number_of("NaN")
    (Decimal('61.5'), Decimal('90'), None, None)
    """
    try:
        found = Decimal(text.strip().replace("．", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() and len(text) <= 40 else None


def _page(round_: AssessmentRound) -> str:
    return reverse("portal:assessment-round", args=[round_.pk])


def _move(request: HttpRequest, round_: AssessmentRound) -> Done:
    seen = request.POST.get("seen", "")
    stage = Stage(seen) if seen in {each.value for each in Stage} else Stage.DRAFT
    now = MoveRound(round_, stage, request.user, request.POST.get("reason", "")[:2000]).execute()
    words = _("The assessment is now in the stage “%(stage)s”.") % {
        "stage": now.label.in_language(language())
    }
    return Done(words, _page(round_))


def _sign(request: HttpRequest, round_: AssessmentRound) -> Done:
    frozen = SignOff(round_, request.user, request.POST.get("reason", "")[:2000]).execute()
    words = _("Signed off. The result is frozen under the digest %(digest)s.") % {
        "digest": frozen.digest[:12]
    }
    return Done(words, _page(round_))


def _supplement(request: HttpRequest, round_: AssessmentRound) -> Done:
    given = request.POST
    number = given.get("objection", "")
    unit = next((unit_of(case) for case in objections_to(round_) if case.number == number), "")
    rules, scores = RuleSet.model_validate(round_.rules), {}
    for key in rules.items:
        typed = given.get(f"score.{key}", "").strip()
        if not typed:
            continue
        amount = number_of(typed)
        if amount is None:
            title = rules.items[key].title
            raise AssessmentRefused(
                "no-number",
                f"“{title.zh}”填的“{typed[:40]}”不是数。",
                f"“{typed[:40]}” for “{title.en}” is no number.",
            )
        reason = given.get("reason", "").strip()
        scores[(unit, key)] = ItemScore(amount, "objection", reason=reason, source=f"case:{number}")
    Supplement(round_, request.user, number, given.get("reason", "")[:2000], scores).execute()
    return Done(_("The supplement is signed; the result before it stays on record."), _page(round_))


def _object(request: HttpRequest, round_: AssessmentRound) -> Done:
    given, unit = request.POST, getattr(request.user, "organisation", "")
    rules = RuleSet.model_validate(round_.rules)
    tongue = language()
    titles = [
        rules.items[key].title.in_language(tongue) for key in given.getlist("items") if key in rules.items
    ]
    if not titles:
        raise AssessmentRefused(
            "no-items", "请勾选有异议的考核项。", "Mark the items to whose score you object."
        )
    with received(request) as documents:
        case = OpenCase(
            round_.zone,
            CASE_TYPE,
            _("Objection to the assessment of %(year)s") % {"year": round_.year},
            request.user,
            subject=subject_of(round_, unit),
            parties={"unit": [unit]},
            fields={
                "items": ("；" if tongue == "zh" else "; ").join(titles),
                "grounds": given.get("grounds", ""),
            },
            documents=documents,
        ).execute()
    words = _("The objection is filed as %(number)s.") % {"number": case.number}
    return Done(words, reverse("portal:case", args=[case.type, case.number]))


DEEDS: dict[str, Callable[[HttpRequest, AssessmentRound], Done]] = {
    "move": _move,
    "sign": _sign,
    "supplement": _supplement,
    "object": _object,
}

"""A round of assessment as pages read it: from what was frozen at sign-off, else as it stands now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.cache import cache
from django.http import Http404
from django.utils.translation import gettext as _

from ecociv.assessment.entries import entries_of, with_entries
from ecociv.assessment.frozen import intervals_json, read_frozen
from ecociv.assessment.gather import gather
from ecociv.assessment.models import AssessmentRound, Snapshot
from ecociv.assessment.permissions import require_read
from ecociv.assessment.rules import Assessment, Inputs, OutsideValidity, RuleSet, Units, score
from ecociv.core.decimals import plain, shortest
from ecociv.portal.zone import language, zone_key


@dataclass(frozen=True)
class Assessed:
    """Rules, units, inputs and results of a round; ``snapshot`` is none while the round is open."""

    round: AssessmentRound
    snapshot: Snapshot | None
    rules: RuleSet
    units: Units
    inputs: Inputs
    results: Assessment

    @property
    def year(self) -> int:
        """The year assessed."""
        return self.results.year

    @property
    def title(self) -> str:
        """Rule set and year in the reader's language."""
        return f"{self.rules.title.in_language(language())} · {self.year}"

    @cached_property
    def intervals(self) -> Mapping[str, Any]:
        """Lowest and highest rank of each unit, with seed and draws; empty where the rule set draws none."""
        if self.snapshot is not None:
            found: dict[str, Any] = self.snapshot.data["intervals"]
            return found if self.rules.uncertainty else {}
        if self.rules.uncertainty is None:
            return {}
        # A thousand draws take seconds; the digest covers everything that they depend on.
        key = f"rank-intervals:{self.results.digest}"
        known: dict[str, Any] | None = cache.get(key)
        if known is None:
            known = intervals_json(self.rules, self.units, self.inputs, self.year)
            cache.set(key, known, 24 * 3600)
        return known

    def interval(self, unit: str) -> tuple[int, int] | None:
        """Lowest and highest rank of a unit."""
        found = self.intervals.get("units", {}).get(unit)
        return (found["low"], found["high"]) if found and found["low"] else None


def assessed(user: Any, number: int) -> Assessed:
    """A round of the zone on show, for a reader who may see it.

    Raises
    ------
    PermissionDenied
        For visitors: results are internal until they are published.
    Http404
        When the zone has no such round, or its rules do not hold in its year.
    """
    require_read(user, zone_key())
    round_ = AssessmentRound.objects.filter(pk=number, zone=zone_key()).first()
    if round_ is None:
        raise Http404(_("There is no round of assessment with the number %(number)s.") % {"number": number})
    snapshot = Snapshot.objects.filter(round=round_).order_by("-number").first()
    if snapshot is not None:
        frozen = read_frozen(snapshot.content)
        return Assessed(round_, snapshot, frozen.rules, frozen.units, frozen.inputs, frozen.assessment())
    rules = RuleSet.model_validate(round_.rules)
    try:
        found = gather(round_.zone, rules, round_.year)
        inputs = with_entries(found.inputs, entries_of(round_))
        results = score(rules, found.units, inputs, round_.year)
    except OutsideValidity as error:
        raise Http404(str(error)) from error
    return Assessed(round_, None, rules, found.units, inputs, results)


def unit_or_404(found: Assessed, unit: str) -> str:
    """The unit's key, or the page that says there is none."""
    if unit not in found.units:
        raise Http404(_("This round does not assess %(unit)s.") % {"unit": unit[:100]})
    return unit


def number_text(value: Decimal | None) -> str:
    """A score as stated, with its digits; a dash for none."""
    return "—" if value is None else plain(value)


def short_text(value: Decimal | None) -> str:
    """A weight without trailing zeros; a dash for none."""
    return "—" if value is None else shortest(value)


def signed_text(value: Decimal | None) -> str:
    """A difference with its sign.

    >>> signed_text(Decimal("1.50")), signed_text(Decimal("-2")), signed_text(Decimal(0)), signed_text(None)
    ('+1.50', '−2', '0', '—')
    """
    if value is None:
        return "—"
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return sign + plain(abs(value))

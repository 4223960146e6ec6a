"""Findings of falsified data that people confirmed, by the body that supplied the figures, as known at the moment."""

from __future__ import annotations

from dataclasses import replace

from django.utils import timezone

from ecociv.assessment.gather.counting import counted
from ecociv.assessment.moment import Moment
from ecociv.assessment.rules import Figure
from ecociv.assessment.rules.sources import DECIDED_FINDINGS
from ecociv.core.text import Text
from ecociv.evidence.models import FindingDecision
from ecociv.evidence.quality.names import name_of_rule, tests_for_falsification
from ecociv.supervision.suppliers import answering_for


class FalsificationFigures:
    """The decisions that stood at the moment, read once for all units.

    Only a decision that confirms counts: a suspicion, however strong, is none. The newest decision on a finding stands,
    also where a later run no longer finds it because the figures were put right.
    """

    def __init__(self, moment: Moment) -> None:
        self.moment = moment
        standing: dict[str, FindingDecision] = {}
        rows = FindingDecision.objects.filter(
            finding__run__zone=moment.zone, decided_at__lte=moment.known_at
        ).select_related("finding__series__place", "finding__series__sensor", "finding__series__property")
        for each in rows.order_by("decided_at", "pk"):
            standing[each.identity] = each
        self._by_unit: dict[str, list[tuple[str, Text, bool]]] = {}
        for identity, decision in standing.items():
            finding = decision.finding
            first, last = timezone.localdate(finding.starts_at), timezone.localdate(finding.ends_at)
            if (
                decision.decision != FindingDecision.Decision.CONFIRM
                or not tests_for_falsification(finding.rule)
                or not first.year <= moment.year <= last.year
            ):
                continue
            thing = (f"finding:{identity}/decision:{decision.pk}", _label(decision), finding.sample)
            for body in sorted(answering_for(moment.package, finding.series, moment.day)):
                self._by_unit.setdefault(body, []).append(thing)

    def figure(self, unit: str) -> Figure:
        """The number of confirmed findings on figures that the unit supplied, each with its decision."""
        found = counted(self._by_unit.get(unit, ()), f"falsification:{unit}@{self.moment.year}")
        return replace(found, method=DECIDED_FINDINGS)


def _label(decision: FindingDecision) -> Text:
    finding = decision.finding
    series = finding.series
    return Text(
        zh="{rule}：{place}{what}，{day}经{who}认定",
        en="{rule}: {place}, {what}; confirmed on {day} by {who}",
    ).fill(
        rule=name_of_rule(finding.rule),
        place=Text(zh=series.place.name_zh, en=series.place.name_en or series.place.name_zh),
        what=Text(zh=series.property.name_zh, en=series.property.name_en or series.property.name_zh),
        day=timezone.localdate(decision.decided_at).isoformat(),
        who=decision.author_name,
    )

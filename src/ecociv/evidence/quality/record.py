"""Putting on record what a run found: one identity for the same matter in every run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import Q

from ecociv.core.digests import digest_of_json
from ecociv.evidence.falsification import causes
from ecociv.evidence.falsification.finding import Finding
from ecociv.evidence.models import QualityFinding, QualityRun, Series
from ecociv.evidence.quality.examine import Examined
from ecociv.evidence.quality.grid import Grid

REPORTED = "reported-figure"
HONEST_CAUSES = {
    "qc-instrument": (causes.LIMIT_OF_METHOD, causes.METHOD_CHANGE),
    "qc-range": (causes.SOURCE_CHANGE, causes.CALIBRATION),
    "qc-step": (causes.CALIBRATION, causes.LOCAL_SOURCE),
    "qc-jump": (causes.LOCAL_SOURCE, causes.SOURCE_CHANGE),
    "qc-flat": (causes.ROUNDING, causes.FILLED, causes.LOW_LEVEL),
    "qc-copied-day": (causes.REPLAY, causes.FILLED),
    "qc-neighbours": (causes.LOCAL_SOURCE, causes.MAINTENANCE),
    "qc-gap": (causes.LATE_CHANNEL, causes.MAINTENANCE),
    "qc-maintenance-late": (causes.LATE_CHANNEL,),
}


def newest_findings(
    zone: str,
    networks: Sequence[str],
    figures: Sequence[int],
    start: datetime,
    end: datetime,
    sample: bool | None = None,
) -> dict[str, QualityFinding]:
    """The standing row of each identity, for findings that lie wholly in the period.

    Parameters
    ----------
    figures
        Numbers of the reported figures that are set against these networks; what is found in them belongs to these,
        whatever network the figure itself comes from.
    sample
        Those of sample series only, or of real ones only; of both when none.
    """
    own = Q(series__network__in=networks) & ~Q(rule=REPORTED)
    rows = QualityFinding.objects.filter(
        own | Q(rule=REPORTED, series__in=figures), run__zone=zone, starts_at__gte=start, ends_at__lte=end
    )
    if sample is not None:
        rows = rows.filter(sample=sample)
    return {row.identity: row for row in rows.order_by("recorded_at", "pk")}


def findings_of(
    members: Sequence[Series], grid: Grid, examined: Sequence[Examined], run: QualityRun, now: datetime
) -> list[QualityFinding]:
    """Rows for what was found, not yet saved."""
    by_id = {series.pk: series for series in members}
    made = []
    for each in examined:
        series = by_id[each.series]
        for fault in each.faults:
            made.append(
                _finding(
                    run,
                    now,
                    series,
                    fault.rule,
                    fault.severity,
                    fault.sentence.to_mapping(),
                    dict(fault.evidence),
                )
            )
            made[-1].starts_at = grid.moment(fault.first)
            made[-1].ends_at = grid.moment(fault.last + 1)
            made[-1].marked = len(fault.marks)
            made[-1].causes = [cause.to_mapping() for cause in HONEST_CAUSES.get(fault.rule, ())]
        for test in each.tests:
            if test.outcome.alarm:
                first, stop = grid.moment(test.slots.start), grid.moment(test.slots.stop)
                made.append(finding_of_test(run, now, series, test.outcome, first, stop))
    return [_identified(finding) for finding in made]


def finding_of_test(
    run: QualityRun, now: datetime, series: Series, outcome: Finding, start: datetime, end: datetime
) -> QualityFinding:
    """The row for an alarm of a test over a period."""
    made = _finding(
        run, now, series, outcome.test, "warning", outcome.sentence.to_mapping(), dict(outcome.evidence)
    )
    made.starts_at, made.ends_at = start, end
    made.score, made.p_value = outcome.score, outcome.p_value
    made.causes = [cause.to_mapping() for cause in outcome.honest_causes]
    return _identified(made)


def _identified(finding: QualityFinding) -> QualityFinding:
    finding.identity = digest_of_json(
        [finding.rule, finding.series_id, finding.starts_at.isoformat(), finding.ends_at.isoformat()]
    )[:32]
    finding.content = digest_of_json([finding.sentence_zh, finding.sentence_en, finding.severity])[:32]
    return finding


def _finding(
    run: QualityRun,
    now: datetime,
    series: Series,
    rule: str,
    severity: str,
    sentence: Mapping[str, str],
    evidence: dict[str, Any],
) -> QualityFinding:
    return QualityFinding(
        run=run,
        rule=rule,
        severity=severity,
        series=series,
        sentence_zh=sentence["zh"],
        sentence_en=sentence["en"],
        evidence=storable(evidence),
        sample=series.sample,
        recorded_at=now,
    )


def storable(value: Any) -> Any:
    """The same as JSON knows it: no infinity, no NaN, no numpy number."""
    if isinstance(value, Mapping):
        return {str(key): storable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [storable(each) for each in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def same(standing: QualityFinding | None, found: QualityFinding) -> bool:
    """Whether the finding on record says the same."""
    return standing is not None and not standing.gone and standing.content == found.content


def gone_row(finding: QualityFinding, run: QualityRun, now: datetime) -> QualityFinding:
    """The row that says that a run no longer finds it."""
    row = QualityFinding.objects.get(pk=finding.pk)
    row.pk, row.run, row.gone, row.recorded_at = None, run, True, now
    row._state.adding = True
    return row

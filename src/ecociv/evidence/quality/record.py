"""Putting on record what a run found: one identity for the same matter in every run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from ecociv.core.digests import digest_of_json
from ecociv.evidence.falsification import causes
from ecociv.evidence.models import QualityFinding, QualityRun, Series
from ecociv.evidence.quality.examine import Examined
from ecociv.evidence.quality.grid import Grid

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
    zone: str, networks: Sequence[str], start: datetime, end: datetime
) -> dict[str, QualityFinding]:
    """The standing row of each identity, for findings that lie wholly in the period."""
    rows = QualityFinding.objects.filter(
        run__zone=zone, series__network__in=networks, starts_at__gte=start, ends_at__lte=end
    )
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
            if not test.alarm:
                continue
            made.append(
                _finding(
                    run, now, series, test.test, "warning", test.sentence.to_mapping(), dict(test.evidence)
                )
            )
            made[-1].starts_at, made[-1].ends_at = (
                grid.start,
                grid.moment(grid.values.shape[1]),
            )
            made[-1].score, made[-1].p_value = test.score, test.p_value
            made[-1].causes = [cause.to_mapping() for cause in test.honest_causes]
    for finding in made:
        finding.identity = digest_of_json(
            [finding.rule, finding.series_id, finding.starts_at.isoformat(), finding.ends_at.isoformat()]
        )[:32]
        finding.content = digest_of_json([finding.sentence_zh, finding.sentence_en, finding.severity])[:32]
    return made


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

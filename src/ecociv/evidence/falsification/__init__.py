"""Tests for falsified data: pure functions over arrays; each gives a score, the evidence and the honest causes."""

from ecociv.evidence.falsification.avoidance import limit_avoidance
from ecociv.evidence.falsification.bunching import bunching
from ecociv.evidence.falsification.digits import benford, terminal_digits
from ecociv.evidence.falsification.edits import deadline_burst, late_records, one_way_edits
from ecociv.evidence.falsification.finding import Finding, adjusted, holm
from ecociv.evidence.falsification.neighbours import (
    correlation_drop,
    level_shift,
    variance_drop,
    variance_for_mean,
)
from ecociv.evidence.falsification.repeats import repeated_days
from ecociv.evidence.falsification.reported import reported_figure, sensor_mean
from ecociv.evidence.falsification.timing import night_step, weekday_effect

__all__ = [
    "Finding",
    "adjusted",
    "benford",
    "bunching",
    "correlation_drop",
    "deadline_burst",
    "holm",
    "late_records",
    "level_shift",
    "limit_avoidance",
    "night_step",
    "one_way_edits",
    "repeated_days",
    "reported_figure",
    "sensor_mean",
    "terminal_digits",
    "variance_drop",
    "variance_for_mean",
    "weekday_effect",
]

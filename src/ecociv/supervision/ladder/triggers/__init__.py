"""Each kind of trigger as a pure function from facts to occurrences; `fire` asks them all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from ecociv.supervision.ladder.declaration import (
    AirTrigger,
    ConflictTrigger,
    LightTrigger,
    MilestoneTrigger,
    ReportTrigger,
    ReturnTrigger,
    SuspectTrigger,
    TaskTrigger,
    Trigger,
    WaterTrigger,
)
from ecociv.supervision.ladder.facts import Facts
from ecociv.supervision.ladder.fired import Fired
from ecociv.supervision.ladder.triggers.duties import overdue_reports, overdue_tasks
from ecociv.supervision.ladder.triggers.environment import foul_air, foul_sections
from ecociv.supervision.ladder.triggers.evidence import (
    missing_returns,
    open_suspicions,
    standing_conflicts,
)
from ecociv.supervision.ladder.triggers.lights import missed_milestones, red_lights

__all__ = ["fire", "occurrences"]


def occurrences(key: str, trigger: Trigger, facts: Facts, day: dt.date) -> tuple[Fired, ...]:
    """Every occurrence of one trigger up to a day, those that no longer hold included."""
    match trigger:
        case LightTrigger():
            return red_lights(key, trigger, facts.lights, day)
        case MilestoneTrigger():
            return missed_milestones(key, trigger, facts.lights, day)
        case ReportTrigger():
            return overdue_reports(key, trigger, facts.reports, day)
        case TaskTrigger():
            return overdue_tasks(key, trigger, facts.duties, day)
        case WaterTrigger():
            return foul_sections(key, trigger, facts.sections, day)
        case AirTrigger():
            return foul_air(key, trigger, facts.air.get(key, ()), day)
        case ReturnTrigger():
            return missing_returns(key, trigger, facts.returns, day)
        case SuspectTrigger():
            return open_suspicions(key, trigger, facts.findings, day)
        case ConflictTrigger():
            return standing_conflicts(key, trigger, facts.conflicts, day)


def fire(triggers: Mapping[str, Trigger], facts: Facts, day: dt.date) -> tuple[Fired, ...]:
    """Every occurrence of every trigger up to a day, in the order of the declaration."""
    return tuple(one for key, trigger in triggers.items() for one in occurrences(key, trigger, facts, day))

"""From the tables to the rules and back: the declaration of a case, its log, and what the log comes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.utils import timezone

from ecociv.casework.clocks import ClockRun
from ecociv.casework.declaration import CaseType
from ecociv.casework.models import Case, CaseParty, CaseStep, CaseTypeRevision, RunningClock
from ecociv.casework.standing import LogEntry, Standing, standing
from ecociv.core.digests import digest_of_json


def declaration_of(case: Case) -> CaseType:
    """The declaration under which a case was opened; read once for each revision."""
    return declared(case.declaration_id)


@lru_cache(maxsize=512)
def declared(revision: str) -> CaseType:
    """The case type of a stored revision; rows of that table never change."""
    content = CaseTypeRevision.objects.values_list("content", flat=True).get(pk=revision)
    return CaseType.model_validate_json(content)


def revision_for(zone: str, case_type: CaseType) -> CaseTypeRevision:
    """The stored revision of a declaration, added where it is new."""
    content = case_type.model_dump_json(by_alias=True, exclude_none=True)
    digest = digest_of_json({"zone": zone, "content": content})
    found = CaseTypeRevision.objects.filter(pk=digest).first()
    if found is not None:
        return found
    return CaseTypeRevision.objects.create(
        digest=digest, zone=zone, key=case_type.key, content=content, recorded_at=timezone.now()
    )


def entry_of(step: CaseStep) -> LogEntry:
    """A stored step as the rules read it."""
    return LogEntry(
        number=step.number,
        kind=step.kind,
        state=step.state,
        at=step.at,
        recorded_at=step.recorded_at,
        transition=step.transition,
        part=step.part,
        actor="" if step.actor_id is None else str(step.actor_id),
        organisation=step.organisation,
        data=step.data,
    )


def log_of(case: Case) -> list[LogEntry]:
    """The log of a case, in order."""
    return [entry_of(step) for step in CaseStep.objects.filter(case=case).order_by("number")]


def case_standing(case: Case, as_of: datetime | None = None, at: datetime | None = None) -> Standing:
    """What the log of a case comes to: as known at ``as_of``, as it was at ``at``; now, where not given."""
    return standing(declaration_of(case), log_of(case), as_of=as_of, at=at)


def standings(cases: Iterable[Case], as_of: datetime | None = None) -> Mapping[int, Standing]:
    """What the logs of many cases come to, by primary key, in one query; cases not opened by then are left out."""
    by_id = {case.pk: case for case in cases}
    logs: dict[int, list[LogEntry]] = {}
    steps = CaseStep.objects.filter(case__in=list(by_id)).order_by("case", "number")
    if as_of is not None:
        steps = steps.filter(recorded_at__lte=as_of)
    for step in steps:
        logs.setdefault(step.case_id, []).append(entry_of(step))
    return {key: standing(declaration_of(by_id[key]), log) for key, log in logs.items()}


def as_known(cases: Iterable[Case], as_of: datetime) -> list[Case]:
    """The cases with the columns and parties that they had at a moment; to be read, never saved. One query.

    Those that were not on record by then are left out.
    """
    cases = list(cases)
    known = standings(cases, as_of)
    found = []
    for case in cases:
        now = known.get(case.pk)
        if now is None:
            continue
        for name, value in columns_of(now).items():
            setattr(case, name, value)
        parties = CaseParty.objects.none()
        parties._result_cache = [
            CaseParty(pk=number, case=case, part=part, organisation=key)
            for number, (part, key) in enumerate(
                ((part, key) for part, keys in now.parties.items() for key in keys), start=1
            )
        ]
        parties._prefetch_done = True  # type: ignore[attr-defined]
        case._prefetched_objects_cache = {"parties": parties}  # type: ignore[attr-defined]
        found.append(case)
    return found


def columns_of(now: Standing) -> dict[str, Any]:
    """What the columns of a case hold for a standing."""
    return {
        "state": now.state,
        "closed_at": now.closed_at,
        "outcome": now.outcome,
        "due": now.due,
        "due_by_notice": now.due_by_notice,
        "extension_asked": now.open_extension.clock if now.open_extension else "",
        "officer_id": int(now.officer) if now.officer else None,
        "fields": dict(now.fields),
        "steps_taken": now.steps,
    }


def write_standing(case: Case, now: Standing) -> None:
    """Bring the columns and rows beside the log up to what it comes to, inside the caller's transaction."""
    columns = columns_of(now)
    for name, value in columns.items():
        setattr(case, name, value)
    case.save(update_fields=[name.removesuffix("_id") for name in columns])
    _write_parties(case, now)
    _write_clocks(case, now)


def _write_parties(case: Case, now: Standing) -> None:
    wanted = {(part, key) for part, keys in now.parties.items() for key in keys}
    rows = {(row.part, row.organisation): row for row in CaseParty.objects.filter(case=case)}
    if gone := [row.pk for pair, row in rows.items() if pair not in wanted]:
        CaseParty.objects.filter(pk__in=gone).delete()
    CaseParty.objects.bulk_create(
        [
            CaseParty(case=case, part=part, organisation=key)
            for part, key in sorted(wanted)
            if (part, key) not in rows
        ]
    )
    getattr(case, "_prefetched_objects_cache", {}).pop("parties", None)


def _write_clocks(case: Case, now: Standing) -> None:
    rows = {row.clock: row for row in RunningClock.objects.filter(case=case)}
    wanted = {run.clock: run for run in now.clocks}
    if gone := [row.pk for key, row in rows.items() if key not in wanted]:
        RunningClock.objects.filter(pk__in=gone).delete()
    for key, run in wanted.items():
        columns = clock_columns(run)
        row = rows.get(key)
        if row is None:
            RunningClock.objects.create(case=case, clock=key, **columns)
        elif any(getattr(row, name) != value for name, value in columns.items()):
            RunningClock.objects.filter(pk=row.pk).update(**columns)
    getattr(case, "_prefetched_objects_cache", {}).pop("clocks", None)


def clock_columns(run: ClockRun) -> dict[str, Any]:
    """What the columns of a running clock hold for a run."""
    return {
        "started_on": run.started_on,
        "due_on": run.due_on,
        "paused": run.paused,
        "by_notice": run.by_notice,
        "extended_days": run.extended_days,
        "escalated": list(run.escalated),
    }

"""The plan in the shape that commands and interfaces hand out."""

from __future__ import annotations

from typing import Any

from ecociv.plan.package import Project, QuantifiedTarget, Task, ZonePackage


def target_as_json(target: QuantifiedTarget) -> dict[str, Any]:
    """One quantified target."""
    return {
        "quantity_zh": target.quantity.zh,
        "quantity_en": target.quantity.en,
        "series": target.series,
        "indicator": int(target.series.split(".")[0]) if target.series else None,
        "year": target.year,
        "unit": target.unit,
        "unit_label": target.unit_label,
        "target": target.typed.to_mapping(),
        "scope_zh": target.scope.zh if target.scope else None,
    }


def duty_as_json(package: ZonePackage, duty: Task | Project) -> dict[str, Any]:
    """A task or a project; bodies by their canonical short names, in order.

    A duty that shares an earlier row's goal cell shows that row's dates and targets and says so.
    """
    goal = package.shared_cell(duty)
    return {
        "number": duty.number,
        **(
            {"system": duty.system, "topic": duty.topic}
            if isinstance(duty, Task)
            else {"programme": duty.programme}
        ),
        "title_zh": duty.title.zh,
        "title_en": duty.title.en,
        "summary_zh": duty.summary.zh,
        "summary_en": duty.summary.en,
        "lead": [body.name for body in package.leads(duty)],
        "support": [body.name for body in package.supports(duty)],
        "support_open": duty.support_open,
        "start": goal.start.to_yaml() if goal.start else None,
        "due": goal.due.to_yaml() if goal.due else None,
        "milestones": [{"by": step.by.to_yaml(), "outcome": step.outcome.value} for step in goal.milestones],
        "recurring": duty.recurring.every if duty.recurring else None,
        "targets": [target_as_json(target) for target in goal.targets],
        "goal_shared_with": duty.cell_shared_with,
        "uncertain": [
            {"field": note.field, "note_zh": note.note.zh, "note_en": note.note.en} for note in duty.uncertain
        ],
    }


def task_as_json(package: ZonePackage, task: Task) -> dict[str, Any]:
    """A task as ``ecociv plan tasks`` prints it."""
    return duty_as_json(package, task)

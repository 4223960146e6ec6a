"""What falls due in a year: dated outcomes, figures and duties that come back every year."""

from __future__ import annotations

from ecociv.core.text import Text
from ecociv.plan.package import Project, Task


def due_in(duty: Task | Project, year: int) -> bool:
    """Whether a dated outcome, a figure or the end of the duty falls in ``year``."""
    return any(date.year == year for date, _ in duty.dates())


def recurs_in(duty: Task | Project, year: int) -> bool:
    """Whether the duty comes back in ``year``: every year since its first, until its last."""
    again = duty.recurring
    if again is None or again.every != "year" or again.from_.year > year:
        return False
    return duty.due is None or duty.due.year >= year


def duty_name(duty: Task | Project) -> Text:
    """A task or project by its number."""
    if isinstance(duty, Task):
        return Text(zh=f"任务{duty.number}", en=f"task {duty.number}")
    return Text(zh=f"项目{duty.number}", en=f"project {duty.number}")

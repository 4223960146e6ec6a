"""By when a return is due, and whether it is late: working days after the period has ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from ecociv.core.text import Text
from ecociv.core.workdays import WorkingDay, add_working_days, working_days_between
from ecociv.evidence.returns.forms import Form
from ecociv.evidence.returns.periods import ReturnPeriod

SOON = 10
"""A return is due soon when at most this many working days are left."""


class Timeliness(StrEnum):
    """Where a return stands against its date."""

    IN_TIME = "in-time"
    """Handed in by the day."""
    LATE = "late"
    """Handed in after the day."""
    OVERDUE = "overdue"
    """Not handed in, and the day has passed."""
    DUE_SOON = "due-soon"
    """Not handed in, and at most ten working days are left."""
    OPEN = "open"
    """Not handed in, and there is time."""

    @property
    def label(self) -> Text:
        """In words."""
        return _LABELS[self]


_LABELS = {
    Timeliness.IN_TIME: Text(zh="按时报送", en="handed in on time"),
    Timeliness.LATE: Text(zh="逾期报送", en="handed in late"),
    Timeliness.OVERDUE: Text(zh="逾期未报", en="overdue"),
    Timeliness.DUE_SOON: Text(zh="临近截止", en="due soon"),
    Timeliness.OPEN: Text(zh="未到期", en="not due yet"),
}


@dataclass(frozen=True, slots=True)
class Deadline:
    """The day, where it stands today, and by how many working days it is missed or ahead.

    ``working_days`` is counted from the day of reading (or of handing in) to the due day: negative is late.
    """

    due: WorkingDay
    timeliness: Timeliness
    working_days: int

    @property
    def said(self) -> Text:
        """In a sentence."""
        count = abs(self.working_days)
        if self.timeliness is Timeliness.OVERDUE:
            return Text(zh=f"逾期{count}个工作日", en=f"{count} working days overdue")
        if self.timeliness is Timeliness.LATE:
            return Text(zh=f"逾期{count}个工作日报送", en=f"handed in {count} working days late")
        if self.timeliness is Timeliness.IN_TIME:
            return self.timeliness.label
        return Text(zh=f"还有{count}个工作日", en=f"{count} working days left")


@lru_cache(maxsize=4096)
def due_day(working_days: int, period: ReturnPeriod) -> WorkingDay:
    """The day on which a return is due.

    Years without a holiday notice are counted Monday to Friday; ``by_notice`` is false then, and pages say so.

    >>> from ecociv.evidence.returns.periods import ReturnPeriod
    >>> due_day(60, ReturnPeriod.parse("2015")).day  # 3 months with New Year and the Spring Festival between
    datetime.date(2016, 3, 30)
    """
    return add_working_days(period.end, working_days)


def deadline(form: Form, period: ReturnPeriod, handed_in: date | None, today: date) -> Deadline:
    """Where a return stands: ``handed_in`` is the day of its first submission, or none."""
    due = due_day(form.due.working_days, period)
    left = working_days_between(handed_in or today, due.day)
    if handed_in is not None:
        return Deadline(due, Timeliness.IN_TIME if handed_in <= due.day else Timeliness.LATE, left)
    if today > due.day:
        return Deadline(due, Timeliness.OVERDUE, left)
    return Deadline(due, Timeliness.DUE_SOON if left <= SOON else Timeliness.OPEN, left)

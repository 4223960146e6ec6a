"""Plans of payment (分期缴款): what of each instalment is paid, what is late. Pure: no Django; whole fen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ecociv.core.text import Text


@dataclass(frozen=True, slots=True)
class Instalment:
    """So many fen, due on a day."""

    due: dt.date
    fen: int


@dataclass(frozen=True, slots=True)
class InstalmentState:
    """An instalment with what was paid on it by a day.

    ``state`` is ``paid``, ``overdue`` (past its day and not paid in full), ``due`` (today or later); ``late`` is the
    number of days past its day for an overdue one, and 0 otherwise.
    """

    instalment: Instalment
    paid: int
    state: str
    late: int

    @property
    def left(self) -> int:
        """Fen that are still to be paid."""
        return self.instalment.fen - self.paid


class PlanRefused(ValueError):
    """A plan that does not stand; ``text`` says why."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def checked(instalments: Iterable[Instalment], total: int, signed: dt.date) -> tuple[Instalment, ...]:
    """The instalments in the order of their days, when they add up to the total.

    Raises
    ------
    PlanRefused
        Where they do not, one moves nothing, or one is due before the day of signing.

    Examples
    --------
    >>> checked([Instalment(dt.date(2018, 3, 1), 60), Instalment(dt.date(2018, 6, 1), 30)], 100, dt.date(2018, 1, 1))
    Traceback (most recent call last):
    ...
    ecociv.liabilities.damage.plan.PlanRefused: The instalments add up to 0.90 yuan, not to 1.00.
    """
    found = tuple(sorted(instalments, key=lambda one: one.due))
    if not found:
        raise PlanRefused(Text(zh="请填写至少一期。", en="Give at least one instalment."))
    for one in found:
        if one.fen <= 0:
            raise PlanRefused(
                Text(
                    zh=f"{one.due} 一期的金额须大于零。",
                    en=f"The instalment of {one.due} has to be above zero.",
                )
            )
        if one.due < signed:
            raise PlanRefused(
                Text(
                    zh=f"{one.due} 一期早于签订日 {signed}。",
                    en=f"The instalment of {one.due} is due before {signed}, the day of signing.",
                )
            )
    added = sum(one.fen for one in found)
    if added != total:
        raise PlanRefused(
            Text(
                zh=f"各期合计 {_yuan(added)} 元，应为 {_yuan(total)} 元。",
                en=f"The instalments add up to {_yuan(added)} yuan, not to {_yuan(total)}.",
            )
        )
    return found


def states(instalments: Sequence[Instalment], paid: int, day: dt.date) -> tuple[InstalmentState, ...]:
    """Each instalment on a day, when so much was paid by then; the earliest is paid first.

    Examples
    --------
    >>> plan = [Instalment(dt.date(2018, 3, 1), 60), Instalment(dt.date(2018, 6, 1), 40)]
    >>> for each in states(plan, 70, dt.date(2018, 6, 2)): print(each.state, each.paid, each.left, each.late)
    paid 60 0 0
    overdue 10 30 1
    """
    found = []
    for one in sorted(instalments, key=lambda each: each.due):
        on_it = min(one.fen, max(paid, 0))
        paid -= on_it
        if on_it == one.fen:
            found.append(InstalmentState(one, on_it, "paid", 0))
        elif day > one.due:
            found.append(InstalmentState(one, on_it, "overdue", (day - one.due).days))
        else:
            found.append(InstalmentState(one, on_it, "due", 0))
    return tuple(found)


def _yuan(fen: int) -> str:
    whole, part = divmod(fen, 100)
    return f"{whole}.{part:02d}"

"""Postings of double entry: whole units that leave one account and enter another, and nothing made on the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ecociv.core.text import Text


@dataclass(frozen=True, slots=True, order=True)
class Posting:
    """One line of a movement.

    Attributes
    ----------
    account : str
        Key of the account.
    unit : str
        What is counted (``CNY-fen``, or the key of an instrument); lines of different units are never added.
    amount : int
        Whole units; what enters is positive, what leaves negative.
    """

    account: str
    unit: str
    amount: int


class Unbalanced(ValueError):
    """A movement that would make units from nothing, or lose some; ``text`` names the unit and the difference."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def require_balance(postings: Iterable[Posting]) -> None:
    """Refuse a movement unless its lines add up to zero for each unit.

    Raises
    ------
    Unbalanced
        With the first unit (in order of its key) that does not add up; also for a movement without lines and for a line
        of nothing.

    Examples
    --------
    >>> require_balance([Posting("city", "CNY-fen", -150), Posting("county", "CNY-fen", 150)])
    >>> require_balance([Posting("city", "CNY-fen", -150), Posting("county", "CNY-fen", 149)])
    Traceback (most recent call last):
    ecociv.core.postings.Unbalanced: The lines in CNY-fen add up to -1, not to zero.
    """
    sums: dict[str, int] = {}
    for each in postings:
        if each.amount == 0:
            raise Unbalanced(
                Text(
                    zh=f"账户“{each.account}”的分录数量为零，请删去该行。",
                    en=f"The line of account {each.account!r} moves nothing: leave it out.",
                )
            )
        sums[each.unit] = sums.get(each.unit, 0) + each.amount
    if not sums:
        raise Unbalanced(Text(zh="没有分录。", en="There are no lines."))
    for unit, total in sorted(sums.items()):
        if total:
            raise Unbalanced(
                Text(
                    zh=f"以{unit}计的分录合计为 {total}，应为零。",
                    en=f"The lines in {unit} add up to {total}, not to zero.",
                )
            )

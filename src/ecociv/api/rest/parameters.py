"""Parameters of addresses, or a sentence that says what is wrong with them."""

from __future__ import annotations

from datetime import datetime

from ecociv.api import limits
from ecociv.api.intake import Unreadable, instant_of
from ecociv.api.problems import Problem


def require_clean(*texts: str) -> None:
    """Refuse texts with a character that no database takes (422)."""
    if any("\x00" in text for text in texts):
        raise Problem(
            422,
            "UnprocessableEntity",
            "参数中有不可用的字符。",
            "A parameter holds a character that is not allowed.",
        )


def page_size(limit: int) -> int:
    """How much a page holds: what is asked for, up to the most that there may be; 422 below 1."""
    if limit < 1:
        raise Problem(422, "UnprocessableEntity", "limit至少为1。", "limit is at least 1.")
    return min(limit, limits.OBSERVATIONS_A_PAGE)


def moment(name: str, text: str) -> datetime | None:
    """The instant that a parameter names; none for an empty one, 422 for one that cannot be read."""
    if not text:
        return None
    try:
        # a plus that was not escaped arrives as a space
        return instant_of(text.replace(" ", "+"))
    except Unreadable as error:
        raise Problem(
            422,
            "UnprocessableEntity",
            "{name}：{zh}",
            "{name}: {en}",
            name=name,
            zh=error.text.zh,
            en=error.text.en,
        ) from None

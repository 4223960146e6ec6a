"""Why a move of an assessment is refused, in both languages."""

from __future__ import annotations

from ecociv.core.text import Text


class AssessmentRefused(ValueError):
    """The move cannot be made; ``text`` says what was found and what to do."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        self.code, self.text = code, Text(zh=zh, en=en)
        super().__init__(en)


class MovedOn(AssessmentRefused):
    """Somebody else was faster: the page showed an older state."""


class NotComplete(AssessmentRefused):
    """Scores are still missing; ``gaps`` lists unit and item."""

    def __init__(self, gaps: list[tuple[str, str]]) -> None:
        self.gaps = gaps
        shown = "; ".join(f"{unit}: {item}" for unit, item in gaps[:10])
        super().__init__(
            "not-complete",
            f"还有{len(gaps)}项没有评审分：{shown}。评完后再签发。",
            f"{len(gaps)} scores are missing: {shown}. Give them, then sign off.",
        )

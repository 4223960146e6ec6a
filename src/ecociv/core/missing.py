"""Why there is no number: five different answers that stay different up to the screen. Zero is a number."""

from __future__ import annotations

from enum import StrEnum

from ecociv.core.text import Text


class Missing(StrEnum):
    """The reason for which a figure is absent.

    Examples
    --------
    >>> Missing("withheld").label.en
    'withheld'
    >>> isinstance(0, Missing)
    False
    """

    MISSING = "missing"
    """Nobody knows: it should be there, and is not."""
    PLANNED = "planned"
    """The measurement or the return is planned for later; nothing is late."""
    NOT_APPLICABLE = "not-applicable"
    """The question does not arise for this body, place or time."""
    WITHHELD = "withheld"
    """It is known, and is kept back under a rule."""
    DELEGATED = "delegated"
    """It is for another level of government to set or to report."""

    @property
    def label(self) -> Text:
        """The kind in a few words, in both languages."""
        return _LABELS[self]


_LABELS = {
    Missing.MISSING: Text(zh="缺失", en="missing"),
    Missing.PLANNED: Text(zh="计划中，尚未产生", en="planned, not yet made"),
    Missing.NOT_APPLICABLE: Text(zh="不适用", en="not applicable"),
    Missing.WITHHELD: Text(zh="不公开", en="withheld"),
    Missing.DELEGATED: Text(zh="由上级确定", en="left to the upper level"),
}

"""How a status light looks on paper: a shape, a colour and words, so that it survives a black-and-white copier."""

from __future__ import annotations

from dataclasses import dataclass

from ecociv.core.text import Text
from ecociv.indicators.lights import Light


@dataclass(frozen=True, slots=True)
class LightLook:
    """The look of one light. Colours have at least 4.5 : 1 contrast on white (WCAG 2.2, 1.4.3)."""

    key: str
    shape: str
    colour: str

    @property
    def words(self) -> Text:
        """The light in words, the same as on every page."""
        return Light(self.key).label


LIGHTS: tuple[LightLook, ...] = (
    LightLook("achieved", "●", "1B6E2D"),
    LightLook("on-track", "○", "1B6E2D"),
    LightLook("at-risk", "▲", "8A5A00"),
    LightLook("off-track", "■", "B42318"),
    LightLook("worsening", "◆", "7A0C0C"),
    LightLook("no-data", "□", "5C6670"),
    LightLook("not-due", "△", "5C6670"),
    LightLook("awaiting-upper-level", "◇", "3A5A8C"),
    LightLook("qualitative", "☆", "3A5A8C"),
)
"""Every light, in the order in which a reader wants them; the reddest have a filled shape with corners."""

_BY_KEY = {look.key: look for look in LIGHTS}


def look_of(key: str) -> LightLook:
    """The look of a light.

    Raises
    ------
    KeyError
        For a light that has none: a light must never be printed as nothing.

    Examples
    --------
    >>> look_of("worsening").shape
    '◆'
    """
    return _BY_KEY[key]

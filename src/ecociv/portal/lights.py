"""How a light is shown: its word, a shape and a colour, so that colour is never the only sign."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ecociv.indicators.lights import Light
from ecociv.portal.zone import language


@dataclass(frozen=True, slots=True)
class Shown:
    """One light for a page. ``rank`` orders lights from what needs attention most."""

    light: Light
    icon: str
    meaning: str | Promise

    @property
    def value(self) -> str:
        """Key of the light, as in addresses and class names."""
        return self.light.value

    @property
    def label(self) -> str:
        """The light in the reader's words."""
        return self.light.label.in_language(language())

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return -self.light.severity


_SHOWN = (
    Shown(Light.WORSENING, "trending-down", _("Worse than the baseline, and on the wrong side of the path")),
    Shown(Light.OFF_TRACK, "alert-octagon", _("Clearly short of the path, or the target was missed")),
    Shown(Light.AT_RISK, "alert-triangle", _("A little short of the path to the target")),
    Shown(Light.NO_DATA, "circle-dashed", _("A figure is due and there is none")),
    Shown(
        Light.AWAITING_UPPER_LEVEL,
        "building-bank",
        _("The target is for the level above to set, and has not come yet"),
    ),
    Shown(Light.QUALITATIVE, "message-circle", _("Judged by an acceptance, not by a figure")),
    Shown(Light.NOT_DUE, "hourglass", _("No figure is due yet")),
    Shown(Light.ON_TRACK, "trending-up", _("On the path to the target")),
    Shown(Light.ACHIEVED, "circle-check", _("The target of this milestone is met")),
)
LIGHTS = {shown.value: shown for shown in _SHOWN}


def shown_as(light: Light | str) -> Shown:
    """How a light is shown.

    >>> shown_as("at-risk").icon
    'alert-triangle'
    """
    return LIGHTS[Light(light).value]


@dataclass(frozen=True, slots=True)
class Count:
    """How many of a group have one light."""

    light: Shown
    count: int


def counted(lights: Iterable[Light]) -> list[Count]:
    """Lights with their numbers, what needs attention first; lights that do not occur are left out.

    >>> [(count.light.value, count.count) for count in counted([Light.ON_TRACK, Light.WORSENING, Light.ON_TRACK])]
    [('worsening', 1), ('on-track', 2)]
    """
    numbers: dict[Light, int] = {}
    for light in lights:
        numbers[light] = numbers.get(light, 0) + 1
    return [Count(shown, numbers[shown.light]) for shown in _SHOWN if shown.light in numbers]

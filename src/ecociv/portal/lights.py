"""How a light is shown: a word, a shape and a colour, so that colour is never the only sign."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Shown:
    """One light for a page. ``rank`` orders lights from what needs attention most."""

    value: str
    label: str | Promise
    meaning: str | Promise
    icon: str
    rank: int


_SHOWN = (
    Shown(
        "worsening",
        _("Worsening"),
        _("Worse than the baseline, and on the wrong side of the path"),
        "trending-down",
        0,
    ),
    Shown("off-track", _("Off track"), _("Clearly short of the path to the target"), "alert-octagon", 1),
    Shown("at-risk", _("At risk"), _("A little short of the path to the target"), "alert-triangle", 2),
    Shown("no-data", _("No data"), _("A figure is due and there is none"), "circle-dashed", 3),
    Shown("on-track", _("On track"), _("On the path to the target"), "trending-up", 4),
    Shown("achieved", _("Achieved"), _("The target of this milestone is met"), "circle-check", 5),
    Shown(
        "awaiting-upper-level",
        _("Awaiting upper level"),
        _("The target is for the province to set, and has not come yet"),
        "building-bank",
        6,
    ),
    Shown("qualitative", _("Qualitative"), _("Judged by an acceptance, not by a figure"), "message-circle", 7),
    Shown("not-due", _("Not due"), _("No figure is due yet"), "hourglass", 8),
)
LIGHTS = {shown.value: shown for shown in _SHOWN}


def shown_as(light: object) -> Shown:
    """How a light is shown; ``None`` (never computed) reads as no data.

    >>> shown_as("at-risk").icon
    'alert-triangle'
    """
    value = str(getattr(light, "value", light) or "no-data")
    return LIGHTS[value]


@dataclass(frozen=True, slots=True)
class Count:
    """How many of a group have one light."""

    light: Shown
    count: int


def counted(lights: Iterable[object]) -> list[Count]:
    """Lights with their numbers, what needs attention first; lights that do not occur are left out.

    >>> [(count.light.value, count.count) for count in counted(["on-track", "worsening", "on-track"])]
    [('worsening', 1), ('on-track', 2)]
    """
    numbers: dict[str, int] = {}
    for light in lights:
        value = shown_as(light).value
        numbers[value] = numbers.get(value, 0) + 1
    return [Count(shown, numbers[shown.value]) for shown in _SHOWN if shown.value in numbers]

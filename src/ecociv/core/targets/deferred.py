"""Targets without a figure of their own: left to the upper level, accepted by judgement, or not set at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

import numpy as np

from ecociv.core.missing import Missing
from ecociv.core.targets import reasons
from ecociv.core.targets.base import (
    NO_CONTEXT,
    Context,
    Demand,
    Direction,
    Judgement,
    Target,
    TargetError,
    TargetValue,
)
from ecociv.core.text import Text, language_of
from ecociv.core.verdicts import Reason

_LEVELS: Mapping[str, Text] = {
    "province": Text(zh="省", en="the province"),
    "nation": Text(zh="国家", en="the nation"),
    "upper-level": Text(zh="上级", en="the level above"),
}


@dataclass(frozen=True)
class Delegated(Target):
    """A figure that another level of government sets later.

    Parameters
    ----------
    to : str
        Who sets it: ``"province"``, ``"nation"``, ``"upper-level"`` or another key.
    cell : str
        What the plan's cell says.
    direction : Direction
        Of the series.

    Examples
    --------
    >>> waiting = Delegated("province", "省下达的控制目标", Direction.DECREASE)
    >>> waiting.judge(370).codes
    ('awaiting-upper-level',)
    >>> from ecociv.core.targets.scalar import AtMost
    >>> waiting.judge(370, Context(handed_down=AtMost(Decimal(380)))).codes
    ('met', 'handed-down')
    """

    to: str
    cell: str
    direction: Direction

    def __post_init__(self) -> None:
        object.__setattr__(self, "direction", Direction(self.direction))
        if not self.to.strip():
            raise TargetError("A delegated target names the level that sets it, but 'to' is empty.")

    def judge(self, value: TargetValue, context: Context = NO_CONTEXT) -> Judgement:
        if context.handed_down is None:
            return Judgement(None, reasons=(reasons.awaiting_upper_level(self.to, self.cell),))
        # A figure that is itself delegated ends here: the level above cannot hand down a promise to hand down.
        judged = context.handed_down.judge(value, replace(context, handed_down=None))
        return replace(judged, reasons=(*judged.reasons, reasons.handed_down(self.to)))

    def resolve(self, context: Context = NO_CONTEXT) -> tuple[Demand, ...] | Reason:
        if context.handed_down is None:
            return reasons.awaiting_upper_level(self.to, self.cell)
        return context.handed_down.resolve(replace(context, handed_down=None))

    def bound(self, context: Context = NO_CONTEXT) -> Decimal | None:
        if context.handed_down is None:
            return None
        return context.handed_down.bound(replace(context, handed_down=None))

    def show(self, language: str, unit_label: str | Text = "") -> str:
        if language_of(language) == "zh":
            return self.cell or f"由{_LEVELS[self.to].zh if self.to in _LEVELS else self.to}下达"
        return f"as set by {_LEVELS[self.to].en if self.to in _LEVELS else self.to}"

    def to_mapping(self) -> dict[str, object]:
        return {"delegated": {"to": self.to, "cell": self.cell}}


@dataclass(frozen=True)
class Qualitative(Target):
    """An outcome that is accepted or not. The value is True, False or a kind of missing; a number is refused.

    Examples
    --------
    >>> issued = Qualitative(Text(zh="办法已印发", en="The measures are issued"))
    >>> issued.judge(True).met, issued.judge(None).codes
    (True, ('acceptance-pending',))
    """

    acceptance: Text
    direction: Direction = Direction.KEEP

    def __post_init__(self) -> None:
        object.__setattr__(self, "direction", Direction(self.direction))

    def judge(self, value: TargetValue, context: Context = NO_CONTEXT) -> Judgement:
        if value is None or isinstance(value, Missing):
            return Judgement(None, reasons=(reasons.acceptance_pending(value or Missing.MISSING),))
        if not isinstance(value, bool | np.bool_):
            raise TargetError(
                f"The target '{self.acceptance.en}' is accepted or not, but the value is {value!r}; give True or False."
            )
        return Judgement(bool(value), reasons=(reasons.accepted() if value else reasons.not_accepted(),))

    def show(self, language: str, unit_label: str | Text = "") -> str:
        return self.acceptance.in_language(language)

    def to_mapping(self) -> dict[str, object]:
        return {"qualitative": {"acceptance": self.acceptance.to_mapping()}}


@dataclass(frozen=True)
class Unset(Target):
    """The plan sets no target here: its cell holds a dash, or nothing. The two stay apart.

    Examples
    --------
    >>> Unset("dash").judge(42).met is None, Unset("blank").show("en")
    (True, 'no target set')
    """

    how: Literal["dash", "blank"]
    direction: Direction = Direction.KEEP

    def __post_init__(self) -> None:
        object.__setattr__(self, "direction", Direction(self.direction))
        if self.how not in ("dash", "blank"):
            raise TargetError(f"An unset target is 'dash' or 'blank', but {self.how!r} was found.")

    def judge(self, value: TargetValue, context: Context = NO_CONTEXT) -> Judgement:
        return Judgement(None, reasons=(reasons.no_target_set(self.how),))

    def resolve(self, context: Context = NO_CONTEXT) -> tuple[Demand, ...] | Reason:
        return reasons.no_target_set(self.how)

    def show(self, language: str, unit_label: str | Text = "") -> str:
        return "未设目标" if language_of(language) == "zh" else "no target set"

    def to_mapping(self) -> dict[str, object]:
        return {"unset": self.how}

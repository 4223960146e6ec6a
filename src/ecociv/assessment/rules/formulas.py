"""Each scoring function as a formula and its settings, for traces and pages."""

from __future__ import annotations

from ecociv.assessment.rules.arithmetic import of_year
from ecociv.assessment.rules.declaration import RuleSet
from ecociv.assessment.rules.functions import (
    Attainment,
    Deduction,
    Function,
    Linear,
    Piecewise,
    Ratio,
    Relative,
    Stepped,
)
from ecociv.core.targets import Direction
from ecociv.core.text import Text
from ecociv.core.trace import TraceParameter
from ecociv.standards.assessment.indicators import Sense
from ecociv.standards.assessment.individual import FORMULAS


def formula_of(function: Function) -> str:
    """The function in terms of the figure x."""
    if isinstance(function, Linear):
        return "lowest + (full - lowest) * clip((x - floor) / (ceiling - floor), 0, 1)"
    if isinstance(function, Stepped):
        sign = ">=" if function.direction is Direction.INCREASE else "<="
        steps = "; ".join(f"x {sign} {step.at:f} -> {step.score:f}" for step in function.steps)
        return f"{steps}; otherwise {function.otherwise:f}"
    if isinstance(function, Relative):
        return FORMULAS[Sense.POSITIVE if function.direction is Direction.INCREASE else Sense.NEGATIVE]
    if isinstance(function, Ratio):
        return (
            "full * min(1, x / target)"
            if function.direction is Direction.INCREASE
            else "full * min(1, target / x)"
        )
    if isinstance(function, Deduction):
        return f"max(0, full - each * steps({function.steps.value}, (x - allowed) / unit))"
    if isinstance(function, Piecewise):
        return "; ".join(f"{figure:f} -> {score:f}" for figure, score in function.knots)
    if isinstance(function, Attainment):
        if function.exhausted_after is None:
            return "full if the target is met, otherwise missed"
        return "full * max(0, 1 - shortfall / exhausted_after)"
    return "score given"


def settings_of(function: Function, rules: RuleSet, year: int) -> tuple[TraceParameter, ...]:
    """The numbers that stand in the formula, in a year."""
    settings: list[tuple[str, str, object]] = [("满分", "full", rules.full)]
    if isinstance(function, Linear):
        settings += [
            ("起点", "floor", function.floor),
            ("满分点", "ceiling", function.ceiling),
            ("最低分", "lowest", function.lowest),
        ]
    elif isinstance(function, Ratio):
        settings.append(("目标值", "target", of_year(function.target, year)))
    elif isinstance(function, Deduction):
        settings += [
            ("不扣分界限", "allowed", of_year(function.allowed, year)),
            ("每档扣分", "each", function.each),
            ("档距", "unit", function.unit),
        ]
    elif isinstance(function, Attainment):
        target = function.target_of(year)
        bound = target.bound() if target is not None else None
        if bound is not None:
            settings.append(("目标值", "target", bound))
        if function.exhausted_after is not None:
            settings.append(("扣完差距", "exhausted after", function.exhausted_after))
        else:
            settings.append(("未完成得分", "missed", function.missed))
    return tuple(TraceParameter(Text(zh=zh, en=en), value) for zh, en, value in settings)  # type: ignore[arg-type]

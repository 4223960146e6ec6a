"""A progress report before it is recorded: what it says, and what is wrong with it. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ecociv.core.decimals import plain
from ecociv.core.mappings import FrozenMapping
from ecociv.core.targets import Composition, Qualitative, Unset, Vector
from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.plan.package import ProjectOrTask, QuantifiedTarget, ZonePackage
from ecociv.supervision.obligations import cell_owner, first_year
from ecociv.supervision.sentences import reason
from ecociv.supervision.states import PercentBasis, ReportingRole, ReportState

NARRATIVE_SHORTEST = 10
"""Characters below which a narrative says nothing ("已完成", "done")."""
NARRATIVE_LONGEST = 2000
REASON_LONGEST = 300
PERCENT_PLACES = 1
OUTPUT_PLACES = 6
OUTPUT_LIMIT = Decimal("1e12")


@dataclass(frozen=True, slots=True)
class Output:
    """A reported figure: what the body says, not evidence."""

    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What a body wants to report.

    Attributes
    ----------
    period : int
        The year reported on.
    percent : Decimal or None
        0 to 100 with at most one decimal place; none when not given.
    outputs : mapping of int to Output
        Reported figures by the index of their target in `targets_of` the duty.
    done_reason : str
        Why the duty counts as done below 100 %, or without a percentage.
    """

    period: int
    state: ReportState
    narrative: str
    percent: Decimal | None = None
    basis: PercentBasis | None = None
    done_on: dt.date | None = None
    done_reason: str = ""
    outputs: Mapping[int, Output] = field(default_factory=FrozenMapping)

    def content(self, targets: tuple[QuantifiedTarget, ...]) -> dict[str, object]:
        """The report as it is stored: texts trimmed, decimals as text so that no digit is lost.

        Each figure carries what it is a figure of, so that the record stays readable when the plan is revised.
        """
        return {
            "period": self.period,
            "state": self.state.value,
            "percent": None if self.percent is None else self.percent.quantize(Decimal("0.1")),
            "percent_basis": self.basis.value if self.basis is not None and self.percent is not None else "",
            "done_on": self.done_on,
            "narrative": _trimmed(self.narrative),
            "done_reason": _trimmed(self.done_reason),
            "outputs": {
                str(index): {
                    "value": plain(output.value),
                    "unit": output.unit,
                    "unit_label": targets[index].unit_label,
                    "quantity": targets[index].quantity.to_mapping(),
                    "year": targets[index].year,
                }
                for index, output in sorted(self.outputs.items())
            },
        }


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with one field of a draft; ``field`` is ``outputs.3`` for the figure of target 3."""

    field: str
    reason: Reason


class DraftRefused(ValueError):
    """A report that cannot be recorded as it stands; lists every problem, and nothing is written."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        lines = "\n".join(f"  {problem.field}: {problem.reason.text.en}" for problem in problems)
        super().__init__(f"the report was not recorded:\n{lines}")


@dataclass(frozen=True, slots=True)
class OutputField:
    """One quantity that a duty promises figures for, over all its years."""

    targets: tuple[tuple[int, QuantifiedTarget], ...]

    @property
    def name(self) -> str:
        """Stable name of the field: the index of its first target."""
        return str(self.targets[0][0])

    @property
    def sample(self) -> QuantifiedTarget:
        """A target that carries the quantity, its unit and its scope."""
        return self.targets[0][1]

    def index_for(self, period: int) -> int:
        """Index of the target that a figure of this year works towards: the next one due, else the last."""
        dated = [(target.year, index) for index, target in self.targets if target.year is not None]
        ahead = [index for year, index in sorted(dated) if year >= period]
        if ahead:
            return ahead[0]
        undated = [index for index, target in self.targets if target.year is None]
        return undated[0] if undated else max(dated)[1]


def targets_of(duty: ProjectOrTask, package: ZonePackage) -> tuple[QuantifiedTarget, ...]:
    """The figures that a duty undertakes: its own, else those of the row whose goal cell it shares."""
    return duty.targets or cell_owner(duty, package).targets


def reportable(target: QuantifiedTarget) -> bool:
    """Whether one number can be reported on the target: not on text, on an empty cell, or on one of several parts."""
    return not isinstance(target.typed, Composition | Vector | Qualitative | Unset)


def output_fields(duty: ProjectOrTask, package: ZonePackage) -> tuple[OutputField, ...]:
    """The quantities that a report can give figures for, one field for the same quantity of several years."""
    grouped: dict[tuple[str, str, str], list[tuple[int, QuantifiedTarget]]] = {}
    for index, target in enumerate(targets_of(duty, package)):
        if reportable(target):
            key = (target.quantity.zh, target.unit, target.scope.zh if target.scope else "")
            grouped.setdefault(key, []).append((index, target))
    return tuple(OutputField(tuple(targets)) for targets in grouped.values())


def periods_open(duty: ProjectOrTask, package: ZonePackage, today: dt.date) -> range:
    """The years that can be reported on: from the first year of the duty to this one."""
    return range(min(first_year(duty, package), today.year), today.year + 1)


def problems_of(
    draft: Draft,
    duty: ProjectOrTask,
    package: ZonePackage,
    today: dt.date,
    role: ReportingRole = ReportingRole.LEAD,
) -> tuple[Problem, ...]:
    """Everything that is wrong with a draft, field by field; nothing when it can be recorded.

    A supporting body says what it contributed; how far the duty is as a whole is for its lead to say, so that a
    contribution that is done needs no percentage.
    """
    return (
        *_period(draft, duty, package, today),
        *_percent(draft),
        *_completion(draft, today, role),
        *_texts(draft),
        *_outputs(draft, targets_of(duty, package)),
    )


def _period(draft: Draft, duty: ProjectOrTask, package: ZonePackage, today: dt.date) -> Iterator[Problem]:
    years = periods_open(duty, package, today)
    if draft.period not in years:
        yield Problem(
            "period",
            reason(
                "period-not-open",
                "不能填报{period}年：可填报{first}年至{last}年。",
                "{period} cannot be reported on: choose a year from {first} to {last}.",
                period=str(draft.period),
                first=str(years[0]),
                last=str(years[-1]),
            ),
        )


def _percent(draft: Draft) -> Iterator[Problem]:
    percent = draft.percent
    if percent is None:
        return
    if not percent.is_finite() or not 0 <= percent <= 100:
        yield Problem(
            "percent",
            reason(
                "percent-out-of-range",
                "进度{percent}%不在0至100之间。",
                "Progress of {percent} % is not between 0 and 100.",
                percent=str(percent),
            ),
        )
        return
    if percent != round(percent, PERCENT_PLACES):
        yield Problem(
            "percent",
            reason(
                "percent-too-fine",
                "进度{percent}%的小数位太多：最多一位。",
                "Progress of {percent} % has too many decimal places: one at most.",
                percent=percent,
            ),
        )
    if draft.basis is None:
        yield Problem(
            "basis",
            reason(
                "percent-without-basis",
                "请说明{percent}%是按什么计算的。",
                "Say what the {percent} % are counted in.",
                percent=percent,
            ),
        )
    if draft.state is ReportState.NOT_STARTED and percent > 0:
        yield Problem(
            "percent",
            reason(
                "percent-before-start",
                "状态为“未启动”，进度却是{percent}%：请改其中一项。",
                "Not started, yet {percent} % done: change one of the two.",
                percent=percent,
            ),
        )


def _completion(draft: Draft, today: dt.date, role: ReportingRole) -> Iterator[Problem]:
    if draft.state is not ReportState.DONE:
        if draft.done_on is not None:
            yield Problem(
                "done_on",
                reason(
                    "done-on-without-done",
                    "填了完成日期，状态却不是“已完成”：请改其中一项。",
                    "A day of completion is given, but the state is not done: change one of the two.",
                ),
            )
        return
    if draft.done_on is None:
        yield Problem(
            "done_on", reason("done-without-day", "请填写完成日期。", "Give the day on which it was done.")
        )
    elif draft.done_on > today:
        yield Problem(
            "done_on",
            reason(
                "done-in-future",
                "完成日期{done_on}还没有到。",
                "The day of completion, {done_on}, has not come yet.",
                done_on=draft.done_on,
            ),
        )
    elif draft.done_on.year > draft.period:
        yield Problem(
            "done_on",
            reason(
                "done-after-period",
                "完成日期{done_on}晚于所填报的{period}年：请填报{year}年。",
                "Done on {done_on}, after the year reported on ({period}): report on {year} instead.",
                done_on=draft.done_on,
                period=str(draft.period),
                year=str(draft.done_on.year),
            ),
        )
    if role is ReportingRole.LEAD and draft.percent != 100 and not _trimmed(draft.done_reason):
        yield Problem(
            "done_reason",
            reason(
                "done-without-100",
                "状态为“已完成”时进度应为100%；否则请说明为什么仍算完成。",
                "Done needs 100 %; otherwise say why it counts as done.",
            ),
        )


def _texts(draft: Draft) -> Iterator[Problem]:
    length = len(_trimmed(draft.narrative))
    if length < NARRATIVE_SHORTEST:
        yield Problem(
            "narrative",
            reason(
                "narrative-too-short",
                "进展情况只有{length}个字，至少写{shortest}个字：做了什么，结果如何。",
                "The narrative has {length} characters; write at least {shortest}: what was done, with what result.",
                length=length,
                shortest=NARRATIVE_SHORTEST,
            ),
        )
    for name, text, longest in (
        ("narrative", draft.narrative, NARRATIVE_LONGEST),
        ("done_reason", draft.done_reason, REASON_LONGEST),
    ):
        if len(_trimmed(text)) > longest:
            yield Problem(name, too_long(len(_trimmed(text)), longest))


def too_long(length: int, longest: int) -> Reason:
    """A text has more characters than are kept."""
    return reason(
        "text-too-long",
        "共{length}个字，最多{longest}个字。",
        "This has {length} characters; {longest} at most.",
        length=length,
        longest=longest,
    )


def _outputs(draft: Draft, targets: tuple[QuantifiedTarget, ...]) -> Iterator[Problem]:
    for index, output in draft.outputs.items():
        name = f"outputs.{index}"
        if not 0 <= index < len(targets) or not reportable(targets[index]):
            yield Problem(
                name,
                reason(
                    "output-not-declared",
                    "计划没有为该项列出第{number}个量化指标。",
                    "The plan declares no figure number {number} that could be reported here.",
                    number=index + 1,
                ),
            )
            continue
        target = targets[index]
        if output.unit != target.unit:
            yield Problem(
                name,
                reason(
                    "output-unit",
                    "“{quantity}”应以{declared}填报，填的却是{found}。",
                    "{quantity} is reported in {declared}, but {found} was given.",
                    quantity=target.quantity,
                    declared=target.unit,
                    found=output.unit or "—",
                ),
            )
        if not output.value.is_finite() or abs(output.value) >= OUTPUT_LIMIT:
            yield Problem(name, _not_a_figure(target.quantity))
        elif output.value != round(output.value, OUTPUT_PLACES):
            yield Problem(
                name,
                reason(
                    "output-too-fine",
                    "“{quantity}”的小数位太多：最多{places}位。",
                    "{quantity} has too many decimal places: {places} at most.",
                    quantity=target.quantity,
                    places=OUTPUT_PLACES,
                ),
            )


def _not_a_figure(quantity: Text) -> Reason:
    return reason(
        "output-not-a-figure",
        "“{quantity}”的数值无法使用：请填一个绝对值小于一万亿的数。",
        "The figure for {quantity} cannot be used: give a number below a million million.",
        quantity=quantity,
    )


def _trimmed(text: str) -> str:
    return text.replace("\r\n", "\n").strip()

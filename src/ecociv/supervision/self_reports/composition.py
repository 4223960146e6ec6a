"""What a yearly self-report says: what the record knows of the year, the text prefilled from it, and what is missing.

Pure: no Django.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ecociv.core.mappings import FrozenMapping
from ecociv.core.text import Language, Text
from ecociv.supervision.drafts import Problem, too_long
from ecociv.supervision.sentences import listed, reason

SHORTEST = 10
"""Characters below which a part says nothing ("无", "none")."""
LONGEST = 4000
REASON_LONGEST = 300
PARTS = ("summary", "promised_outcome", "problems", "next_steps")
"""The parts that the body writes, beside a text on each duty that it leads."""


@dataclass(frozen=True, slots=True)
class DutyFact:
    """A duty that the body held at the end of the year, as known on the day of the report.

    ``percent`` is text, empty where none was reported; ``report`` is ``number/revision`` of the body's newest report on
    the year, empty where there is none; ``said`` is what that report says.
    """

    place: str
    title: Text
    role: str
    state: str
    label: Text
    done: bool = False
    late: bool = False
    percent: str = ""
    report: str = ""
    said: str = ""

    @property
    def leads(self) -> bool:
        """Whether the body leads it."""
        return self.role == "lead"


@dataclass(frozen=True, slots=True)
class FigureFact:
    """A series that the body supplies: its value of the year, its light, and the recorded value it was read from.

    ``trace`` names that value: its key, revision and time; empty where there is none.
    """

    series: str
    name: Text
    year: int
    value: str
    missing: str
    unit: str
    light: str
    red: bool = False
    sample: bool = False
    trace: Mapping[str, object] = field(default_factory=FrozenMapping)


@dataclass(frozen=True, slots=True)
class CaseFact:
    """An open case in which the body plays a part."""

    type: str
    number: str
    title: str
    state: Text
    due: dt.date | None = None


@dataclass(frozen=True, slots=True)
class YearFacts:
    """Everything that the record says of a body's year on the day on which it is read.

    ``promised`` is what the self-report of the year before announced; empty where there was none.
    """

    body: Text
    year: int
    day: dt.date
    duties: tuple[DutyFact, ...] = ()
    figures: tuple[FigureFact, ...] = ()
    cases: tuple[CaseFact, ...] = ()
    promised: str = ""

    @property
    def led(self) -> tuple[DutyFact, ...]:
        """The duties that the body leads."""
        return tuple(duty for duty in self.duties if duty.leads)


@dataclass(frozen=True, slots=True)
class Statement:
    """What the body says: a summary, a text on each duty, what became of last year's steps, problems, next steps."""

    summary: str
    problems: str
    next_steps: str
    promised_outcome: str = ""
    duties: Mapping[str, str] = field(default_factory=FrozenMapping)

    def clean(self, facts: YearFacts) -> Statement:
        """Texts trimmed; texts on duties that the body does not lead are left out."""
        places = [duty.place for duty in facts.led]
        return Statement(
            _trimmed(self.summary),
            _trimmed(self.problems),
            _trimmed(self.next_steps),
            _trimmed(self.promised_outcome) if facts.promised else "",
            {place: text for place in places if (text := _trimmed(self.duties.get(place, "")))},
        )


def prefilled(facts: YearFacts, language: Language = "zh") -> dict[str, str]:
    """The text composed from the record, by part; what was reported on a duty under its place."""
    led, done = facts.led, [duty for duty in facts.led if duty.done]
    late = [duty for duty in facts.led if duty.late]
    silent = [duty for duty in facts.led if not duty.report]
    red = [figure for figure in facts.figures if figure.red]
    unknown = [figure for figure in facts.figures if figure.missing]
    found = {
        "summary": Text(
            zh="截至{day}，{body}牵头{led}项、配合{helped}项；牵头事项中完成{done}项，逾期、滞后或停止{late}项，"
            "{year}年未报进展{silent}项。负责提供数据的指标序列{figures}个，其中亮红灯{red}个、没有{year}年数据{unknown}个。"
            "未办结的督查事项{cases}件。",
            en="By {day}, {body} leads {led} duties and supports {helped}; of those it leads {done} are done, {late} are "
            "overdue, delayed or stopped, and {silent} have no report on {year}. It supplies {figures} series of "
            "indicators: {red} show red, {unknown} have no value for {year}. Open cases: {cases}.",
        )
        .fill(
            day=facts.day.isoformat(),
            body=facts.body,
            led=len(led),
            helped=len(facts.duties) - len(led),
            done=len(done),
            late=len(late),
            silent=len(silent),
            year=str(facts.year),
            figures=len(facts.figures),
            red=len(red),
            unknown=len(unknown),
            cases=len(facts.cases),
        )
        .in_language(language),
        "problems": _problems(late, red, facts.cases).in_language(language),
        "next_steps": _next_steps(facts, late, red, language),
        "promised_outcome": "",
    }
    found.update((duty.place, duty.said) for duty in led)
    return found


def _problems(late: Sequence[DutyFact], red: Sequence[FigureFact], cases: Sequence[CaseFact]) -> Text:
    zh, en = [], []
    if late:
        names = listed(duty.title for duty in late)
        zh.append(f"逾期、滞后或停止的牵头事项：{names.zh}。")
        en.append(f"Duties overdue, delayed or stopped: {names.en}.")
    if red:
        names = listed(figure.name for figure in red)
        zh.append(f"亮红灯的指标序列：{names.zh}。")
        en.append(f"Series with a red light: {names.en}.")
    if cases:
        numbers = listed(Text(zh=case.number, en=case.number) for case in cases)
        zh.append(f"未办结的督查事项：{numbers.zh}。")
        en.append(f"Open cases: {numbers.en}.")
    if not zh:
        return Text(
            zh="在册记录中没有逾期事项、红灯指标和未办结事项。",
            en="The record shows nothing overdue, no red light and no open case.",
        )
    return Text(zh="\n".join(zh), en="\n".join(en))


def _next_steps(
    facts: YearFacts, late: Sequence[DutyFact], red: Sequence[FigureFact], language: Language
) -> str:
    ahead = [duty for duty in facts.led if not duty.done and not duty.late]
    zh, en = [], []
    if late or red:
        zh.append("对逾期事项和红灯指标逐项写明措施、责任人和完成时限：")
        en.append("Measure, person and day for each overdue duty and red light: ")
    if ahead:
        names = listed(duty.title for duty in ahead)
        zh.append(f"{facts.year + 1}年继续推进：{names.zh}。")
        en.append(f"To be carried on in {facts.year + 1}: {names.en}.")
    return "\n".join(zh if language == "zh" else en)


def problems_of(statement: Statement, facts: YearFacts) -> tuple[Problem, ...]:
    """Everything that keeps the statement from being handed in, field by field."""
    return (*_parts(statement, facts), *_duties(statement))


def _parts(statement: Statement, facts: YearFacts) -> Iterator[Problem]:
    for name in PARTS:
        text = _trimmed(getattr(statement, name))
        if len(text) > LONGEST:
            yield Problem(name, too_long(len(text), LONGEST))
        if name == "promised_outcome" and not facts.promised:
            continue
        if len(text) < SHORTEST:
            yield Problem(
                name,
                reason(
                    "part-too-short",
                    "这一部分只有{length}个字，至少写{shortest}个字；确实没有的，请写明为什么没有。",
                    "This part has {length} characters; write at least {shortest}; where there is nothing, say why.",
                    length=len(text),
                    shortest=SHORTEST,
                ),
            )


def _duties(statement: Statement) -> Iterator[Problem]:
    for place, said in statement.duties.items():
        if len(_trimmed(said)) > LONGEST:
            yield Problem(place, too_long(len(_trimmed(said)), LONGEST))


def problems_with_reason(text: str) -> tuple[Problem, ...]:
    """What is wrong with the reason of a correction."""
    if not text.strip():
        words = reason("correction-without-reason", "请写明更正理由。", "Give the reason for the correction.")
        return (Problem("correction_reason", words),)
    if len(text.strip()) > REASON_LONGEST:
        return (Problem("correction_reason", too_long(len(text.strip()), REASON_LONGEST)),)
    return ()


def _trimmed(text: str) -> str:
    return text.replace("\r\n", "\n").strip()

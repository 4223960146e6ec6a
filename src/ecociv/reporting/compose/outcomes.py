"""What a duty has to show by a date, in words."""

from __future__ import annotations

from ecociv.core.quantities import label_of
from ecociv.core.text import Text
from ecociv.plan.package import Project, Task
from ecociv.reporting.compose.due import recurs_in
from ecociv.reporting.compose.voice import Voice

OUTCOMES: dict[str, Text] = {
    "started": Text(zh="启动", en="started"),
    "taking-shape": Text(zh="初步形成", en="taking shape"),
    "basically-formed": Text(zh="基本形成", en="basically formed"),
    "completed": Text(zh="完成", en="completed"),
    "issued": Text(zh="出台", en="issued"),
    "piloted": Text(zh="开展试点", en="piloted"),
    "major-progress": Text(zh="取得重大进展", en="major progress"),
    "interim-results": Text(zh="取得阶段性成果", en="interim results"),
    "improved": Text(zh="得到改善", en="improved"),
    "built": Text(zh="建成", en="built"),
}


def outcome_words(voice: Voice, duty: Task | Project, *, every_year: bool = False) -> str:
    """What is due in the year of the report (or in every year): results, figures, duties that come back."""
    year = voice.facts.year
    parts = []
    for milestone in duty.milestones:
        if every_year or milestone.by.year == year:
            words = milestone.text or OUTCOMES[milestone.outcome.value]
            parts.append(voice.say("{day}{what}", "{day}: {what}", day=milestone.by.show(voice.language), what=words))
    for target in duty.targets:
        if every_year or target.year == year:
            label = target.unit_label if voice.language == "zh" else label_of(target.unit).en
            shown = target.typed.show(voice.language, label)
            parts.append(voice.say("{what}{shown}", "{what} {shown}", what=target.quantity, shown=shown))
    again = duty.recurring
    if again is not None and (every_year or recurs_in(duty, year)):
        parts.append(voice.say("每年：{what}", "every year: {what}", what=again.duty))
    if not parts and duty.due is not None and (every_year or duty.due.year == year):
        parts.append(voice.say("{day}期满", "ends {day}", day=duty.due.show(voice.language)))
    if not parts:
        return voice.say("方案未写成果", "the plan names no outcome")
    return ("；" if voice.language == "zh" else "; ").join(parts)

"""Which official documents the zone can write, what each asks for, in which languages and forms. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ecociv.core.text import Language, Text
from ecociv.reporting.problems import ReportRefused


@dataclass(frozen=True)
class Kind:
    """A kind of official document.

    Attributes
    ----------
    needs : tuple of str
        What must be given: ``year``, ``day``, ``body``, ``case`` (a number), ``rules`` (key of a rule set).
    languages, forms
        What it is written in; the workbook carries the tables.
    case_type : str
        Type of the case that it is about; empty for none.
    """

    key: str
    title: Text
    about: Text
    needs: tuple[str, ...]
    languages: tuple[Language, ...] = ("zh", "en")
    forms: tuple[str, ...] = (".docx", ".pdf", ".xlsx")
    case_type: str = ""


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            "bulletin",
            Text(zh="督查通报", en="Supervision bulletin"),
            Text(
                zh="某日任务、项目和指标的总体情况，各单位逾期事项。",
                en="Duties and lights on a day, overdue duties by body.",
            ),
            ("day",),
        ),
        Kind(
            "self-report",
            Text(zh="年度自查报告（单位）", en="Yearly self-report of a body"),
            Text(
                zh="一个单位所牵头事项在一年末的情况，报领导小组办公室。",
                en="What a body leads, as it stood at the end of a year; sent to the office.",
            ),
            ("year", "body"),
            ("zh",),
        ),
        Kind(
            "annual-report",
            Text(zh="年度报告（示范区）", en="Annual report of the zone"),
            Text(
                zh="全区一年的指标、任务、项目、方案体检和方法说明，附全部编号数值的计算过程。",
                en="The zone's year: indicators, tasks, projects, findings of the plan check, method, every figure's arithmetic.",
            ),
            ("year",),
        ),
        Kind(
            "completion",
            Text(zh="指标完成情况表", en="Completion of indicators"),
            Text(
                zh="全部指标序列的基数、路径、目标、实际值、亮灯和理由。",
                en="Every series: baseline, path, target, value, light, reason.",
            ),
            ("year",),
        ),
        Kind(
            "breakdown",
            Text(zh="任务分解表", en="Breakdown of tasks"),
            Text(
                zh="全部任务的牵头、配合单位、期限和进展。", en="Every task: lead, support, dates, progress."
            ),
            ("day",),
        ),
        Kind(
            "supervision-order",
            Text(zh="督办单", en="Supervision order"),
            Text(
                zh="一件督办事项的蓝、黄、红督办单，颜色按事项所处状态或步骤。",
                en="The blue, yellow or red order on a case, by its state or step.",
            ),
            ("case",),
            case_type="supervision-order",
        ),
        Kind(
            "interview-notice",
            Text(zh="约谈通知书", en="Notice of interview"),
            Text(
                zh="一件约谈的对象、事由、时间和地点。",
                en="Who is asked to come, about what, when and where.",
            ),
            ("case",),
            case_type="interview",
        ),
        Kind(
            "assessment-bulletin",
            Text(zh="考核结果通报", en="Bulletin of assessment results"),
            Text(
                zh="一年考核的签发结果：总分、名次及区间、等级、各类得分；也可试算。",
                en="Results signed off: totals, ranks with their range, grades, categories; or a trial.",
            ),
            ("year", "rules"),
        ),
    )
}


class UnknownKind(ReportRefused):
    """No document of that kind is written here."""


class OptionMissing(ReportRefused):
    """The kind asks for something that was not given."""


def kind_of(key: str) -> Kind:
    """A kind by its key or by its Chinese title.

    >>> kind_of("督查通报").key
    'bulletin'
    """
    found = KINDS.get(key) or next(
        (kind for kind in KINDS.values() if key in (kind.title.zh, kind.title.en)), None
    )
    if found is None:
        known = "、".join(f"{kind.key}（{kind.title.zh}）" for kind in KINDS.values())
        raise UnknownKind(
            Text(
                zh=f"没有“{key}”这种公文；可以写的有：{known}。",
                en=f"There is no document of the kind {key!r}; choose one of {', '.join(KINDS)}.",
            )
        )
    return found

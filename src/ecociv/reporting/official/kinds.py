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
        What must be given: ``year``, ``day``, ``body``.
    languages, forms
        What it is written in; the workbook carries the tables.
    """

    key: str
    title: Text
    about: Text
    needs: tuple[str, ...]
    languages: tuple[Language, ...] = ("zh", "en")
    forms: tuple[str, ...] = (".docx", ".pdf", ".xlsx")


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

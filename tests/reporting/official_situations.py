"""Official documents made by hand, each named for the situation that it is."""

from __future__ import annotations

import datetime as dt

from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.reporting.document import Cell, Column, Entry, EntryLine, Paragraph, Row, Run, Table
from ecociv.reporting.official.content import Attachment, Imprint, Level, OfficialDocument, Part, numbered
from ecociv.reporting.official.words import words_of

CHINA = dt.timezone(dt.timedelta(hours=8))
WRITTEN = dt.datetime(2017, 3, 1, 9, 0, tzinfo=CHINA)
FULL_LINE = "春江潮水连海平海上明月共潮生滟滟随波千万里何处春江无月明"
"""28 characters."""


def a_document(*parts: Part, **changes: object) -> OfficialDocument:
    """A downward document with a body, two attachments and an imprint."""
    table = Table(
        "t", 1, "一览表", "一览表",
        (Column("单位", 2.0), Column("数量", 1.0, "center")),
        (Row((Cell("市林业局"), Cell("3", 3, 1))), Row((Cell("合计"), Cell("3", 3)), "total")),
    )  # fmt: skip
    body: tuple[Part, ...] = parts or (
        Paragraph((Run("截至2017年3月1日，共有3项任务"), Run("逾期", 1), Run("。"))),
        Level("基本情况", 1),
        Level("总体进展", 2),
        Level("逾期任务", 3),
        Level("原因", 4),
        Paragraph((Run("有关单位未按期报告。"),)),
        Level("下一步要求", 1),
        table,
    )
    entry = Entry(1, "逾期任务数", "3项", (EntryLine(0, "formula", "公式", "计数"),), "d" * 64, False)
    made: dict[str, object] = {
        "kind": "bulletin",
        "zone": "jingdezhen",
        "language": "zh",
        "day": WRITTEN.date(),
        "as_of": WRITTEN,
        "issuer_mark": "景德镇市生态文明先行示范区建设领导小组办公室文件",
        "number": "景生态办〔2017〕12号",
        "title": "关于2017年第一季度示范区建设任务进展情况的督查通报",
        "addressees": "各县（市、区）人民政府，市直有关部门",
        "parts": numbered(body, "zh"),
        "attachments": (
            Attachment("任务一览表", (table,)),
            Attachment("数据编号与计算过程", (Paragraph((Run("每个编号一条。"),)),), entries=True),
        ),
        "signed_by": "景德镇市生态文明先行示范区建设领导小组办公室",
        "signed_on": "2017年3月1日",
        "imprint": Imprint(
            ("市委办公室", "市政府办公室"), "景德镇市生态文明先行示范区建设领导小组办公室", "2017年3月1日印发"
        ),
        "entries": (entry,),
        "note": "此件公开发布",
        "mark_form": "[数{n}]",
        "words": words_of("zh"),
        **changes,
    }
    return OfficialDocument(**made)  # type: ignore[arg-type]


def a_full_page() -> OfficialDocument:
    """Ninety full lines of 28 characters in one paragraph: at least one page holds nothing else."""
    return a_document(Paragraph((Run(FULL_LINE * 90),)), attachments=(), entries=())


def counted(zh: str, value: int) -> Trace:
    """A count with its rule."""
    return Trace(Text(zh=zh, en="A count"), value, "1", "count")

"""Fixed words that a renderer needs, the same in every document with an appendix."""

from __future__ import annotations

from ecociv.reporting.compose.voice import Voice


def document_words(voice: Voice, running: str) -> dict[str, str]:
    """The words of contents, appendix and sheets; ``running`` is the running head, one line."""
    return {
        "running": running,
        "contents": voice.say("目  录", "Contents"),
        "appendix": voice.say("附录 数据编号与计算过程", "Appendix. Numbered figures and their arithmetic"),
        "appendix_intro": voice.say(
            "正文和各表中的编号与本附录条目一一对应。每条写明公式、依据、参数、修约、输入的来源与版本、入库时间和过程摘要。",
            "Every mark in the text and the tables has one entry here: formula, standard, parameters, rounding, the source "
            "and revision of each input, the time of recording, and a digest of the whole arithmetic.",
        ),
        "table": voice.say("表", "Table "),
        "sample": voice.say("示例", "sample"),
        "trace_sheet": voice.say("数据编号与计算过程", "Figures"),
        "text_sheet": voice.say("报告正文", "Text"),
        "cover_sheet": voice.say("封面", "Cover"),
        "number": voice.say("编号", "No."),
        "figure": voice.say("数值名称", "Figure"),
        "value": voice.say("数值", "Value"),
        "kind": voice.say("内容", "What"),
        "says": voice.say("说明", "Says"),
        "unit": voice.say("单位", "Unit"),
        "source": voice.say("来源", "Source"),
        "revision": voice.say("版本", "Revision"),
        "valid": voice.say("所属时段", "Valid"),
        "recorded": voice.say("入库时间", "Recorded"),
        "chapter": voice.say("章节", "Chapter"),
        "words": voice.say("内容", "Text"),
    }

"""Fixed words of an official document in its language. Pure."""

from __future__ import annotations

from ecociv.core.text import Language, Text

_WORDS: dict[str, Text] = {
    "attachment": Text(zh="附件", en="Attachment"),
    "signer": Text(zh="签发人：", en="Signed off by: "),
    "number_open": Text(zh="〔    〕  号", en="No. ____"),
    "colon": Text(zh="：", en=": "),
    "comma": Text(zh="，", en=", "),
    "stop": Text(zh="。", en="."),
    "open": Text(zh="（", en="("),
    "close": Text(zh="）", en=")"),
    "copies": Text(zh="抄送：", en="Copies: "),
    "printed": Text(zh="{day}印发", en="Issued {day}"),
    "table": Text(zh="表", en="Table "),
    "sample": Text(zh="示例", en="sample"),
    "draft": Text(zh="草稿", en="DRAFT"),
    "sample_mark": Text(zh="示例数据 · 仅供演示", en="SAMPLE DATA - for demonstration only"),
    "appendix": Text(zh="数据编号与计算过程", en="Numbered figures and their arithmetic"),
    "appendix_intro": Text(
        zh="正文和各表中的编号与下列条目一一对应，每条写明公式、依据、输入的来源与版本、入库时间和过程摘要。",
        en="Every mark in the text and the tables has one entry here: formula, standard, the source and revision of each "
        "input, the time of recording, and a digest of the whole arithmetic.",
    ),
    "number_label": Text(zh="发文字号", en="Number"),
    "addressees_label": Text(zh="主送机关", en="To"),
    "issuer_label": Text(zh="发文机关", en="Issued by"),
    "as_of_label": Text(zh="数据截至", en="As known at"),
    # What the workbook of a report calls for.
    "running": Text(zh="公文附表", en="Tables of an official document"),
    "contents": Text(zh="目  录", en="Contents"),
    "trace_sheet": Text(zh="数据编号与计算过程", en="Figures"),
    "text_sheet": Text(zh="正文", en="Text"),
    "cover_sheet": Text(zh="文头", en="Head"),
    "number": Text(zh="编号", en="No."),
    "figure": Text(zh="数值名称", en="Figure"),
    "value": Text(zh="数值", en="Value"),
    "kind": Text(zh="内容", en="What"),
    "says": Text(zh="说明", en="Says"),
    "unit": Text(zh="单位", en="Unit"),
    "source": Text(zh="来源", en="Source"),
    "revision": Text(zh="版本", en="Revision"),
    "valid": Text(zh="所属时段", en="Valid"),
    "recorded": Text(zh="入库时间", en="Recorded"),
    "chapter": Text(zh="章节", en="Chapter"),
    "words": Text(zh="内容", en="Text"),
}


def words_of(language: Language) -> dict[str, str]:
    """The words in a language, by key."""
    return {key: text.in_language(language) for key, text in _WORDS.items()}

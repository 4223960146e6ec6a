"""Quantified targets in the sentences of a task or project row.

A sentence is read from left to right as years, words and figures with units. A year holds for the figures after it
until another year comes; it holds across a comma only where it stands before the words ("by 2020 the area is ...,
the yield is ..."), not where it stands after them ("the area is ... in 2020, the yield ..."). With 分别 years and
figures, or quantities and figures, belong together in order.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from ecociv.core.text import Text
from ecociv.plan.exchange.bodies import split_outside_brackets
from ecociv.plan.exchange.characters import chinese_number, fold_sentence
from ecociv.plan.exchange.rows import ImportedTarget, Relation

_UNIT = (
    r"%|‰|个百分点|(?:[万亿]?(?:吨标准煤|吨水|吨|公顷|亩|立方米|平方公里|平方米|公里|千瓦时|千瓦|兆瓦|千伏|公斤|斤|元|人次|人|户)"
    r"(?:/[万亿]?(?:元|吨|人|户|公顷|亩|平方公里|平方米|立方米|年|日))?)"
    r"|个|家|座|处|所|台|套|条|辆|项|次|艘|名|张|株|种|倍|只|支|对|片"
)
_NUMBER = r"\d+(?:\.\d+)?"
_TOKEN = re.compile(
    r"(?P<years>(?P<from>20\d\d)年?(?:-+|~+|至|到)(?P<to>20\d\d)年?)"
    r"|(?P<year>20\d\d)年(?P<tail>年?[底末]前?|前|内|起|开始|[上下]半年)?"
    rf"|(?P<low>{_NUMBER})(?:-|~|至|到)(?P<high>{_NUMBER})(?P<range_unit>{_UNIT})"
    rf"|(?P<count>\d+)[xX×*](?P<each>{_NUMBER})(?P<each_unit>{_UNIT})"
    rf"|(?P<value>{_NUMBER})(?P<unit>{_UNIT})(?P<size>(?={_NUMBER}(?:{_UNIT})))?"
    # A coefficient has no unit: only a figure right after a verb of attainment and before a sign counts.
    rf"|(?<=[到达为在])(?P<bare>{_NUMBER})(?=[、,]|以[上下内]|左右|$)"
    r"|(?P<word_count>[一二两三四五六七八九十])(?P<word_unit>个|家|座|处|所)"
    r"|(?P<all>全覆盖)"
    r"|(?P<delegated>(?:完成)?(?:按照?)?(?:达到)?(?:省|国家|上级)[^,。;、]{0,4}下达[^,。;]*)"
)
_AT_MOST = re.compile(
    r"(?:控制在|控制到|不超过|不高于|不大于|低于|小于|[降减压]低?到|[降减]低?至|下降[到至]|减少[到至]|降为)$"
)
_HOLD = re.compile(r"(?:维持|稳定|保持)(?:在)?$")
_DOWN = re.compile(r"(?:减少|降低|下降|削减)$")
_UP = re.compile(r"(?:提高|增长|增加|提升|上升)$")
_TARGET_VERB = re.compile(
    r"达到?|建成|建设|创建|形成|新增|改造|稳定|维持|保持|完成|实现|突破|超过|争取|控制|不[低少]于|[降减]到|提高|减少|占"
    r"|培育|推广|抚育|造林|发展到|配备|栽培|培|抚|植物园|修复|治理|整治|绿化|栽植|铺设|打造|淘汰|关闭|引进|建(?!立|议|筑|档|言)"
)
_NOISE = re.compile(
    r"^(?:[,、:;。(]|其中|并且?|力争|争取|确保|到$|至$|使|预计|实现|为)+|"
    r"(?:分别|均|就|力争|争取|确保|约|要|能)*(?:控制在|控制到|不超过|不高于|不低于|不少于|下降[到至]|降[到至为]|达到?|维持在?|稳定在?"
    r"|保持在?|突破|超过|提高[到至]?|减少[到至]?|降低[到至]?|增长[到至]?|为|到|至|在|建成|占)?$"
)
_SUFFIX_MOST = re.compile(r"^(?:以下|以内|之内)")
_SUFFIX_LEAST = re.compile(r"^及?以上")
_ABOUT = re.compile(r"^左右|^上下")
_COUNTED = re.compile(r"^(?:左右|以上)?(?P<what>(?:[^,。;、\d()]|\([^()]*\)){2,24})")
_ALL_OF = re.compile(r"所有|全部|一律")
_COUNTERS = frozenset("个家座处所台套条辆项次艘名张株种只支对片户")
# Slogans such as "walk one kilometre, cycle three" name distances without undertaking anything.
_ENCOURAGE = re.compile(r"倡导|鼓励|引导[^,。;]*$")


@dataclass(frozen=True)
class FigureDoubt:
    """A figure whose year, subject or relation the words leave open."""

    code: str
    found: str
    read_as: str
    why: Text


@dataclass
class _State:
    """Where the reader stands in a sentence."""

    years: list[int] = field(default_factory=list)
    from_year: int | None = None
    year_leads: bool = False
    subject: str = ""
    after_year: bool = False


def read_targets(
    text: str, column: Literal["goal", "content"]
) -> tuple[tuple[ImportedTarget, ...], tuple[FigureDoubt, ...]]:
    """Every quantified target in ``text``, in order, with what is doubtful about them.

    Figures in the content column count only where a verb of attainment or construction stands before them.

    >>> targets, _ = read_targets("普及率、占有率2015年分别达到70%、75%,2017年分别达到78%、80%。", "goal")
    >>> [(t.quantity, t.year, str(t.value)) for t in targets]
    [('普及率', 2015, '70'), ('占有率', 2015, '75'), ('普及率', 2017, '78'), ('占有率', 2017, '80')]
    >>> targets, _ = read_targets("总量2015年控制在8.45亿立方米以内;达标率稳定在100%。", "goal")
    >>> [(t.relation, t.year, t.unit) for t in targets]
    [('at_most', 2015, '亿立方米'), ('hold', None, '%')]
    """
    targets: list[ImportedTarget] = []
    doubts: list[FigureDoubt] = []
    sentence = fold_sentence(text)
    start = 0
    for match in re.finditer(r"[。;!]|$", sentence):
        part, start = sentence[start : match.start()], match.end()
        if part:
            _read_part(part, column, targets, doubts)
    if column == "goal" and (every := _ALL_OF.search(sentence)):
        why = Text(
            zh="“所有”“全部”等没有写出数值，可按100%理解",
            en='"All" stands without a figure; it may be meant as 100 %',
        )
        doubts.append(FigureDoubt("all-without-figure", every[0], "", why))
    return tuple(targets), tuple(doubts)


def _read_part(
    part: str, column: Literal["goal", "content"], targets: list[ImportedTarget], doubts: list[FigureDoubt]
) -> None:
    state = _State()
    matches = list(_TOKEN.finditer(part))
    position = 0
    index = 0
    while index < len(matches):
        match = matches[index]
        words = part[position : match.start()]
        position = match.end()
        _take_words(words, state)
        if match["years"] or match["year"]:
            _take_year(match, words, part, state)
            state.after_year = True
            index += 1
            continue
        state.after_year = False
        run = [match]
        if "分别" in words:
            while index + 1 < len(matches) and part[position : matches[index + 1].start()] == "、":
                if matches[index + 1]["year"] or matches[index + 1]["years"]:
                    break
                index += 1
                run.append(matches[index])
                position = matches[index].end()
        if column == "goal" or match["all"] or _undertaken(part[: match.start()]):
            _emit(run, words, part, column, state, targets, doubts)
        index += 1


def _take_words(words: str, state: _State) -> None:
    new = _NOISE.sub("", words)
    new = re.sub(r"^.*[,:]", "", new) or new
    crosses_comma = "," in words
    if len(new) >= 2 and not re.fullmatch(r"(?:以[上下内]|左右|及以上)[,、]?", new):
        new = re.sub(r"^(?:以[上下内]|及以上|左右)[,、]?", "", new).lstrip(",、")
        if new:
            if crosses_comma and not state.year_leads:
                state.years = []
                state.from_year = None
            state.subject = new


def _take_year(match: re.Match[str], words: str, part: str, state: _State) -> None:
    year = int(match["to"] or match["year"])
    if match["tail"] == "前":
        # "Before 2020" (2020年前) is read as before its first day, as with due dates.
        year -= 1
    if words in ("、", "和") and state.after_year and not match["years"]:
        state.years.append(year)
        return
    before = _NOISE.sub("", part[: match.start()].rsplit(",", 1)[-1])
    state.year_leads = not before or bool(re.fullmatch(r"自|从|截至|于", before))
    state.years = [year]
    state.from_year = (
        int(match["from"]) if match["from"] else year if match["tail"] in ("起", "开始") else None
    )


def _undertaken(before: str) -> bool:
    """Whether the words of a content cell undertake the figure that follows."""
    clause = before.rsplit(",", 1)[-1]
    if _ENCOURAGE.search(before.rsplit("。", 1)[-1]):
        return False
    return bool(
        _TARGET_VERB.search(clause) or (len(clause) < 3 and _TARGET_VERB.search(before)) or "其中" in before
    )


def _emit(
    run: list[re.Match[str]],
    words: str,
    part: str,
    column: Literal["goal", "content"],
    state: _State,
    targets: list[ImportedTarget],
    doubts: list[FigureDoubt],
) -> None:
    subjects = [subject for subject in split_outside_brackets(state.subject, "、") if subject]
    years: list[int | None] = list(state.years) or [None]
    found = part[run[0].start() : run[-1].end()]
    if len(run) > 1 and len(years) == len(run):
        pairs = [(state.subject, year, match) for year, match in zip(years, run, strict=True)]
    elif len(run) > 1 and len(subjects) == len(run):
        pairs = [(subject, years[-1], match) for subject, match in zip(subjects, run, strict=True)]
    elif len(run) > 1:
        why = Text(
            zh=f"“分别”后有{len(run)}个数，前面有{len(subjects)}个量、{len(years)}个年份，无法一一对应",
            en=f"{len(run)} figures follow 分别, but {len(subjects)} quantities and {len(years)} years go before",
        )
        doubts.append(FigureDoubt("figures-without-partner", found, found, why))
        pairs = [(state.subject, years[-1], match) for match in run]
    else:
        pairs = [(state.subject, year, run[0]) for year in years]
    for subject, year, match in pairs:
        for target in _targets(match, subject, year, words, part[match.end() :], column, state, doubts):
            targets.append(target)
            if year is None and target.relation != "delegated":
                why = Text(
                    zh="该数值没有写明年份，按全行时限理解",
                    en="No year is given for this figure; it is read as holding for the row as a whole",
                )
                doubts.append(FigureDoubt("figure-without-year", match[0], "", why))


def _targets(
    match: re.Match[str],
    subject: str,
    year: int | None,
    words: str,
    after: str,
    column: Literal["goal", "content"],
    state: _State,
    doubts: list[FigureDoubt],
) -> list[ImportedTarget]:
    if match["delegated"]:
        return [
            ImportedTarget(
                subject or match[0], year, "delegated", None, "", column, from_year=state.from_year
            )
        ]
    if match["low"]:
        unit = match["range_unit"]
        low, high = Decimal(match["low"]), Decimal(match["high"])
        quantity = _counted(subject, unit, after)
        return [ImportedTarget(quantity, year, "between", low, unit, column, high, state.from_year)]
    if match["word_count"]:
        if column == "content":
            # "One blueprint" and the like are figures of speech; only a goal counts with words.
            return []
        count = Decimal(chinese_number(match["word_count"]) or 0)
        unit = match["word_unit"]
        return [ImportedTarget(_counted(subject, unit, after), year, "at_least", count, unit, column)]
    if match["all"]:
        why = Text(zh="“全覆盖”按100%理解", en="Full coverage is read as 100 %")
        doubts.append(FigureDoubt("full-coverage", match[0], "100%", why))
        return [ImportedTarget(subject, year, "at_least", Decimal(100), "%", column)]
    if match["count"]:
        why = Text(
            zh="以“台数×单机规模”表示，台数和规模分别作为一个数值",
            en="Written as a number times a size each; the number and the size are read as one figure each",
        )
        read_as = f"{match['count']}; {match['each']}{match['each_unit']}"
        doubts.append(FigureDoubt("number-times-size", match[0], read_as, why))
        each = ImportedTarget(subject, year, "at_least", Decimal(match["each"]), match["each_unit"], column)
        return [dataclasses.replace(each, value=Decimal(match["count"]), unit=""), each]
    if words == "" and subject and not match["bare"]:
        # A figure right after another ("2个1万亩") is the size of each.
        why = Text(
            zh="该数值紧接在另一个数值之后，按每个的规模理解",
            en="The figure follows another at once; it is read as the size of each",
        )
        doubts.append(FigureDoubt("size-of-each", match[0], match[0], why))
    if match["size"] is not None:
        after = re.sub(rf"^{_NUMBER}(?:{_UNIT})", "", after)
    value, unit = Decimal(match["value"] or match["bare"]), match["unit"] or ""
    if unit == "千伏":
        why = Text(
            zh="电压等级说明类别，不是数量目标", en="A voltage names a class of works, not an amount to reach"
        )
        doubts.append(FigureDoubt("voltage-class", match[0], match[0], why))
        return [ImportedTarget(subject, year, "hold", value, unit, column)]
    relation, value = _relation(words, after, value, unit, match[0], doubts)
    if _ABOUT.match(after):
        why = Text(zh="“左右”没有给出允许的偏差", en='"About" gives no tolerance')
        doubts.append(FigureDoubt("about", match[0] + after[:2], match[0], why))
    return [
        ImportedTarget(
            _counted(subject, unit, after), year, relation, value, unit, column, None, state.from_year
        )
    ]


def _relation(
    words: str, after: str, value: Decimal, unit: str, found: str, doubts: list[FigureDoubt]
) -> tuple[Relation, Decimal]:
    if _SUFFIX_MOST.match(after) or _AT_MOST.search(words):
        return "at_most", value
    if _SUFFIX_LEAST.match(after):
        return "at_least", value
    if _HOLD.search(words):
        return "hold", value
    if unit == "%" and (_DOWN.search(words) or _UP.search(words)):
        signed = -value if _DOWN.search(words) else value
        why = Text(
            zh="只写升降幅度，没有写明与哪一年相比，也可能指百分点",
            en="A change without the year it is counted from; it may also mean percentage points",
        )
        doubts.append(FigureDoubt("change-without-base", found, f"{signed}%", why))
        return "change_percent", signed
    return "at_least", value


def _counted(subject: str, unit: str, after: str) -> str:
    """The name of what is counted: after the figure for counters (3个示范区), before it otherwise."""
    what = _COUNTED.match(after) if unit in _COUNTERS else None
    if what is None or re.match(r"以上|左右|[,。;、]", what["what"]):
        return subject
    return what["what"]

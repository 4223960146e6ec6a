"""Dates in the sentence of a goal cell: when a duty starts, when it is due, what is reached on the way.

Readings, as the plan check and the zone package also use them: "by the end of 2015" (2015年底前) and "in 2015" are
due in 2015; "before 2017" (2017年前) is due on the last day of 2016 and doubtful; "from 2015 on" (2015年起) opens a
duty without an end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ecociv.core.text import Text
from ecociv.plan.exchange.characters import chinese_number, fold_sentence
from ecociv.plan.exchange.rows import ImportedMilestone

_YEAR = r"(?:19|20)\d\d"
_DATE = re.compile(
    rf"(?P<range>(?P<from>{_YEAR})年?(?:-+|~+|至|到)(?P<to>{_YEAR})年?)"
    rf"|(?P<year>{_YEAR})年(?P<tail>年?(?:底|末)(?:之?前)?|内|上半年|下半年|之?前"
    r"|(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日)?(?:底|末|份)?(?:之?前)?"
    r"|第?(?P<quarter>[一二三四1-4])季度(?:末|前)?|起|开始(?!稳定|维持|保持))?"
    r"|“?(?P<plan>十[一二三四五六七])五”?(?:规划)?(?:期)?末"
)
_REFERENCE_BEFORE = re.compile(r"(?:根据|依据|按照|参照)$")
_REFERENCE_AFTER = re.compile(r"^[^,。;]{0,12}?已(?:经)?(?:出台|印发|发布|完成|启动|建成)")
_STARTS = re.compile(
    r"^(?:[^,。;、]{0,8}?)(?:启动|开始(?!稳定|维持|保持)|开工|起步|开展[^,。;]{0,20}建设工作)"
)
_ONLY_STARTS = re.compile(r"(?:启动|开工|起步)(?:实施|建设)?,?")
_OUTCOMES = (
    ("started", re.compile(r"启动|开工|(?:开展[^,。;]{0,20}建设工作)")),
    ("taking-shape", re.compile(r"初步(?:形成|建立|建成|完成)")),
    ("basically-formed", re.compile(r"基本(?:形成|建立|建成|完成)")),
    ("major-progress", re.compile(r"重大进展|明显进展")),
    ("interim-results", re.compile(r"阶段性(?:成效|成果|进展)")),
    ("completed", re.compile(r"(?<!初步)(?<!基本)(?<!及时)完成|全面推行|全面实施")),
    ("issued", re.compile(r"出台|印发|批复|制定[^,。;]{0,6}方案")),
    ("piloted", re.compile(r"试行|试点运行")),
    ("improved", re.compile(r"得到(?:改善|有效)|完善(?!的)")),
    # What is built in numbers is a figure, read elsewhere.
    (
        "built",
        re.compile(
            r"(?<!初步)(?<!基本)(?:建成(?!区)|建立(?!完善)|形成(?!制度体系))(?![^,。;]*(?:\d|[一二两三四五六七八九十][个家座处所]))|联网运行"
        ),
    ),
)
_EVERY_YEAR = re.compile(r"每年|逐年|年年|年度")


@dataclass(frozen=True)
class TimingDoubt:
    """A date read in one of several possible ways."""

    field: str
    code: str
    found: str
    read_as: str
    why: Text


@dataclass(frozen=True)
class Timing:
    """What a goal sentence says about time. Dates are texts as in the zone package."""

    start: str | None
    due: str | None
    milestones: tuple[ImportedMilestone, ...]
    recurring: str | None
    doubts: tuple[TimingDoubt, ...]


@dataclass(frozen=True)
class _Point:
    """One date of the sentence."""

    text: str
    value: str
    clause: str
    opens: bool
    ends: bool
    doubt: TimingDoubt | None = None


def has_date(text: str) -> bool:
    """Whether a cell speaks of time at all.

    >>> has_date("2014-2020年"), has_date("管好工地的扬尘。")
    (True, False)
    """
    return _DATE.search(fold_sentence(text)) is not None


def only_date(text: str) -> bool:
    """Whether a cell is a date and nothing else.

    >>> only_date("2014-2020年"), only_date("2015年启动。")
    (True, False)
    """
    return _DATE.fullmatch(fold_sentence(text).rstrip("。")) is not None


def read_timing(text: str) -> Timing:
    """Start, due date, dated outcomes and recurrence of a goal sentence.

    >>> timing = read_timing("2015年启动,2017年初步形成,2020年取得重大进展。")
    >>> timing.start, timing.due, [(step.by, step.outcome) for step in timing.milestones]
    ('2015', '2020', [('2015', 'started'), ('2017', 'taking-shape'), ('2020', 'major-progress')])
    >>> read_timing("2017年前出台措施。").due
    '2016-12-31'
    >>> read_timing("自2015年起,适时推进。").recurring
    'need'
    """
    sentence = fold_sentence(text)
    points = _points(sentence)
    starts = [point.value for point in points if point.opens]
    dues = [point.value for point in points if point.ends]
    milestones: list[ImportedMilestone] = []
    for point in points:
        if point.text.endswith(("起", "开始")) or not point.clause:
            # What goes on from a year is recurring, not reached by it.
            continue
        for outcome, pattern in _OUTCOMES:
            step = ImportedMilestone(point.value, outcome)
            if pattern.search(point.clause) and step not in milestones:
                milestones.append(step)
    recurring = None
    if _EVERY_YEAR.search(sentence):
        recurring = "year"
    elif any(point.text.endswith(("起", "开始")) for point in points):
        recurring = "need"
    return Timing(
        start=min(starts, default=None),
        due=max(dues, key=_last_day, default=None),
        milestones=tuple(milestones),
        recurring=recurring,
        doubts=tuple(point.doubt for point in points if point.doubt is not None),
    )


def _last_day(value: str) -> str:
    return value + "-12-31"[: 10 - len(value)] if len(value) == 4 else value


def _points(sentence: str) -> list[_Point]:
    points: list[_Point] = []
    found = list(_DATE.finditer(sentence))
    for position, match in enumerate(found):
        end = found[position + 1].start() if position + 1 < len(found) else len(sentence)
        clause = re.split("[。;]", sentence[match.end() : end])[0]
        if match["range"]:
            points.append(_Point(match["range"], match["from"], "", opens=True, ends=False))
            points.append(_Point(match["range"], match["to"], clause, opens=False, ends=True))
        elif match["plan"]:
            points.append(_plan_end(match, clause))
        else:
            points.append(_single(match, sentence, clause))
    return [point for point in points if point.value]


def _plan_end(match: re.Match[str], clause: str) -> _Point:
    # The thirteenth five-year plan (十三五) ends in 2020, the twelfth in 2015.
    ordinal = chinese_number(match["plan"]) or 0
    year = str(2020 + 5 * (ordinal - 13))
    why = Text(
        zh="以五年规划期末表示的时间，按规划期最后一年理解",
        en="The date is the end of a five-year plan, read as the plan's last year",
    )
    return _Point(
        match[0],
        year,
        clause,
        opens=False,
        ends=True,
        doubt=TimingDoubt("due", "five-year-plan", match[0], year, why),
    )


def _single(match: re.Match[str], sentence: str, clause: str) -> _Point:
    year, tail = match["year"], match["tail"] or ""
    before = sentence[max(0, match.start() - 4) : match.start()]
    if _REFERENCE_BEFORE.search(before) or _REFERENCE_AFTER.match(clause):
        why = Text(
            zh="该年份说明已发生的事，不是本项任务的时限",
            en="The year tells of something already done, not of a date of this duty",
        )
        reference = TimingDoubt("start", "reference-year", match[0] + clause[:12], "", why)
        # A value that is no date keeps the doubt and is left out of start and due.
        return _Point(match[0], year, "", opens=False, ends=False, doubt=reference)
    opens = tail in ("起", "开始") or _STARTS.match(clause) is not None
    if opens and tail.endswith("前"):
        # "Started by the end of 2015": the launch itself is what is due; when it began is not said.
        opens, ends = False, True
    else:
        # "Started in 2014." says when it begins and nothing about an end.
        ends = tail not in ("起", "开始") and not (opens and _ONLY_STARTS.fullmatch(clause))
    value = _value(match)
    doubt = None
    if tail.endswith("前") and not re.search("底|末|月|季", tail):
        value = f"{int(year) - 1}-12-31"
        why = Text(
            zh="“某年前”按该年1月1日之前理解；也可能含该年",
            en='"Before a year" is read as before its first day; it may include the year',
        )
        doubt = TimingDoubt("due", "before-year", match[0], value, why)
    return _Point(match[0], value, clause, opens=opens, ends=ends, doubt=doubt)


def _value(match: re.Match[str]) -> str:
    year, tail = match["year"], match["tail"] or ""
    if match["month"]:
        month = f"{year}-{int(match['month']):02d}"
        return f"{month}-{int(match['day']):02d}" if match["day"] else month
    if match["quarter"]:
        return f"{year}-{3 * (chinese_number(match['quarter']) or 4):02d}"
    return f"{year}-06" if tail == "上半年" else str(year)

"""Facts for reports, each named for the situation that it is. The plan is the real one; the values are made up here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.core.trace import Citation, Rounding, Trace, TraceInput
from ecociv.plan.check import Finding, check_plan
from ecociv.plan.package import ZonePackage, load_zone
from ecociv.reporting.facts import AnnualFacts, Days, DutyProgress, ItemRevision, SeriesFact
from ecociv.reporting.paths import path_in

CHINA = dt.timezone(dt.timedelta(hours=8))
WRITTEN = dt.datetime(2017, 3, 1, 9, 0, tzinfo=CHINA)
KNOWN = dt.datetime(2017, 1, 20, 8, 30, tzinfo=CHINA)

# Everything that could be taken for a command by Typst, Word, a spreadsheet or a template.
HOSTILE = '=1+1 #panic("x") *粗* _斜_ $x$ @ref <b>&amp;</b> \\ {n} [数9]'


@lru_cache
def plan() -> ZonePackage:
    """The plan of Jingdezhen from its files."""
    return load_zone("jingdezhen")


@lru_cache
def findings() -> tuple[Finding, ...]:
    """What the plan check says of it."""
    return tuple(check_plan(plan()))


def reported(key: str, value: str, light: str, *, sample: bool = False, reason: str = "实际值与路径相比") -> SeriesFact:
    """A yearly value as its supplier reported it."""
    indicator, series = plan().series(key)
    source = TraceInput(
        indicator.name, Decimal(value), indicator.unit, f"return-2016@{key}", 2, "2016", KNOWN, sample
    )
    trace = Trace(indicator.series_name(series), Decimal(value), indicator.unit, "as reported", (source,))
    return SeriesFact(key, Decimal(value), light, (Text(zh=reason, en="The value against its path"),), trace, recorded=KNOWN)


def good_days(*, sample: bool = False) -> SeriesFact:
    """330 good days of 365 valid ones: 330 / 365 * 100 = 90.41..., so 90.4."""
    month = tuple(
        TraceInput(Text(zh=f"{n}月", en=f"month {n}"), 27 + n % 2, "day", "air", 1, f"2016-{n:02d}", KNOWN, sample)
        for n in range(1, 15)
    )
    good = Trace(Text(zh="优良天数", en="Good days"), 330, "day", "count", month)
    valid = TraceInput(Text(zh="有效天数", en="Valid days"), 365, "day", "air", 1, "2016", KNOWN, sample)
    trace = Trace(
        Text(zh="优良天数比例", en="Good-day ratio"),
        Decimal("90.4"),
        "percent",
        "good / valid * 100",
        (good, valid),
        Citation("HJ 663-2013", "5.1", 2013),
        rounding=Rounding("half-even", 1),
    )
    days = Days(
        ("day", "pm2_5", "iaqi_pm2_5", "aqi", "primary", "verdict", "row", "source", "revision"),
        (("2016-01-01", 35.5, 51, 62, "pm2_5", "good", 2, 0, 1), ("2016-01-02", None, None, None, "", "not-valid", 3, None, 1)),
        {"f" * 64: "days.csv"},
    )
    limit = Text(zh="臭氧口径未知", en="The ozone figure is of unknown kind")
    return SeriesFact(
        "35", Decimal("90.4"), "on-track", (Text(zh="同类地区水平以上", en="Above the peers' level"),), trace,
        recorded=KNOWN, revision=3, evidence_digest="e" * 64, rank=(2, 11), limits=(limit,), days=days,
    )


def composition() -> SeriesFact:
    """Shares of the three sectors: 6.5 + 58.0 + 35.5 = 100."""
    shares = {"primary": Decimal("6.5"), "secondary": Decimal("58.0"), "tertiary": Decimal("35.5")}
    parts = tuple(
        TraceInput(Text(zh=key, en=key), share, "percent", "return-2016@3", 1, "2016", KNOWN) for key, share in shares.items()
    )
    trace = Trace(Text(zh="三次产业比例", en="Composition"), None, "percent", "parts as reported", parts)
    return SeriesFact("3", shares, "on-track", (Text(zh="各部分均在路径上", en="All parts on the path"),), trace, recorded=KNOWN)


def with_paths(facts: Mapping[str, SeriesFact], year: int) -> dict[str, SeriesFact]:
    """The facts of all series, each with its path; series that are not given have no data."""
    known = {}
    for indicator in plan().indicators:
        for series in indicator.series:
            fact = facts.get(series.key, SeriesFact(series.key, Missing.MISSING, "no-data", (NOTHING,)))
            point = path_in(plan(), indicator, series, year)
            known[series.key] = replace(fact, expected=point.value, expected_trace=point.trace) if point else fact
    return known


NOTHING = Text(zh="没有数值：缺失", en="There is no value: missing")


def a_mixed_year(*, sample: bool = False, year: int = 2016) -> AnnualFacts:
    """Seven series with values, one for each light that has one, and kinds of absence that are not the same."""
    values = [
        reported("1", "3.50", "worsening", reason="低于基数3.92"),
        reported("4", "6.9", "off-track"),
        reported("9", "8.40", "on-track"),
        reported("16", "1.70", "at-risk", sample=sample),
        reported("49", "100", "achieved"),
        composition(),
        good_days(sample=sample),
        SeriesFact("14", Missing.DELEGATED, "awaiting-upper-level", (Text(zh="由省下达", en="Set by the province"),)),
        SeriesFact("22", Missing.PLANNED, "not-due", (Text(zh="未到节点", en="No milestone yet"),)),
        SeriesFact("44", Missing.WITHHELD, "no-data", (Text(zh="不公开", en="Withheld"),)),
        SeriesFact("45", Missing.NOT_APPLICABLE, "qualitative", (Text(zh="待验收", en="To be accepted"),)),
    ]
    return AnnualFacts(
        plan(),
        year,
        WRITTEN,
        with_paths({fact.key: fact for fact in values}, year),
        findings(),
        {"indicator:1": ItemRevision(4, KNOWN), "zone:jingdezhen": ItemRevision(1, KNOWN)},
    )


def a_year_without_data(year: int = 2016) -> AnnualFacts:
    """Nothing was measured and nothing reported."""
    return AnnualFacts(plan(), year, WRITTEN, with_paths({}, year), findings())


def progress_of_some() -> dict[str, DutyProgress]:
    """Task 5 done, task 18 late, task 48 never reported on; nothing of the others."""
    return {
        "task:5": DutyProgress("done", Text(zh="已完成", en="Done"), "achieved", dt.date(2016, 12, 20), Decimal("100.0"), done=True),
        "task:18": DutyProgress("delayed", Text(zh="滞后", en="Delayed"), "off-track", dt.date(2017, 1, 5), late=True),
        "task:48": DutyProgress("overdue", Text(zh="逾期未报", en="Overdue, not reported"), "off-track", late=True, names_silence=True),
        "task:1": DutyProgress("not-due", Text(zh="未到期", en="Not due yet"), "not-due"),
    }


def with_hostile_words(facts: AnnualFacts) -> AnnualFacts:
    """A reason that somebody typed to see what breaks, and a control character pasted in unseen."""
    fact = facts.series["1"]
    words = Text(zh=f"{HOSTILE}\x0b", en=f"{HOSTILE}\x0b")
    return replace(facts, series={**facts.series, "1": replace(fact, reasons=(words,))})

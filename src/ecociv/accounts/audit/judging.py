"""Each measure of a term judged: by its peers, else against a wider series or the own course before the term."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from ecociv.accounts.audit.attribution import Attribution, Comparison, Ends, Outcome, attribute, normalised
from ecociv.accounts.audit.composition import READINGS, REFERENCES, Composition
from ecociv.accounts.audit.declaration import (
    Measure,
    RuleSet,
    Weather,
    ZoneAudit,
    measures_of,
    readings_of,
)
from ecociv.accounts.audit.methods import Elasticity, MethodSet, Reading
from ecociv.accounts.audit.movements import driver_of, ends_of
from ecociv.accounts.audit.normalise import Fit
from ecociv.accounts.audit.readings import ReadingEnds, Side, reading_ends, wider_figures
from ecociv.accounts.audit.reference import against_course
from ecociv.accounts.audit.term import Term, members_beside
from ecociv.accounts.queries import BalanceSheet, areas
from ecociv.accounts.sheet import AccountSheet
from ecociv.core.decimals import plain
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.evidence.mapping import load_places

Sheets = Callable[[str, int], BalanceSheet]
Judged = tuple[str, Measure | Reading, Attribution]


@dataclass(frozen=True)
class Bench:
    """What every measure of a term is judged with."""

    term: Term
    rules: RuleSet
    methods: MethodSet
    zone: ZoneAudit
    composition: Composition
    first_year: int
    opening: int
    closing: int
    sheet: Sheets
    as_of: dt.datetime | None

    def names(self) -> dict[str, Text]:
        """Names of the areas of the accounts and of whatever place is a peer."""
        places = load_places(self.term.zone).by_key
        return {key: one.name for key, one in places.items()} | dict(areas(self.term.zone))


def judge(bench: Bench) -> tuple[tuple[Judged, ...], tuple[Text, ...], bool]:
    """Every measure that the body answers for, what could not be read at all, and whether any reading is generated."""
    last = bench.sheet(bench.term.area, bench.closing)
    found: list[Judged] = [
        (key, one, _by_accounts(bench, key, one))
        for key, one in measures_of(bench.rules, bench.zone, bench.term.body).items()
        if last.has(one.account)
    ]
    notes: list[Text] = []
    sample = False
    if bench.composition.has(READINGS):
        for key, reading in readings_of(bench.zone, bench.term.body, bench.term.area).items():
            judged, read = _by_readings(bench, key, reading)
            if judged.before is None or judged.after is None:
                text = Text(
                    zh="{name}：{opening}年或{closing}年没有足够月份的读数，未列入判断。",
                    en="{name}: {opening} or {closing} lacks readings of enough months; it is left out of what is judged.",
                )
                notes.append(text.fill(name=reading.name, opening=bench.opening, closing=bench.closing))
                continue
            sample = sample or read.sample
            found.append((key, reading, judged))
    return tuple(found), tuple(notes), sample


def share_by_peers(judged: tuple[Judged, ...]) -> Decimal:
    """Share of the measures that were judged for which peers were there; one where none was judged."""
    known = [one for _, _, one in judged if one.outcome is not Outcome.UNKNOWN]
    return Decimal(sum(one.basis is Comparison.PEERS for one in known)) / len(known) if known else Decimal(1)


def _by_accounts(bench: Bench, key: str, measure: Measure) -> Attribution:
    rules, term, area = bench.rules, bench.term, bench.term.area
    method = rules.weather.get(measure.weather)
    only = bench.sheet(area, bench.opening)
    range_ = bench.methods.elasticity.get(measure.weather) if bench.composition.has(READINGS) else None
    spans = bench.closing > bench.opening, bench.opening > bench.first_year

    def pair(where: str, first: int, last: int) -> Ends:
        before, after = bench.sheet(where, first), bench.sheet(where, last)
        first_account, last_account = (_account(each, measure.account) for each in (before, after))
        ends = ends_of(measure, first_account, last_account, _drivers(method, before, after))
        return ends if method is None or range_ is None else _within(ends, method, range_)

    own = pair(area, bench.opening, bench.closing)
    if not spans[0]:
        own = Ends(own.before, None)
    found = attribute(
        own,
        {
            peer: pair(peer, bench.opening, bench.closing) if spans[0] else Ends(None, None)
            for peer in term.peers
        },
        better=measure.better,
        material=measure.material,
        share=measure.share,
        unit="percent"
        if measure.share
        else (only.account(measure.account).unit if only.has(measure.account) else ""),
        label=measure.name,
        least_peers=rules.least_peers,
        exponent=method.exponent if method else None,
        earlier=(
            (
                pair(area, bench.first_year, bench.opening),
                {peer: pair(peer, bench.first_year, bench.opening) for peer in term.peers},
            )
            if all(spans)
            else None
        ),
        names=dict(areas(term.zone)),
    )
    if method is not None and found.adjusted is not None:
        found = replace(found, weather=measure.weather)
    if range_ is not None and own.taken is not None:
        reach = (own.taken[1], own.taken[2])
        found = replace(found, reach=reach, reasons=(*found.reasons, _elastic(range_, reach)))
    if bench.composition.has(REFERENCES) and found.outcome is Outcome.UNKNOWN:
        history = {
            year: value
            for year in range(bench.first_year, bench.opening + 1)
            if (value := _at(bench, measure, method, year)) is not None
        }
        found = _against(bench, key, measure, found, own, history)
    said = bench.methods.as_recorded.get(key) if bench.composition.has(READINGS) else None
    return found if said is None else replace(found, reasons=(*found.reasons, Reason("as-recorded", said)))


def _within(ends: Ends, method: Weather, range_: Elasticity) -> Ends:
    """Ends with the interval that the exponent leaves to the closing without the weather."""
    middle, *others = (normalised(ends, each) for each in (method.exponent, range_.low, range_.high))
    known = [each for each in (middle, *others) if each is not None]
    return ends if middle is None else replace(ends, taken=(middle, min(known), max(known)))


def _elastic(range_: Elasticity, reach: tuple[Decimal, Decimal]) -> Reason:
    text = Text(
        zh="弹性系数取{lowest}至{highest}时归一化期末为{low}至{high}；{standard}（待核实）",
        en="With an elasticity of {lowest} to {highest} the closing lies between {low} and {high}; {standard} (to be verified)",
    )
    shown = {"lowest": range_.low, "highest": range_.high} | dict(
        zip(("low", "high"), (plain(round_half_even(each, 2)) for each in reach), strict=True)
    )
    return Reason("elasticity", text.fill(standard=range_.basis.citation, **shown), shown)


def _at(bench: Bench, measure: Measure, method: Weather | None, year: int) -> Decimal | None:
    """The figure of a closing before the term, with the weather of the opening."""
    area = bench.term.area
    sheet, opening = bench.sheet(area, year), bench.sheet(area, bench.opening)
    ends = ends_of(measure, None, _account(sheet, measure.account), _drivers(method, opening, sheet))
    return ends.after if method is None else normalised(ends, method.exponent)


def _by_readings(bench: Bench, key: str, reading: Reading) -> tuple[Attribution, ReadingEnds]:
    term = bench.term
    method = bench.methods.regressions.get(reading.weather)
    peers = members_beside(term.zone, term.area, reading.group)
    # Only places that the series speaks of: an area for which none is named has its own place.
    places = load_places(term.zone).by_key
    peers = tuple(
        each
        for each in peers
        if reading.place_of(each) in places and (not reading.places or each in reading.places)
    )
    read = reading_ends(
        reading,
        method,
        term.area,
        peers,
        (term.first, term.last),
        (bench.opening, bench.closing),
        bench.first_year,
        bench.as_of,
    )
    enough = (
        sum(one.before is not None and one.after is not None for one in read.measured.peers.values())
        >= bench.rules.least_peers
    )
    side = read.measured
    if read.adjusted is not None and (
        bool(read.adjusted.peers) if enough else len(read.adjusted.history) >= bench.methods.trend.least_years
    ):
        side = read.adjusted
    own = side.own if bench.closing > bench.opening else Ends(side.own.before, None)
    found = attribute(
        own,
        side.peers,
        better=reading.better,
        material=reading.material,
        share=False,
        unit=reading.unit,
        label=reading.name,
        least_peers=bench.rules.least_peers,
        names=bench.names(),
    )
    found = replace(found, reasons=(*_of_weather(read, side), *found.reasons))
    if own.taken is not None:
        found = replace(found, weather=reading.weather, reach=(own.taken[1], own.taken[2]))
    if bench.composition.has(REFERENCES) and found.outcome is Outcome.UNKNOWN:
        found = _against(bench, key, reading, found, own, side.history)
    return found, read


def _of_weather(read: ReadingEnds, side: Side) -> Iterator[Reason]:
    """How the weather was taken out of a reading, or why it was not, or was only shown."""
    if read.adjusted is not None and read.fitted is not None and read.adjusted.own.taken is not None:
        yield _regressed(read.fitted, read.adjusted.own.taken)
        if side is read.measured:
            yield Reason(
                "weather-shown-only",
                Text(
                    zh="同类地区或任期前各年不能同样调整，比较仍按监测值进行",
                    en="Peers, or the years before the term, cannot be adjusted as well: what is compared is as measured",
                ),
            )
    if read.refused is not None:
        yield read.refused


def _against(
    bench: Bench,
    key: str,
    measure: Measure | Reading,
    found: Attribution,
    own: Ends,
    history: Mapping[int, Decimal],
) -> Attribution:
    wider = bench.zone.wider.get(key)
    beside = None
    if wider is not None:
        beside = (wider.name, wider_figures(wider, bench.first_year, bench.closing, bench.as_of))
    return against_course(
        found, own, history, bench.closing, rule=bench.methods.trend, better=measure.better, material=measure.material,
        share=measure.share, label=measure.name, wider=beside,
    )  # fmt: skip


def _regressed(found: Fit, taken: tuple[Decimal, Decimal, Decimal]) -> Reason:
    closing, low, high = (plain(each) for each in taken)
    effects = "; ".join(f"{name} {effect:.3g}±{error:.2g}" for name, (effect, error) in found.effects.items())
    text = Text(
        zh="{name}：以任期外{months}个月拟合（系数{effects}，自由度{degrees}），期末为{closing}，{level}%区间{low}至{high}；方法{standard}（待核实）",
        en="{name}: fitted on {months} months outside the term (effects {effects}; {degrees} degrees of freedom); the closing is {closing}, "
        "between {low} and {high} ({level} %); {standard} (to be verified)",
    ).fill(
        name=found.method.name, months=found.months, effects=effects, degrees=found.degrees, closing=closing, low=low, high=high,
        level=int(found.method.level * 100), standard=found.method.basis.citation,
    )  # fmt: skip
    return Reason("weather-regressed", text, {"months": found.months, "degrees": found.degrees})


def _drivers(
    method: Weather | None, before: BalanceSheet, after: BalanceSheet
) -> tuple[Decimal | None, Decimal | None]:
    if method is None:
        return None, None
    first, last = (driver_of(method.row, _account(each, method.account)) for each in (before, after))
    return first, last


def _account(sheet: BalanceSheet, key: str) -> AccountSheet | None:
    return sheet.account(key) if sheet.has(key) else None

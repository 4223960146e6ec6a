"""Surrender against verified emissions (清缴), and what a restatement of the emissions changes. Pure: no Django.

Three figures stay apart: what is *assessed* (verified emissions, by revision), what is *surrendered* (units in that state
under the obligation), and what is *reserved* or free (units that could still be). A restatement changes the first only;
units are never surrendered a second time for tonnes that they have covered already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ecociv.core.text import Text
from ecociv.core.trace import Citation, Trace, TraceInput, TraceParameter
from ecociv.core.verdicts import Reason, Verdict
from ecociv.exchange.instruments import Instrument
from ecociv.exchange.registry.making import Id, surrender
from ecociv.exchange.registry.movements import Movement, Series, State
from ecociv.exchange.registry.registry import Registry
from ecociv.exchange.registry.rules.reasons import no, reason


@dataclass(frozen=True, slots=True)
class Assessment:
    """Verified emissions of a year in whole units, as one revision has them; the highest revision holds."""

    year: int
    verified: int
    revision: int = 1
    document: str = ""


@dataclass(frozen=True, slots=True)
class Position:
    """Where an account stands with one obligation.

    Attributes
    ----------
    assessed : int
        Verified emissions of the revision that holds.
    own : int
        Allowances surrendered under the obligation.
    credits : int
        Credits surrendered under it.
    credits_counted : int
        Of them what the limit lets count: it is a part of what is assessed now, not of what was assessed then.
    """

    assessed: int
    own: int
    credits: int
    credits_counted: int
    credit_limit: int
    revision: int

    @property
    def counted(self) -> int:
        """Units that count."""
        return self.own + self.credits_counted

    @property
    def due(self) -> int:
        """What has still to be surrendered."""
        return max(0, self.assessed - self.counted)

    @property
    def surplus(self) -> int:
        """What was surrendered too much, after a restatement downwards; it is given back by a decision, never by itself."""
        return max(0, self.counted - self.assessed)


@dataclass(frozen=True)
class SurrenderPlan:
    """Which units go, and what is missing; `movement` makes it happen.

    Attributes
    ----------
    parts : tuple of (Series, int)
        Units to surrender now, in the order in which they count: credits as asked for, then allowances, oldest first.
    shortfall : int
        Units that the account lacks.
    """

    account: str
    obligation: str
    position: Position
    parts: tuple[tuple[Series, int], ...]
    credits_used: int
    shortfall: int
    verdict: Verdict
    instrument: Instrument

    @property
    def units(self) -> int:
        """Units that would be surrendered now."""
        return sum(quantity for _, quantity in self.parts)

    def movement(self, id: Id, *, document: str, at: int) -> Movement:
        """The surrender as one movement."""
        return surrender(id, self.account, self.parts, self.obligation, document=document, at=at)

    def trace(self) -> Trace:
        """How the count came about."""
        terms, place = self.instrument.terms, self.position
        offset = terms.offset
        parameters: tuple[TraceParameter, ...] = ()
        if offset is not None:
            parameters = (
                TraceParameter(
                    Text(zh="抵销比例上限（万分比）", en="Limit of offsets (basis points)"),
                    offset.limit_bp,
                    "1",
                    Citation(terms.citation.zh, verified=terms.verified),
                ),
            )
        return Trace(
            Text(zh="应清缴量", en="To be surrendered"),
            place.due,
            "1",
            "verified - allowances surrendered - min(credits surrendered, verified * limit)",
            (
                TraceInput(
                    Text(zh="核查排放量", en="Verified emissions"), place.assessed, revision=place.revision
                ),
                TraceInput(Text(zh="已清缴配额", en="Allowances surrendered"), place.own),
                TraceInput(Text(zh="已用抵销量", en="Credits surrendered"), place.credits),
                *(
                    TraceInput(Text(zh=f"本次清缴 {series}", en=f"Surrendered now: {series}"), quantity)
                    for series, quantity in self.parts
                ),
            ),
            parameters=parameters,
        )


def obligation(instrument: str, year: int, region: str | None = None) -> str:
    """The claim under which units are surrendered, for instance ``cea/2023`` or ``water-right/2017/lean-river``."""
    return "/".join(part for part in (instrument, str(year), region or "") if part)


def position(
    registry: Registry,
    instrument: Instrument,
    account: str,
    assessments: Sequence[Assessment],
    region: str | None = None,
) -> Position:
    """Where an account stands with the obligation of one year.

    Parameters
    ----------
    assessments : sequence of Assessment
        Revisions of the verified emissions of one year, in any order; at least one.
    region : str or None
        Region or basin of the obligation, where an instrument has them.

    Raises
    ------
    ValueError
        For no revision, revisions of different years, or negative emissions.
    """
    if (
        not assessments
        or len({one.year for one in assessments}) != 1
        or min(a.verified for a in assessments) < 0
    ):
        raise ValueError("Give the revisions of the verified emissions of one year, none of them negative.")
    held = max(assessments, key=lambda one: one.revision)
    claim = obligation(instrument.key, held.year, region)
    own = _surrendered(registry, account, instrument.key, claim)
    offset = instrument.terms.offset
    credits = sum(
        _surrendered(registry, account, key, claim) for key in (offset.instruments if offset else ())
    )
    limit = held.verified * offset.limit_bp // 10_000 if offset else 0
    return Position(held.verified, own, credits, min(credits, limit), limit, held.revision)


def plan_surrender(
    registry: Registry,
    instrument: Instrument,
    account: str,
    assessments: Sequence[Assessment],
    *,
    credits: int = 0,
    region: str | None = None,
) -> SurrenderPlan:
    """Which free units of an account would settle its obligation.

    Units count when they are free, their vintage is not later than the year, and they have not expired by it; the oldest
    go first. Reserved, pledged and frozen units are not touched.

    Parameters
    ----------
    credits : int
        Credits that the account wants to use; never more than the limit leaves and than are held.
    region : str or None
        Only units of this region or basin; ``None`` for instruments of the whole country.

    Returns
    -------
    SurrenderPlan
        With verdict yes when everything is covered; codes ``shortfall``, ``credits-limit``, ``credits-held``,
        ``not-surrendered`` (of an instrument that is not surrendered at all), ``surplus``.
    """
    place = position(registry, instrument, account, assessments, region)
    year = assessments[0].year
    claim = obligation(instrument.key, year, region)
    if instrument.settlement != "surrender":
        verdict = no(
            reason(
                "not-surrendered",
                "{label}不清缴，只核对持有量是否足够。",
                "{label} is not surrendered: what is held has to cover what is discharged.",
                label=instrument.label,
            )
        )
        return SurrenderPlan(account, claim, place, (), 0, 0, verdict, instrument)
    reasons: list[Reason] = []
    parts: list[tuple[Series, int]] = []
    due = place.due
    if credits:
        used = _credits(registry, instrument, account, year, place, credits, reasons)
        used_units = sum(quantity for _, quantity in used)
        parts += used
        due -= used_units
    else:
        used_units = 0
    for series in usable(registry, instrument, year, region):
        take = min(due, registry.claimed(account, series, State.FREE, ""))
        if take:
            parts.append((series, take))
            due -= take
    if due:
        reasons.append(
            reason(
                "shortfall",
                "还差 {missing}，请在清缴期限前购入。",
                "{missing} units are missing: buy them before the deadline.",
                missing=due,
            )
        )
    notes = list(reasons)
    if place.surplus:
        notes.append(
            reason(
                "surplus",
                "按现行核查结果多清缴 {surplus}，由主管部门决定如何处理。",
                "{surplus} more were surrendered than the verified emissions now ask for; the authority decides about them.",
                surplus=place.surplus,
            )
        )
    return SurrenderPlan(
        account, claim, place, tuple(parts), used_units, due, Verdict(not reasons, tuple(notes)), instrument
    )


def usable(registry: Registry, instrument: Instrument, year: int, region: str | None = None) -> list[Series]:
    """Series that count for a year (and for a region or basin), oldest first."""
    years = instrument.terms.validity_years
    return sorted(
        series
        for series in registry.series_of(instrument.key, region=region)
        if series.vintage <= year and (years is None or not series.vintage or series.vintage + years > year)
    )


def _credits(
    registry: Registry,
    instrument: Instrument,
    account: str,
    year: int,
    place: Position,
    wanted: int,
    reasons: list[Reason],
) -> list[tuple[Series, int]]:
    """Credits that may be used, oldest first; what may not is a reason."""
    offset = instrument.terms.offset
    room = min(max(0, place.credit_limit - place.credits), place.due)
    if wanted > room:
        reasons.append(
            reason(
                "credits-limit",
                "拟用抵销量 {wanted}，最多还可用 {room}（上限 {limit}）。",
                "{wanted} credits were asked for; at most {room} more count (limit {limit}).",
                wanted=wanted,
                room=room,
                limit=place.credit_limit,
            )
        )
    left = min(wanted, room)
    parts = []
    for key in offset.instruments if offset else ():
        for series in sorted(registry.series_of(key)):
            take = (
                min(left, registry.claimed(account, series, State.FREE, "")) if series.vintage <= year else 0
            )
            if take:
                parts.append((series, take))
                left -= take
    if left:
        reasons.append(
            reason(
                "credits-held",
                "账户可用的抵销量少 {missing}。",
                "The account lacks {missing} of the credits asked for.",
                missing=left,
            )
        )
    return parts


def _surrendered(registry: Registry, account: str, instrument: str, claim: str) -> int:
    return sum(
        registry.claimed(account, series, State.SURRENDERED, claim)
        for series in registry.series_of(instrument)
    )

"""A share by amount of entries on a register: of the contracts of a year, those that name what was listed on their day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from django.utils import timezone

from ecociv.core.decimals import plain
from ecociv.core.digests import digest_of_json
from ecociv.core.missing import Missing
from ecociv.core.quantities import as_decimal, factor, label_of
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Rounding, Trace
from ecociv.indicators.declarations import RegisterShare
from ecociv.indicators.derive.cells import Asked, Resolved, digest_of, resolve
from ecociv.indicators.derive.figures import Derived, Figure
from ecociv.indicators.derive.formulas import citation_of, derive_formula, published
from ecociv.indicators.derive.reported import SAMPLE_NOTE
from ecociv.registers.amounts import Amount, summed, total
from ecociv.registers.kinds import Kind
from ecociv.registers.loading import kind_of
from ecociv.registers.queries import registers_state
from ecociv.registers.references import DIFFERS, NAMES_NONE, OUT, UNKNOWN, Judged, judged

BY_ENTRIES = Text(zh="按登记簿计算", en="By the entries on record")
OF_THE_WHOLE = Text(zh="登记金额占报表总额", en="On record, of the whole in the return")
_WHY_NOT = {
    NAMES_NONE: Text(zh="未指明清单条目", en="naming no listed entry"),
    UNKNOWN: Text(zh="所指条目不在登记簿中", en="naming what is not on the register"),
    OUT: Text(zh="所指条目当日不在有效期内", en="naming what was not in force on the day"),
    DIFFERS: Text(zh="所指条目类别不同", en="naming what is of another class"),
}
_UNKNOWN_WHOLE = Text(
    zh="该年度没有报表总额可供核对，登记是否完整无法判断",
    en="The year has no return to hold the register against: whether it is complete is not known",
)
_RUNNING = Text(
    zh="该年度尚未结束，为至今登记的数", en="The year has not ended: these are the entries so far"
)
_NOTHING = Text(
    zh="登记簿中没有该年度的{kind}，采用报表数",
    en="The register holds no entry of this year ({kind}): the figure is that of the return",
)
_INCOMPLETE = Text(
    zh="登记不完整：所载{kind}金额为报表总额的{held}%，完整年度应不低于{least}%；采用报表数",
    en="Incomplete: the entries on record ({kind}) make {held} % of the whole in the return, and a complete year has at "
    "least {least} %; the figure is that of the return",
)
_HELD = Text(
    zh="登记簿所载{kind}金额为报表总额的{held}%",
    en="The entries on record ({kind}) make {held} % of the whole in the return",
)
_WITHOUT_AMOUNT = Text(
    zh="登记不完整：{count}条没有金额；采用报表数",
    en="Incomplete: {count} entries do not say their amount; the figure is that of the return",
)
_APART = Text(
    zh="按登记簿为{ours}{unit}，按报表为{theirs}{unit}，相差{apart}",
    en="By the entries on record {ours} {unit}, by the return {theirs} {unit}: {apart}",
)


@dataclass(frozen=True, slots=True)
class YearEntries:
    """Entries in force of a register whose day lies in a year, each judged by what it names, as known at a moment."""

    kind: Kind
    found: tuple[Judged, ...]
    running: bool
    """Whether the year had not ended at the moment."""

    def of(self, *, sample: bool) -> tuple[Judged, ...]:
        """The real ones, or the generated ones."""
        return tuple(one for one in self.found if one.entry.sample is sample)

    @property
    def digest(self) -> str:
        """Digest of all that a figure follows from."""
        rows = [[one.entry.key, one.entry.revision, one.why_not] for one in self.found]
        return digest_of_json([self.kind.name.to_mapping(), self.running, rows])


@dataclass(frozen=True, slots=True)
class OnRecord:
    """What the entries of one kind of data make: ``share`` is exact, none where they amount to nothing."""

    share: Fraction | None
    total: Decimal
    unit: str
    parts: tuple[Trace, Trace]
    lacking: int
    """Entries that do not say their amount: they stand in neither part."""


def registers_of(zone: str, declared: RegisterShare) -> tuple[Kind, Kind]:
    """The register that is added up, and the one that its entries name."""
    kind = kind_of(zone, declared.register_)
    field = kind.field(declared.names)
    assert field is not None
    return kind, kind_of(zone, field.kind)


def year_entries(zone: str, declared: RegisterShare, year: int, as_of: dt.datetime | None) -> YearEntries:
    """The entries that a figure of a year follows from."""
    kind, listed = registers_of(zone, declared)
    on = timezone.localdate(as_of)
    ways = (declared.names, declared.day, declared.same)
    every = _judged(zone, (kind, listed), ways, on, as_of, registers_state(zone, kind.key, listed.key))
    found = tuple(one for one in every if one.day.year == year)
    return YearEntries(kind, found, on <= dt.date(year, 12, 31))


@lru_cache(maxsize=4)
def _judged(
    zone: str,
    kinds: tuple[Kind, Kind],
    ways: tuple[str, str, tuple[str, ...]],
    on: dt.date,
    as_of: dt.datetime | None,
    _state: tuple[object, ...],
) -> tuple[Judged, ...]:
    """All years are read at once: a computation asks for one after the other."""
    names, day, same = ways
    return tuple(judged(zone, kinds[0].key, names=names, day=day, same=same, on=on, as_of=as_of))


def on_record(declared: RegisterShare, kind: Kind, entries: Iterable[Judged]) -> OnRecord:
    """Both parts with every entry, and the share by amount in the declared unit."""
    field = kind.field(declared.amount)
    assert field is not None and field.unit is not None
    counted: list[Amount] = []
    others: dict[str, list[Amount]] = {}
    lacking = 0
    for one in entries:
        value = one.entry.values.get(declared.amount)
        if not isinstance(value, Decimal):
            lacking += 1
            continue
        amount = Amount(
            kind.key,
            one.entry.key,
            one.entry.title,
            value,
            field.unit,
            one.day,
            one.entry.revision,
            one.entry.recorded_at,
            one.entry.sample,
        )
        (counted if one.counts else others.setdefault(one.why_not, [])).append(amount)
    reasons = tuple(
        summed(_WHY_NOT[code], others[code], field.unit, f"sum of {len(others[code])}")
        for code in _WHY_NOT
        if code in others
    )
    rest = sum((total(rows) for rows in others.values()), Decimal(0))
    whole = total(counted) + rest
    parts = (
        summed(declared.counted, counted, field.unit, f"sum of {len(counted)}"),
        Trace(declared.other, rest, field.unit, "sum", reasons),
    )
    share = Fraction(total(counted)) / Fraction(whole) * factor("1", declared.unit) if whole else None
    return OnRecord(share, whole, field.unit, parts, lacking)


def derive_register_share(declared: RegisterShare, asked: Asked, label: Text, known: YearEntries) -> Derived:
    """The figure of the entries on record where they make a complete year, else that of the return, with both in the trace."""
    entries = known.of(sample=asked.sample)
    returned = derive_formula(declared.returned, asked, label)
    kind = known.kind.name
    if not entries:
        missing = isinstance(returned.figure, Missing)
        return returned if missing else _noted(returned, (_NOTHING.fill(kind=kind),), ())
    found = on_record(declared, known.kind, entries)
    whole = resolve(asked, declared.whole.input)
    held = _held(found, whole)
    short = held is not None and held < Fraction(str(declared.whole.at_least))
    ours: Decimal | Missing = (
        Missing.NOT_APPLICABLE if found.share is None else published(found.share, declared.decimals)
    )
    said = _said(declared, kind, found, held, short=short)
    apart = _apart(ours, returned.figure, declared.unit)
    trace = Trace(
        BY_ENTRIES,
        ours,
        declared.unit,
        "counted / (counted + other)",
        (*found.parts, Trace(OF_THE_WHOLE, _per_cent(held), "percent", "on record / whole", (whole.trace,))),
    )
    register = {
        "kind": known.kind.key,
        "entries": len(entries),
        "complete": not short and not found.lacking,
        "total": plain(found.total),
        "held": None if held is None else plain(_per_cent(held)),
        "share": None if isinstance(ours, Missing) else plain(ours),
        "returned": None if returned.number is None else plain(returned.number),
    }
    digest = digest_of_json([known.digest, returned.evidence_digest, digest_of(whole.used)])
    if short or found.lacking:
        both = _noted(returned, (*apart, *said), said)
        return replace(
            both,
            sample=asked.sample,
            evidence_digest=digest,
            trace=replace(both.trace, inputs=(*both.trace.inputs, trace)),
            extras={**both.extras, "register": register},
        )
    caveats = ((_UNKNOWN_WHOLE,) if held is None else ()) + ((_RUNNING,) if known.running else ())
    notes = (*caveats, *said, *apart, *((SAMPLE_NOTE,) if asked.sample else ()), *declared.caveats)
    return Derived(
        declared.series,
        asked.place,
        asked.year,
        ours,
        declared.unit,
        replace(
            trace,
            label=label,
            standard=citation_of(declared.standard),
            rounding=None if isinstance(ours, Missing) else Rounding("half-even", declared.decimals),
            notes=notes,
        ),
        asked.sample,
        digest,
        {
            "supplier": declared.supplier,
            "caveats": [note.to_mapping() for note in (*caveats, *declared.caveats)],
            "completeness": {"wanted": 1, "found": 1, "inputs_without_figure": []},
            "register": register,
        },
    )


def _held(found: OnRecord, whole: Resolved) -> Fraction | None:
    """The share of the whole of the return that is on record; none where the return has no whole."""
    if not isinstance(whole.value, Fraction) or not whole.value:
        return None
    return Fraction(found.total) * factor(found.unit, whole.unit) / whole.value


def _per_cent(held: Fraction | None) -> Any:
    return Missing.MISSING if held is None else round_half_even(as_decimal(held * 100), 1)


def _said(
    declared: RegisterShare, kind: Text, found: OnRecord, held: Fraction | None, *, short: bool
) -> tuple[Text, ...]:
    """How much of the year is on record, and why that is not enough."""
    notes: list[Text] = []
    if held is not None:
        words = _INCOMPLETE if short else _HELD
        least = f"{declared.whole.at_least * 100:g}"
        notes.append(words.fill(kind=kind, held=plain(_per_cent(held)), least=least))
    if found.lacking:
        notes.append(_WITHOUT_AMOUNT.fill(count=found.lacking))
    return tuple(notes)


def _apart(ours: Figure, theirs: Figure, unit: str) -> tuple[Text, ...]:
    """How far the two figures lie apart; nothing where one is missing."""
    if not isinstance(ours, Decimal) or not isinstance(theirs, Decimal):
        return ()
    apart = f"{ours - theirs:+f}"
    return (_APART.fill(ours=plain(ours), theirs=plain(theirs), apart=apart, unit=label_of(unit)),)


def _noted(found: Derived, notes: tuple[Text, ...], caveats: tuple[Text, ...]) -> Derived:
    """A returned figure with what the register has to say about it."""
    return replace(
        found,
        trace=replace(found.trace, notes=tuple(dict.fromkeys((*notes, *found.trace.notes)))),
        extras={
            **found.extras,
            "caveats": [*(note.to_mapping() for note in caveats), *found.extras["caveats"]],
        },
    )

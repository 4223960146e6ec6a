"""An input of a formula as a figure: of the place itself, added over a group of places, or over years."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ecociv.core.decimals import shortest, to_decimal
from ecociv.core.digests import digest_of_json
from ecociv.core.missing import Missing
from ecociv.core.quantities import as_decimal, factor
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.evidence.mapping import load_places
from ecociv.evidence.queries import Observation
from ecociv.evidence.schema import Quality
from ecociv.indicators.forms import cell_name
from ecociv.indicators.inputs import CellInput
from ecociv.indicators.records import Records

Value = Fraction | Missing


@dataclass
class Resolved:
    """An input with its figure in the declared unit, what it was made from, and what a reader must know."""

    value: Value
    unit: str
    trace: Trace | TraceInput
    notes: list[Text] = field(default_factory=list)
    used: list[Observation] = field(default_factory=list)
    wanted: int = 1
    found: int = 1
    lacking: list[Text] = field(default_factory=list)
    by_definition: bool = False
    """True where the figure follows from no evidence at all: a sum before its first year is 0."""


@dataclass(frozen=True)
class Asked:
    """Whose figures are asked for: the zone, the place, the year, and whether real or generated ones."""

    zone: str
    place: str
    home: str
    year: int
    sample: bool
    records: Records

    def name_of(self, place: str) -> Text:
        """Name of a place."""
        declared = load_places(self.zone).by_key.get(place)
        return declared.name if declared else Text(zh=place, en=place)


def members_of(zone: str, item: CellInput) -> tuple[str, ...]:
    """Places of the input's group whose details agree with ``where``."""
    places = load_places(zone)
    members = places.groups.get(item.group or item.or_sum_of or "", ())
    return tuple(
        member
        for member in members
        if all(places.by_key[member].details.get(name) == wanted for name, wanted in item.where.items())
    )


def years_of(item: CellInput, year: int) -> tuple[int, ...]:
    """Years whose figures are added up: one, or all since the declared one."""
    return (year,) if item.since is None else tuple(range(item.since, year + 1))


def keys_of(zone: str, item: CellInput, place: str, home: str) -> tuple[str, ...]:
    """Keys of the series that the input may read, without the prefix of generated ones."""
    places: tuple[str, ...]
    if item.group is not None:
        places = members_of(zone, item)
    elif item.or_sum_of is not None and place == home:
        places = (place, *members_of(zone, item))
    else:
        places = (place,)
    return tuple(f"{item.form}/{each}/{item.cell}" for each in places)


def resolve(asked: Asked, item: CellInput, only: Iterable[str] | None = None) -> Resolved:
    """The figure of an input.

    Parameters
    ----------
    only
        Members of the group that enter; all of them, when not given (see `complete_members`).
    """
    label = cell_name(asked.zone, item.form, item.cell)
    if item.group is not None:
        members = tuple(members_of(asked.zone, item) if only is None else only)
        return _sum_of(asked, item, label, members)
    own = _of_place(asked, item, asked.place, label)
    own_known = any(
        asked.records.figure(f"{item.form}/{asked.place}/{item.cell}", year, sample=asked.sample) is not None
        for year in years_of(item, asked.year)
    )
    if own_known or item.or_sum_of is None or asked.place != asked.home:
        return own
    summed = _sum_of(asked, item, label, members_of(asked.zone, item))
    if summed.used:
        summed.notes.append(
            Text(
                zh=f"全市没有报送{label.zh}，采用各县（市、区）之和",
                en=f"The city reported no figure of {label.en}; the counties are added up",
            )
        )
        return summed
    return own


def complete_members(
    asked: Asked, items: Mapping[str, CellInput]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Members of a group that have every one of the inputs, all that ought to, and those left out.

    A numerator of one member and the denominator of another must never meet in a quotient, so a member that lacks one of
    them is left out of both. A member to which none of the inputs applies is not counted at all.
    """
    first = next(iter(items.values()))
    whole, wanted, lacking = [], [], []
    for member in members_of(asked.zone, first):
        values = [_of_place(asked, item, member, asked.name_of(member)).value for item in items.values()]
        if all(value is Missing.NOT_APPLICABLE for value in values):
            continue
        wanted.append(member)
        if any(isinstance(value, Missing) for value in values):
            lacking.append(member)
        else:
            whole.append(member)
    return tuple(whole), tuple(wanted), tuple(lacking)


def _sum_of(asked: Asked, item: CellInput, label: Text, members: tuple[str, ...]) -> Resolved:
    parts = [_of_place(asked, item, member, asked.name_of(member)) for member in members]
    present = [part for part in parts if isinstance(part.value, Fraction)]
    lacking = [
        asked.name_of(member)
        for member, part in zip(members, parts, strict=True)
        if isinstance(part.value, Missing)
    ]
    notes = [note for part in parts for note in part.notes]
    value: Value
    if parts and not lacking:
        value = sum((part.value for part in present if isinstance(part.value, Fraction)), Fraction(0))
    else:
        value = missing_of(part.value for part in parts)
        if present:
            notes.append(_lacking(label, lacking))
    trace = Trace(
        label,
        decimal_of(value),
        item.unit,
        f"sum of {len(members)}",
        tuple(part.trace for part in parts),
    )
    return Resolved(
        value,
        item.unit,
        trace,
        notes,
        [seen for part in parts for seen in part.used],
        len(members),
        len(present),
        lacking,
    )


def _lacking(label: Text, lacking: list[Text]) -> Text:
    return Text(
        zh=f"{label.zh}缺：{'、'.join(name.zh for name in lacking)}，不能相加",
        en=f"{label.en}: {', '.join(name.en for name in lacking)} lacking, so there is no sum",
    )


def _of_place(asked: Asked, item: CellInput, place: str, label: Text) -> Resolved:
    """The figure of one place: of the year, or added up over the years since the declared one."""
    years = years_of(item, asked.year)
    if item.since is None:
        return _of_year(asked, item, place, label, asked.year)
    parts = [_of_year(asked, item, place, Text(zh=f"{year}年", en=str(year)), year) for year in years]
    value: Value = Fraction(0)
    notes = [note for part in parts for note in part.notes]
    for part in parts:
        value = part.value if isinstance(part.value, Missing) else value + part.value  # type: ignore[operator]
        if isinstance(value, Missing):
            break
    if not years:
        notes.append(
            Text(
                zh=f"{item.since}年起累计，此前为0", en=f"Added up from {item.since} on; nothing before that"
            )
        )
    trace = Trace(
        label,
        decimal_of(value),
        item.unit,
        f"sum of {item.since} to {asked.year}",
        tuple(part.trace for part in parts),
    )
    return Resolved(
        value,
        item.unit,
        trace,
        notes,
        [seen for part in parts for seen in part.used],
        max(1, len(parts)),
        sum(isinstance(part.value, Fraction) for part in parts) if parts else 1,
        by_definition=not parts,
    )


def _of_year(asked: Asked, item: CellInput, place: str, label: Text, year: int) -> Resolved:
    key = f"{item.form}/{place}/{item.cell}"
    found = asked.records.figure(key, year, sample=asked.sample)
    notes: list[Text] = []
    value: Value
    if found is None:
        value = Fraction(0) if item.may_be_absent else Missing.MISSING
        if item.may_be_absent:
            notes.append(_nothing(cell_name(asked.zone, item.form, item.cell)))
        trace = TraceInput(label, decimal_of(value), item.unit, source_id=key, revision=0, valid=str(year))
        return Resolved(value, item.unit, trace, notes, [], 1, int(item.may_be_absent))
    value = _value(found, asked.records.units.get(found.series, item.unit), item.unit)
    if value is Missing.NOT_APPLICABLE and item.may_be_absent:
        value = Fraction(0)
        notes.append(_nothing(cell_name(asked.zone, item.form, item.cell)))
    if note := remark(found):
        notes.append(note)
    return Resolved(
        value,
        item.unit,
        leaf(found, label, decimal_of(value), item.unit, year),
        notes,
        [found],
        1,
        int(isinstance(value, Fraction)),
    )


def leaf(
    item: Observation, label: Text, value: Decimal | Missing | None, unit: str, valid: object
) -> TraceInput:
    """An observation at the bottom of a trace, with series, document, row and revision."""
    return TraceInput(
        label,
        value,
        unit,
        source_id=f"{item.series}@{item.source[:12]}:{item.row}",
        revision=item.revision,
        valid=str(valid),
        recorded=item.recorded_at,
        sample=item.sample,
    )


def _nothing(label: Text) -> Text:
    return Text(
        zh=f"{label.zh}未报送或不适用，按没有计",
        en=f"{label.en} was not reported or does not apply: taken as none",
    )


def _value(item: Observation, given: str, wanted: str) -> Value:
    if item.missing is not None:
        return item.missing
    if item.usable is None:
        return Missing.MISSING
    return Fraction(to_decimal(item.usable)) * factor(given, wanted)


def decimal_of(value: Value | None) -> Decimal | Missing | None:
    """A figure for a trace: exact where it has an end, else to 28 figures."""
    return Decimal(shortest(as_decimal(value))) if isinstance(value, Fraction) else value


def missing_of(values: Iterable[Any]) -> Missing:
    """Why there is no figure: the common kind of absence of the inputs, or simply missing where they differ."""
    kinds = {value for value in values if isinstance(value, Missing)}
    return kinds.pop() if len(kinds) == 1 else Missing.MISSING


def absences(kinds: Iterable[tuple[Text, Any]]) -> Text | None:
    """Which figures are absent for which reason, where the reasons differ; none where they are one."""
    named: dict[Missing, list[Text]] = {}
    for label, kind in kinds:
        if isinstance(kind, Missing) and label not in named.setdefault(kind, []):
            named[kind].append(label)
    if len(named) < 2:
        return None
    zh = "；".join(f"{kind.label.zh}：{_listed(names).zh}" for kind, names in sorted(named.items()))
    en = "; ".join(f"{kind.label.en}: {_listed(names).en}" for kind, names in sorted(named.items()))
    return Text(zh=f"缺数的原因不一（{zh}）", en=f"Figures are absent for different reasons ({en})")


def _listed(names: list[Text], most: int = 6) -> Text:
    zh, en = "、".join(name.zh for name in names[:most]), ", ".join(name.en for name in names[:most])
    more = len(names) - most
    return Text(zh=zh, en=en) if more <= 0 else Text(zh=f"{zh}等{len(names)}项", en=f"{en} and {more} more")


def remark(item: Observation) -> Text | None:
    """Why a figure that was reported is not used."""
    if item.quality is Quality.SUSPECT:
        value = "—" if item.value is None else f"{item.value:g}"
        return Text(
            zh="报送值{value}标记为可疑（{reason}），未采用",
            en="The reported figure {value} is marked as suspect ({reason}) and not used",
        ).fill(value=value, reason=item.quality_reason or "")
    if item.censored is not None:
        return Text(
            zh="报送值为{sign}{limit}，没有确定数值",
            en="The reported figure is {sign}{limit}: there is no definite value",
        ).fill(sign=item.censored, limit=f"{item.censor_limit:g}")
    return None


def suppliers(used: Iterable[Observation]) -> Iterator[str]:
    """Who supplied the figures, each once, in order."""
    yield from dict.fromkeys(item.supplier for item in used if item.supplier)


def digest_of(used: Iterable[Observation]) -> str:
    """Digest of the observations used, revisions included."""
    return digest_of_json(
        sorted(
            [item.series, item.day.isoformat(), item.value, item.missing, item.quality, item.revision]
            for item in used
        )
    )

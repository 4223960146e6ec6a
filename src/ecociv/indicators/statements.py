"""What was said about the inputs of figures between two moments: in the evidence, and on the registers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ecociv.core.decimals import plain, shortest, to_decimal
from ecociv.evidence import queries as evidence
from ecociv.evidence.models import ImportRun
from ecociv.evidence.queries import LOCAL
from ecociv.evidence.schema import series_id
from ecociv.evidence.store import EvidenceStore
from ecociv.indicators.declarations import RegisterShare
from ecociv.indicators.derive.register_shares import registers_of
from ecociv.indicators.engine import Window
from ecociv.indicators.engine.duck import DuckDBEngine
from ecociv.indicators.graph import Node
from ecociv.indicators.records import both_keys
from ecociv.registers.entries import Entry
from ecociv.registers.models import EntryRevision

DETAILS = 20
"""Of a series in which more was said than this, only the number is given."""


@dataclass(frozen=True, slots=True)
class InputChange:
    """A statement on an input that came between the two days. ``before`` is none where nothing was known of the period."""

    series: str
    period: str
    before: str | None
    after: str | None
    revision: int
    author: str
    reason: str
    recorded_at: dt.datetime | None
    statements: int = 1


def statements(
    nodes: Iterable[Node], year: int, since: dt.datetime, until: dt.datetime, store: EvidenceStore
) -> dict[str, list[InputChange]]:
    """What was said between the two moments, by stored key of the series."""
    engine = DuckDBEngine(store)
    yearly: dict[int, set[str]] = {}
    whole: set[str] = set()
    for node in nodes:
        for each, keys in node.yearly.items():
            yearly.setdefault(each, set()).update(keys)
        whole |= node.monthly | node.hourly
    windows = [(keys, Window.yearly(each)) for each, keys in yearly.items()]
    if whole:
        windows.append((whole, Window.year(year)))
    found: dict[str, list[InputChange]] = {}
    for asked, window in windows:
        names = {series_id(key): key for key in both_keys(asked)}
        then, now = (
            {row["series_id"]: row["rows"] for row in engine.marks(names, [window], moment).to_pylist()}
            for moment in (since, until)
        )
        more = {
            names[number]: rows - then.get(number, 0)
            for number, rows in now.items()
            if rows > then.get(number, 0)
        }
        few = {key for key, count in more.items() if count <= DETAILS}
        for key, count in more.items():
            if key not in few:
                found.setdefault(key, []).append(
                    InputChange(
                        key, str(window.start.astimezone(LOCAL).year), None, None, 0, "", "", None, count
                    )
                )
        for item in _few(few, window, since, until, store):
            found.setdefault(item.series, []).append(item)
    return found


def entered(
    zone: str, rule: RegisterShare, since: dt.datetime, until: dt.datetime, year: int | None = None
) -> list[InputChange]:
    """What was recorded on the registers of a share between two moments: entries of the year, and entries that they may name.

    Of more than `DETAILS` only the number is given; without a year, all of them are. An entry of another register has the
    day from which it holds as its period.
    """
    kind, listed = registers_of(zone, rule)
    rows = EntryRevision.objects.filter(zone=zone, kind__in=(kind.key, listed.key), recorded_at__lte=until)
    last: dict[tuple[str, str], str] = {}
    found = []
    for row in rows.order_by("recorded_at", "pk"):
        own = row.kind == kind.key
        amount = Entry.of(row, kind, row.valid_from).values.get(rule.amount) if own else None
        now = f"{row.state} {plain(amount)}" if isinstance(amount, Decimal) else row.state
        day = str(row.content.get(rule.day, "")) if own else row.valid_from.isoformat()
        if row.recorded_at > since and (not own or year is None or day.startswith(str(year))):
            before = last.get((row.kind, row.key))
            key = f"register:{row.kind}/{row.key}"
            found.append(
                InputChange(key, day, before, now, row.revision, row.author_name, row.reason, row.recorded_at)
            )
        last[row.kind, row.key] = now
    if year is None or len(found) <= DETAILS:
        return found
    return [InputChange(f"register:{kind.key}/", str(year), None, None, 0, "", "", None, len(found))]


def _few(
    keys: set[str], window: Window, since: dt.datetime, until: dt.datetime, store: EvidenceStore
) -> Iterable[InputChange]:
    known = evidence.observations(
        keys, start=window.start, end=window.end, as_of=until, all_revisions=True, store=store
    )
    runs = evidence.runs(
        {item.batch for items in known.values() for item in items if item.recorded_at > since}
    )
    for key, items in known.items():
        last: dict[dt.datetime, str | None] = {}
        for item in items:
            said = _said(item)
            if item.recorded_at > since:
                run: ImportRun | None = runs.get(item.batch)
                yield InputChange(
                    key,
                    item.day.isoformat()
                    if window.end - window.start > dt.timedelta(days=2)
                    else str(item.day.year),
                    last.get(item.valid_from),
                    said,
                    item.revision,
                    run.author_name if run else "",
                    run.reason if run else "",
                    item.recorded_at,
                )
            last[item.valid_from] = said


def _said(item: evidence.Observation) -> str | None:
    """A statement in words: the figure with all its digits, or the kind of absence; none where it was censored."""
    if item.missing is not None:
        return item.missing.value
    return None if item.value is None else shortest(to_decimal(item.value))

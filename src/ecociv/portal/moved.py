"""What a stretch of the record may have moved: the series about which something was said, and the years they reach."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ecociv.evidence.models import ImportRun, Series
from ecociv.evidence.store import EvidenceStore
from ecociv.evidence.store.moments import microseconds
from ecociv.evidence.store.standing import READ
from ecociv.indicators.declarations import RegisterShare
from ecociv.indicators.derivations import load_derivations
from ecociv.indicators.differences import Difference, differences
from ecociv.indicators.graph import Node, nodes_of
from ecociv.indicators.queries import years_with_values
from ecociv.indicators.records import both_keys
from ecociv.indicators.statements import entered
from ecociv.plan.package import ZonePackage
from ecociv.portal.kept import Kept, stamp_of

_STEP = dt.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the record, after ``since`` up to ``until``."""

    since: dt.datetime
    until: dt.datetime


def stretch_of(run: ImportRun) -> Stretch | None:
    """From just before a run was recorded to the moment it was; none for a run that recorded nothing."""
    if run.recorded_at is None:
        return None
    return Stretch(run.recorded_at - _STEP, run.recorded_at)


def revising_runs(zone: str, until: dt.datetime | None = None) -> list[ImportRun]:
    """Runs that corrected what was on record, newest first: restated returns, corrections, quality marks."""
    runs = ImportRun.objects.filter(
        zone=zone, state=ImportRun.State.FINISHED, values_revised__gt=0, recorded_at__isnull=False
    )
    if until is not None:
        runs = runs.filter(recorded_at__lte=until)
    return list(runs.select_related("document").order_by("-recorded_at"))


def last_change(zone: str) -> ImportRun | None:
    """The last run that put anything on record; none before the first."""
    runs = ImportRun.objects.filter(zone=zone, state=ImportRun.State.FINISHED, recorded_at__isnull=False)
    return runs.exclude(values_new=0, values_revised=0).order_by("-recorded_at").first()


def touched_years(plan: ZonePackage, stretch: Stretch, store: EvidenceStore | None = None) -> dict[int, int]:
    """Years whose figures rest on what was said in the stretch, with the number of statements on which they rest.

    A figure that adds up years is reached by a statement about an earlier one.
    """
    said = _statements(stretch, store or EvidenceStore())
    years = years_with_values(plan.zone.key)
    declared = load_derivations(plan)
    shares = [rule for rule in declared.derivations if isinstance(rule, RegisterShare)]
    entries = [item for rule in shares for item in entered(plan.zone.key, rule, stretch.since, stretch.until)]
    if not (said or entries) or not years:
        return {}
    own = tuple(f"register:{rule.register_}/" for rule in shares)
    reached = {}
    for year in years:
        pairs = {pair for node in nodes_of(plan, declared, year) for pair in _pairs(node, year)}
        count = sum(number for pair, number in said.items() if pair in pairs)
        # An entry speaks of its own year; what it names, of any year in which it is named.
        count += sum(not item.series.startswith(own) or item.period.startswith(str(year)) for item in entries)
        if count:
            reached[year] = count
    return reached


def _pairs(node: Node, year: int) -> set[tuple[str, int]]:
    """The stored series and years that a figure may read."""
    yearly = {(key, each) for each, keys in node.yearly.items() for key in both_keys(keys)}
    return yearly | {(key, year) for key in both_keys(node.monthly | node.hourly)}


def _statements(stretch: Stretch, store: EvidenceStore) -> dict[tuple[str, int], int]:
    """Number of statements by stored series and by the year, by the clock of China, of which they speak."""
    found = store.query(
        "SELECT series_id, year(to_timestamp(epoch(valid_from)) AT TIME ZONE 'Asia/Shanghai') AS year, count(*) AS n "
        f"FROM {READ} WHERE recorded_at > make_timestamptz($since) AND recorded_at <= make_timestamptz($until) "
        "GROUP BY ALL",
        {"since": microseconds(stretch.since), "until": microseconds(stretch.until)},
    )
    if found is None:
        return {}
    rows = found.to_pylist()
    names = dict(Series.objects.filter(pk__in={row["series_id"] for row in rows}).values_list("pk", "key"))
    return {(names[row["series_id"]], row["year"]): row["n"] for row in rows if row["series_id"] in names}


_kept: Kept[list[Difference]] = Kept(24)


def moved(zone: str, year: int, stretch: Stretch, store: EvidenceStore | None = None) -> list[Difference]:
    """Figures of a year that differ over a stretch; kept for a while, because sorting a page asks again.

    The answer is of the past and stays as it is while nothing more is on record and no declared file is written anew.
    """
    used = store or EvidenceStore()
    return _kept.get(
        (*stamp_of(zone, used), year, stretch),
        lambda: differences(zone, year, stretch.since, stretch.until, store=used),
    )

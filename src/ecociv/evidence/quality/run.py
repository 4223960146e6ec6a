"""Running quality control: read, examine, mark, and put on record what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from django.db import transaction
from django.utils import timezone

from ecociv.core.digests import digest_of_json
from ecociv.evidence.actions.append import AppendObservations
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.evidence.falsification.finding import adjusted
from ecociv.evidence.models import Maintenance, QualityFinding, QualityRun, Series
from ecociv.evidence.quality.decided import decided_good
from ecociv.evidence.quality.declaration import NetworkRules, load_rules
from ecociv.evidence.quality.examine import Examined, Instrument, Tested, Window, examine
from ecociv.evidence.quality.grid import GOOD, Grid, grid_of, newest_of
from ecociv.evidence.quality.history import history_tests
from ecociv.evidence.quality.marks import requalified
from ecociv.evidence.quality.record import finding_of_test, findings_of, gone_row, newest_findings, same
from ecociv.evidence.quality.reported import Compared, OtherUnit, compared_years, figure_key
from ecociv.evidence.schema import series_id
from ecociv.evidence.store import EvidenceStore
from ecociv.people import audit

LOCAL = ZoneInfo("Asia/Shanghai")
REASON = "Quality control put these values in doubt by declared rules; each carries the code of its rule."


class QualityRefused(ValueError):
    """A run that cannot be: no such network, an empty period, a moment of the past that would have to be written."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to; ``run`` is none for a trial."""

    series: int
    readings: int
    marked: Mapping[str, int]
    restored: int
    findings: Mapping[str, int]
    new_findings: int
    gone: int
    run: QualityRun | None = None


@dataclass(slots=True)
class _Part:
    """One property of one network, real or sample, with what was read and found."""

    network: NetworkRules
    series: list[Series]
    table: pa.Table
    grid: Grid
    examined: list[Examined] = field(default_factory=list)
    rows: dict[int, str] = field(default_factory=dict)
    reported: list[Compared] = field(default_factory=list)


def basis_of(zone: str, networks: Sequence[str]) -> str:
    """Digest of the rules of some networks: the same as long as they say the same."""
    rules = load_rules(zone)
    chosen = [each for each in rules.networks if each.network in networks]
    return digest_of_json([each.model_dump(mode="json", by_alias=True) for each in chosen])


@dataclass(slots=True)
class RunQualityControl:
    """Apply the declared rules and tests to the readings of some networks in a period.

    Values that a rule puts in doubt get a new revision: the same value, quality "suspect", the rule as reason. A second
    run adds nothing. A value that a person took back to good, and that has not changed since, is left alone. What was
    found is kept as :class:`QualityFinding`; what an earlier run over the same networks and period found and this one
    does not is put on record as gone.

    Parameters
    ----------
    networks
        Keys of networks with rules in ``quality.yaml``; all of them when empty.
    start, end
        Instants; the run looks at whole local days in them.
    as_of
        Look at what was known then. Such a run only reports: it neither marks nor records.
    author
        A user, or the name of a command.
    mark
        Whether to write marks; without, findings alone are recorded.
    sample
        Look at sample series only, or at real ones only; at both when none.
    """

    zone: str
    networks: Sequence[str]
    start: datetime
    end: datetime
    author: Any
    as_of: datetime | None = None
    mark: bool = True
    sample: bool | None = None
    store: EvidenceStore | None = None

    def check(self) -> Outcome:
        """What would be found and marked, without writing.

        Raises
        ------
        QualityRefused
            When a network has no rules, or the period is empty or without time zone.
        """
        parts = self._examine()
        return self._outcome(parts, 0, 0, None)

    def execute(self) -> Outcome:
        """Mark and record.

        Raises
        ------
        QualityRefused
            As :meth:`check`; and with ``as_of``, for marks cannot be written into the past.
        """
        if self.as_of is not None:
            raise QualityRefused(
                "A run as of an earlier moment only reports what would have been found; use check(), or leave as_of out."
            )
        parts = self._examine()
        if self.mark:
            for sample in (False, True):
                self._write_marks([part for part in parts if part.series[0].sample is sample], sample)
        with transaction.atomic():
            run, new, gone = self._record(parts)
            outcome = self._outcome(parts, new, gone, run)
            audit.record(
                actor=self.author,
                action="evidence.quality",
                zone=self.zone,
                subject_kind="quality-run",
                subject_key=str(run.pk),
                after=run.counts,
                reason=REASON,
            )
        return outcome

    # -- reading ---------------------------------------------------------------------------------------

    def _store(self) -> EvidenceStore:
        if self.store is None:
            self.store = EvidenceStore()
        return self.store

    def _period(self) -> tuple[datetime, datetime]:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise QualityRefused("Give start and end with their time zone, for example Asia/Shanghai.")
        first, last = self.start.astimezone(LOCAL), self.end.astimezone(LOCAL)
        begin = datetime(first.year, first.month, first.day, tzinfo=LOCAL)
        if begin < first:
            begin += timedelta(days=1)
        end = datetime(last.year, last.month, last.day, tzinfo=LOCAL)
        if begin >= end:
            raise QualityRefused(
                f"From {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} there is no whole day."
            )
        return begin, end

    def _examine(self) -> list[_Part]:
        declared = load_rules(self.zone)
        start, end = self._period()
        wanted = tuple(self.networks) or declared.keys
        if unknown := [key for key in wanted if key not in declared.keys]:
            raise QualityRefused(
                f"quality.yaml of {self.zone} has no rules for {', '.join(unknown)}; it has: {', '.join(declared.keys)}."
            )
        parts = []
        for key in wanted:
            network = declared.of(key, start.date())
            if network is not None:
                parts += self._parts(network, start, end)
        return parts

    def _parts(self, network: NetworkRules, start: datetime, end: datetime) -> list[_Part]:
        found: dict[tuple[str, bool], list[Series]] = {}
        known = Series.objects.filter(network=network.network, property__key__in=list(network.properties))
        if self.sample is not None:
            known = known.filter(sample=self.sample)
        for series in known.select_related("sensor", "property", "place").order_by("key"):
            found.setdefault((series.property.key, series.sample), []).append(series)
        parts = []
        for (observed, _sample), members in sorted(found.items()):
            ids = [series.pk for series in members]
            revisions = self._store().observations(
                ids, start=start, end=end, as_of=self.as_of, all_revisions=True
            )
            if not revisions.num_rows:
                continue
            table = newest_of(revisions)
            grid = grid_of(table, ids, start, end, network.every_hours * 3600)
            part = _Part(network, members, table, grid)
            part.examined = examine(
                grid,
                network,
                network.properties[observed],
                {s.pk: _instrument(s) for s in members if s.sensor is not None},
                self._maintenance(members, grid, start, end),
            )
            part.examined = _with_history(part, revisions, observed)
            try:
                compared = compared_years(network.reported, members, grid, self._store(), self.as_of)
                part.reported = list(compared)
            except OtherUnit as error:
                raise QualityRefused(str(error)) from error
            part.rows = self._rows_to_mark(part)
            parts.append(part)
        return parts

    def _maintenance(
        self, members: Iterable[Series], grid: Grid, start: datetime, end: datetime
    ) -> dict[int, list[Window]]:
        declared = Maintenance.objects.filter(zone=self.zone, starts_at__lt=end, ends_at__gt=start)
        if self.as_of is not None:
            declared = declared.filter(recorded_at__lte=self.as_of)
        by_series: dict[int, list[Window]] = {}
        entries = list(declared)
        for series in members:
            for entry in entries:
                concerned = entry.place_id == series.place_id and entry.series_id in (None, series.pk)
                if concerned and entry.sample is series.sample:
                    late = (entry.declared_at - entry.starts_at) / timedelta(days=1)
                    window = Window(
                        grid.slots_of(entry.starts_at, entry.ends_at), entry.reason, entry.author_name, late
                    )
                    by_series.setdefault(series.pk, []).append(window)
        return by_series

    def _rows_to_mark(self, part: _Part) -> dict[int, str]:
        """Rows of the table that are good and would become suspect, with the rule."""
        rows: dict[int, str] = {}
        for at, each in enumerate(part.examined):
            for slot, rule in each.marks.items():
                if part.grid.states[at, slot] == GOOD:
                    rows[int(part.grid.rows[at, slot])] = rule
        if rows:
            for row in decided_good(self._store(), part.table, list(rows), self.as_of):
                del rows[row]
        return rows

    # -- writing ---------------------------------------------------------------------------------------

    def _write_marks(self, parts: Sequence[_Part], sample: bool) -> None:
        tables = []
        for part in parts:
            rows = sorted(part.rows)
            if rows:
                tables.append(requalified(part.table.take(rows), "suspect", [part.rows[row] for row in rows]))
        if not tables:
            return
        table = pa.concat_tables(tables)
        digest = digest_of_json(
            {
                "marks": [
                    [number, moment.isoformat(), reason]
                    for number, moment, reason in zip(
                        *(
                            table.column(name).to_pylist()
                            for name in ("series_id", "valid_from", "quality_reason")
                        ),
                        strict=True,
                    )
                ]
            }
        )
        AppendObservations(
            table,
            author=self.author,
            kind="quality",
            source=digest,
            sample=sample,
            reason=REASON,
            zone=self.zone,
            store=self._store(),
            label="Quality control",
        ).execute()

    def _record(self, parts: Sequence[_Part]) -> tuple[QualityRun, int, int]:
        start, end = self._period()
        now = timezone.now()
        networks = sorted({part.network.network for part in parts} | set(self.networks))
        run = QualityRun(
            zone=self.zone,
            networks=networks,
            starts_at=start,
            ends_at=end,
            author=account_of(self.author),
            author_name=name_of(self.author),
            recorded_at=now,
            basis=basis_of(self.zone, networks),
            counts={},
        )
        found = [
            finding
            for part in parts
            for finding in findings_of(part.series, part.grid, part.examined, run, now)
        ]
        found += [
            finding_of_test(run, now, each.series, each.outcome, each.start, each.end)
            for part in parts
            for each in part.reported
            if each.outcome.alarm
        ]
        standing = newest_findings(run.zone, networks, self._figures(parts), start, end, self.sample)
        new = [each for each in found if not same(standing.get(each.identity), each)]
        still = {each.identity for each in found}
        gone = [
            gone_row(each, run, now) for key, each in standing.items() if key not in still and not each.gone
        ]
        run.counts = {
            "series": sum(len(part.series) for part in parts),
            "readings": int(sum((part.grid.states > 0).sum() for part in parts)),
            "marked": dict(Counter(rule for part in parts for rule in part.rows.values()))
            if self.mark
            else {},
            "findings": dict(Counter(each.rule for each in found)),
            "new": len(new),
            "gone": len(gone),
        }
        run.save(force_insert=True)
        QualityFinding.objects.bulk_create([*new, *gone], batch_size=200)
        return run, len(new), len(gone)

    def _figures(self, parts: Sequence[_Part]) -> list[int]:
        """Numbers of the figures that are set against these parts."""
        keys = {figure_key(pair, part.series[0].sample) for part in parts for pair in part.network.reported}
        return sorted(series_id(key) for key in keys)

    def _outcome(self, parts: Sequence[_Part], new: int, gone: int, run: QualityRun | None) -> Outcome:
        marked = Counter(rule for part in parts for rule in part.rows.values())
        wanted = sum(
            1
            for part in parts
            for at, each in enumerate(part.examined)
            for slot in each.marks
            if part.grid.states[at, slot] == GOOD
        )
        findings: Counter[str] = Counter()
        for part in parts:
            for each in part.examined:
                findings.update(fault.rule for fault in each.faults)
                findings.update(test.outcome.test for test in each.tests if test.outcome.alarm)
            findings.update(each.outcome.test for each in part.reported if each.outcome.alarm)
        return Outcome(
            series=sum(len(part.series) for part in parts),
            readings=int(sum((part.grid.states > 0).sum() for part in parts)),
            marked=dict(marked),
            restored=wanted - sum(marked.values()),
            findings=dict(findings),
            new_findings=new,
            gone=gone,
            run=run,
        )


def _with_history(part: _Part, revisions: pa.Table, observed: str) -> list[Examined]:
    """The same, with what the revisions say."""
    found = history_tests(revisions, part.grid.ids, part.network, part.network.properties[observed])
    corrected = iter(adjusted([each for own in found.values() for each in own]))
    whole = slice(0, part.grid.values.shape[1])
    more = {number: tuple(Tested(next(corrected), whole) for _ in own) for number, own in found.items()}
    return [replace(each, tests=(*each.tests, *more.get(each.series, ()))) for each in part.examined]


def _instrument(series: Series) -> Instrument:
    sensor = series.sensor
    assert sensor is not None
    return Instrument(sensor.lowest, sensor.highest, sensor.detection_limit)

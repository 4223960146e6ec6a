"""Records to staged observations, by a mapping. Pure: no database, no store.

A record is taken whole or left out whole: a row with one cell that cannot be understood is sent back to its author
rather than taken in part. A value that is understood but not plausible is kept and marked.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from ecociv.core.missing import Missing
from ecociv.core.quantities import UnitError, convert
from ecociv.evidence.columns import Plain, read_plain
from ecociv.evidence.issues import Issue, issue
from ecociv.evidence.mapping import Mapping, ValueDeclaration
from ecociv.evidence.reading import Record
from ecociv.evidence.schema import STAGED, Quality, series_id

CHUNK = 20_000
_CENSORED = re.compile(r"^([<>])\s*(\d+(?:\.\d+)?)$")
_SPACES = " \t\r\n\u3000\u00a0"


@dataclass(slots=True)
class Parsed:
    """One chunk of a file: observations, findings, and the rows passed over as the mapping declares."""

    rows: int = 0
    observations: pa.Table = field(default_factory=STAGED.empty_table)
    issues: list[Issue] = field(default_factory=list)
    rejected_rows: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    series: set[tuple[str, str]] = field(default_factory=set)
    last_row: int = 0


def parse(
    records: Iterator[Record], columns: dict[str, int], mapping: Mapping, *, sample: bool, chunk: int = CHUNK
) -> Iterator[Parsed]:
    """Read records chunk by chunk; ``series`` of each chunk are the (place, column) pairs that occur in it."""
    reader = RecordReader(mapping, columns, sample)
    while batch := list(islice(records, chunk)):
        yield reader.read(batch)


class RecordReader:
    """Holds what is the same for all rows: positions, caches of times, series and numbers.

    ``by_columns`` says whether plain records are read column by column (:mod:`ecociv.evidence.columns`), which only is
    faster: observations and findings are the same.
    """

    def __init__(
        self, mapping: Mapping, columns: dict[str, int], sample: bool, *, by_columns: bool = True
    ) -> None:
        self.by_columns = by_columns
        self.mapping = mapping
        self.columns = columns
        self.sample = sample
        self.width = len(columns)
        self.strip = _SPACES
        self.read_at = {columns[name]: name for name in mapping.columns if name not in mapping.ignore}
        self.zone = ZoneInfo(mapping.time.zone)
        self.times: dict[tuple[str, str], tuple[datetime, datetime] | str] = {}
        self.ids: dict[tuple[str, str], int] = {}
        self.missing = {mark.strip(_SPACES): kind for mark, kind in mapping.missing.items()}

    def read(self, batch: Sequence[Record]) -> Parsed:
        done = Parsed(rows=len(batch), last_row=batch[-1].row)
        plain = read_plain(self, batch) if self.by_columns else Plain(STAGED.empty_table(), set(), [*batch])
        done.series |= plain.series
        rows: list[tuple[object, ...]] = []
        for record in plain.others:
            found: list[Issue] = []
            made = self._record(record, found, done)
            done.issues.extend(found)
            if any(item.severity.value == "rejected" for item in found):
                done.rejected_rows += 1
            else:
                rows.extend(made)
        done.observations = plain.observations
        if rows:
            one_by_one = pa.table(
                [
                    pa.array(column, type=kind.type)
                    for column, kind in zip(zip(*rows, strict=True), STAGED, strict=True)
                ],
                schema=STAGED,
            )
            together = pa.concat_tables([plain.observations, one_by_one])
            order = np.argsort(together.column("source_row").to_numpy(), kind="stable")
            done.observations = together.take(pa.array(order))
        return done

    def _record(self, record: Record, found: list[Issue], done: Parsed) -> list[tuple[object, ...]]:
        mapping, cells = self.mapping, record.cells
        if len(cells) != self.width:
            text = mapping.file.delimiter.join(cells)
            found.append(
                issue(
                    "row-width", row=record.row, field="", found=text, expected=self.width, count=len(cells)
                )
            )
            return []
        for position, code, found_in in record.faults:
            if (name := self.read_at.get(position)) is not None:
                shown = cells[position] or found_in
                found.append(issue(code, row=record.row, field=name, found=shown, cell=found_in))
        if found:
            return []
        place = mapping.place.constant
        if mapping.place.column is not None:
            name = self._cell(cells, mapping.place.column)
            if name in mapping.place.skip:
                done.skipped[name] += 1
                return []
            place = mapping.place.names.get(name)
            if place is None:
                found.append(issue("place-unknown", row=record.row, field=mapping.place.column, found=name))
        for column, allowed in mapping.expect.items():
            if (value := self._cell(cells, column)) not in allowed:
                found.append(
                    issue(
                        "unexpected-value",
                        row=record.row,
                        field=column,
                        found=value,
                        allowed="、".join(allowed),
                    )
                )
        period = self._period(record, found)
        supplier = mapping.supplier.constant
        if mapping.supplier.column is not None:
            supplier = self._cell(cells, mapping.supplier.column)
            if not supplier:
                found.append(
                    issue("supplier-missing", row=record.row, field=mapping.supplier.column, found="")
                )
        note = self._cell(cells, mapping.note_column) if mapping.note_column else ""
        made: list[tuple[object, ...]] = []
        for column, text, factor_from in self.value_cells(record, found):
            declared = mapping.values[column]
            content = self.content(record.row, column, text, declared, factor_from, found)
            if content is None or place is None or period is None:
                continue
            done.series.add((place, column))
            made.append((self.id_of(place, column), *period, *content, supplier, note or None, record.row))
        return made

    def _cell(self, cells: Sequence[str], column: str) -> str:
        return cells[self.columns[column]].strip(_SPACES)

    def id_of(self, place: str, column: str) -> int:
        known = self.ids.get((place, column))
        if known is None:
            known = series_id(self.mapping.series_key(place, column, sample=self.sample))
            self.ids[place, column] = known
        return known

    def value_cells(self, record: Record, found: list[Issue]) -> Iterator[tuple[str, str, str | None]]:
        """(declared column or series key, text, unit in the file where it differs) of each value in the record."""
        mapping, cells = self.mapping, record.cells
        if mapping.layout == "wide":
            for column in mapping.values:
                yield column, self._cell(cells, column), None
            return
        assert mapping.series_column is not None
        assert mapping.value_column is not None
        key = self._cell(cells, mapping.series_column)
        if key not in mapping.values:
            found.append(issue("series-unknown", row=record.row, field=mapping.series_column, found=key))
            return
        unit = None
        if mapping.unit_column is not None:
            written = self._cell(cells, mapping.unit_column)
            unit = mapping.units.get(written, written)
            try:
                convert(Decimal(1), unit, mapping.values[key].unit)
            except UnitError:
                found.append(
                    issue(
                        "unit-not-convertible",
                        row=record.row,
                        field=mapping.unit_column,
                        found=written,
                        unit=mapping.values[key].unit,
                    )
                )
                return
        yield key, self._cell(cells, mapping.value_column), None if unit == mapping.values[key].unit else unit

    def content(
        self,
        row: int,
        column: str,
        text: str,
        declared: ValueDeclaration,
        unit: str | None,
        found: list[Issue],
    ) -> tuple[object, ...] | None:
        """(value, missing, censored, limit, quality, reason), or none with an issue added."""
        where = column if self.mapping.layout == "wide" else f"{self.mapping.value_column} ({column})"
        kind: Missing | None = self.missing.get(text)
        if kind is not None:
            return None, kind.value, None, None, Quality.GOOD.value, None
        if censored := _CENSORED.match(text):
            if not declared.censored:
                found.append(issue("censored-not-declared", row=row, field=where, found=text))
                return None
            limit = _in_unit(censored[2], unit, declared.unit)
            return None, None, censored[1], limit, Quality.GOOD.value, None
        if not text.isascii() or "_" in text or not _is_number(text):
            found.append(issue("not-a-number", row=row, field=where, found=text))
            return None
        value = _in_unit(text, unit, declared.unit)
        reason = declared.doubt(value)
        if reason == "outside-plausible-range":
            assert declared.plausible is not None
            low, high = declared.plausible
            found.append(issue(reason, row=row, field=where, found=text, low=f"{low:g}", high=f"{high:g}"))
        elif reason is not None:
            found.append(issue(reason, row=row, field=where, found=text))
        quality = Quality.SUSPECT if reason else Quality.GOOD
        return value, None, None, None, quality.value, reason

    def _period(self, record: Record, found: list[Issue]) -> tuple[datetime, datetime] | None:
        time = self.mapping.time
        date = self._cell(record.cells, time.date.column)
        hour = self._cell(record.cells, time.hour.column) if time.hour else ""
        known = self.period_of(date, hour)
        if isinstance(known, tuple):
            return known
        if known == "hour-unreadable" and time.hour is not None:
            low, high = (0, 23) if time.hour.labels == "start" else (0, 24)
            found.append(issue(known, row=record.row, field=time.hour.column, found=hour, low=low, high=high))
        else:
            found.append(
                issue(known, row=record.row, field=time.date.column, found=date, format=time.date.format)
            )
        return None

    def period_of(self, date: str, hour: str) -> tuple[datetime, datetime] | str:
        """The period that a date (and hour) names, or the code of what is wrong with it."""
        known = self.times.get((date, hour))
        if known is None:
            known = self._read_period(date, hour)
            self.times[date, hour] = known
        return known

    def _read_period(self, date: str, hour: str) -> tuple[datetime, datetime] | str:
        """Local calendar to UTC instants. The end is the next local midnight, month or year, not 24 hours on."""
        time = self.mapping.time
        try:
            day = datetime.strptime(date, time.date.format).replace(tzinfo=self.zone)
        except ValueError:
            return "time-unreadable"
        if time.hour is not None:
            highest = 23 if time.hour.labels == "start" else 24
            if not (hour.isascii() and hour.isdigit() and int(hour) <= highest):
                return "hour-unreadable"
            start = day + timedelta(hours=int(hour) - (time.hour.labels == "end"))
            return _utc(start), _utc(start + timedelta(hours=1))
        if time.period == "year":
            return _utc(day.replace(month=1, day=1)), _utc(day.replace(year=day.year + 1, month=1, day=1))
        if time.period == "month":
            first = day.replace(day=1)
            return _utc(first), _utc((first + timedelta(days=32)).replace(day=1))
        return _utc(day), _utc(day + timedelta(days=1))


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo("UTC"))


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _in_unit(text: str, unit: str | None, declared: str) -> float:
    return float(text) if unit is None else float(convert(Decimal(text), unit, declared))

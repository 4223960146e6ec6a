"""A chunk of records read column by column: each different text is understood once, by the rules of ``parsing``.

Files of measurements say the same few thousand texts over and over. What is plain (the right number of cells, a known
place, a readable time, values without any finding) is put together from what the texts mean; every other record is left
to be read by itself. Both ways use the same rules, so that the observations and the report are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from ecociv.evidence.records import Record
from ecociv.evidence.schema import STAGED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ecociv.evidence.issues import Issue
    from ecociv.evidence.parsing import RecordReader

_CONTENT = ("value", "missing", "censored", "censor_limit", "quality", "quality_reason")


@dataclass(frozen=True, slots=True)
class Plain:
    """What was put together from columns: the observations, in order, the series in them, and the other records."""

    observations: pa.Table
    series: set[tuple[str, str]]
    others: list[Record]


@dataclass(frozen=True, slots=True)
class _Texts:
    """A column: its different texts, and which of them each record has."""

    texts: list[str]
    codes: NDArray[np.int64]


def read_plain(reader: RecordReader, batch: Sequence[Record]) -> Plain:
    """Take the records of a chunk that hold nothing to report."""
    wide = [record for record in batch if len(record.cells) == reader.width and not record.faults]
    try:
        columns = {
            name: _texts([record.cells[position] for record in wide], reader.strip)
            for position, name in reader.read_at.items()
        }
    except (UnicodeEncodeError, pa.ArrowInvalid):  # texts that are no Unicode are looked at one by one
        return Plain(STAGED.empty_table(), set(), list(batch))
    if not wide:
        return Plain(STAGED.empty_table(), set(), list(batch))
    rows = _Rows(reader, wide, columns)
    taken = {record.row for record, plain in zip(wide, rows.plain, strict=True) if plain}
    others = [record for record in batch if record.row not in taken]
    return Plain(*rows.together(), others)


class _Rows:
    """Records side by side, and which of them are plain."""

    def __init__(self, reader: RecordReader, records: list[Record], columns: dict[str, _Texts]) -> None:
        self.reader, self.mapping, self.columns, self.records = reader, reader.mapping, columns, records
        self.plain = np.ones(len(records), bool)
        mapping = self.mapping
        if mapping.place.column is not None:
            places = mapping.place
            self._keep(places.column, lambda text: text not in places.skip and text in places.names)
        for column, allowed in mapping.expect.items():
            self._keep(column, lambda text, allowed=allowed: text in allowed)  # type: ignore[misc]
        if mapping.supplier.column is not None:
            self._keep(mapping.supplier.column, bool)
        self.periods, self.period_of = self._periods()
        # Of each value column (one, where the file is long): the meanings of its texts, and which one a record has.
        self.values = [self._wide(column) for column in mapping.values] if self._is_wide else [self._long()]

    @property
    def _is_wide(self) -> bool:
        return self.mapping.layout == "wide"

    def _keep(self, column: str | None, good: Callable[[str], bool]) -> None:
        assert column is not None
        found = self.columns[column]
        self.plain &= np.array([good(text) for text in found.texts], bool)[found.codes]

    def _periods(self) -> tuple[list[Any], NDArray[np.int64]]:
        time = self.mapping.time
        named = [time.date.column, *([time.hour.column] if time.hour else [])]
        first, which = self._combined(named)
        meant = []
        for place in first:
            texts = [self._text(name, place) for name in named]
            meant.append(self.reader.period_of(texts[0], texts[1] if len(texts) > 1 else ""))
        readable = np.array([isinstance(period, tuple) for period in meant], bool)
        self.plain &= readable[which]
        return [period if isinstance(period, tuple) else (None, None) for period in meant], which

    def _wide(self, column: str) -> tuple[list[str], list[Any], NDArray[np.int64]]:
        found = self.columns[column]
        return self._meant([(column, text, None) for text in found.texts], found.codes)

    def _long(self) -> tuple[list[str], list[Any], NDArray[np.int64]]:
        mapping = self.mapping
        named = [mapping.series_column, mapping.value_column, mapping.unit_column]
        first, which = self._combined([name for name in named if name is not None])
        cells: list[tuple[str, str, str | None] | None] = []
        for place in first:
            findings: list[Issue] = []
            given = list(self.reader.value_cells(self.records[place], findings))
            cells.append(given[0] if given and not findings else None)
        return self._meant(cells, which)

    def _meant(
        self, cells: Sequence[tuple[str, str, str | None] | None], which: NDArray[np.int64]
    ) -> tuple[list[str], list[Any], NDArray[np.int64]]:
        names, contents, plain = [], [], []
        for cell in cells:
            findings: list[Issue] = []
            content = None
            if cell is not None:
                column, text, unit = cell
                content = self.reader.content(0, column, text, self.mapping.values[column], unit, findings)
            plain.append(content is not None and not findings)
            names.append("" if cell is None else cell[0])
            contents.append(content or (None,) * len(_CONTENT))
        self.plain &= np.array(plain, bool)[which]
        return names, contents, which

    def _combined(self, named: list[str]) -> tuple[list[int], NDArray[np.int64]]:
        """Of the different combinations of some columns: a record that has it, and which one each record has."""
        combined = np.zeros(len(self.records), np.int64)
        for name in named:
            found = self.columns[name]
            _, combined = np.unique(combined * len(found.texts) + found.codes, return_inverse=True)
        _, first, which = np.unique(combined, return_index=True, return_inverse=True)
        return first.tolist(), which

    def _text(self, column: str, place: int) -> str:
        found = self.columns[column]
        return found.texts[int(found.codes[place])]

    def together(self) -> tuple[pa.Table, set[tuple[str, str]]]:
        """The observations of the plain records, record by record and column by column, and their series."""
        chosen = np.flatnonzero(self.plain)
        count, wide = len(chosen), len(self.values)
        if not count:
            return STAGED.empty_table(), set()
        # The columns stand one below the other; this is the order that puts the records one below the other.
        order = np.arange(count * wide).reshape(wide, count).T.ravel()
        record_of = pa.array(np.tile(chosen, wide)[order])
        meanings = [content for _, contents, _ in self.values for content in contents]
        offsets = np.cumsum([0, *(len(contents) for _, contents, _ in self.values)])
        codes = np.concatenate(
            [which[chosen] + offset for (_, _, which), offset in zip(self.values, offsets, strict=False)]
        )[order]
        made = {
            name: _typed(name, [content[number] for content in meanings]).take(pa.array(codes))
            for number, name in enumerate(_CONTENT)
        }
        periods = pa.array(self.period_of).take(record_of)
        for number, name in enumerate(("valid_from", "valid_to")):
            made[name] = _typed(name, [period[number] for period in self.periods]).take(periods)
        names = np.array([self._columns.index(name) if name else 0 for n, _, _ in self.values for name in n])
        made["series_id"], series = self._series(names[codes], record_of.to_numpy())
        made["source_row"] = _typed("source_row", [record.row for record in self.records]).take(record_of)
        supplier = self.mapping.supplier
        made["supplier"] = (
            pa.repeat(pa.scalar(supplier.constant), count * wide)
            if supplier.column is None
            else self._words("supplier", supplier.column, record_of)
        )
        made["note"] = (
            pa.nulls(count * wide, pa.string())
            if self.mapping.note_column is None
            else self._words("note", self.mapping.note_column, record_of)
        )
        return pa.table([made[name] for name in STAGED.names], schema=STAGED), series

    @property
    def _columns(self) -> list[str]:
        return list(self.mapping.values)

    def _words(self, name: str, column: str, record_of: pa.Array) -> pa.Array:
        found = self.columns[column]
        return _typed(name, [text or None for text in found.texts]).take(
            pa.array(found.codes).take(record_of)
        )

    def _series(
        self, column_of: NDArray[np.int64], record_of: NDArray[np.int64]
    ) -> tuple[pa.Array, set[tuple[str, str]]]:
        place = self.mapping.place
        if place.column is None:
            assert place.constant is not None
            places, place_of = [place.constant], np.zeros(len(record_of), np.int64)
        else:
            found = self.columns[place.column]
            places = [place.names.get(text, "") for text in found.texts]
            place_of = found.codes[record_of]
        pairs, which = np.unique(place_of * len(self._columns) + column_of, return_inverse=True)
        named = [
            (places[pair // len(self._columns)], self._columns[pair % len(self._columns)]) for pair in pairs
        ]
        numbers = [self.reader.id_of(*pair) for pair in named]
        return _typed("series_id", numbers).take(pa.array(which)), set(named)


def _texts(cells: list[str], strip: str) -> _Texts:
    found = pa.array(cells, pa.string()).dictionary_encode()
    return _Texts(
        [text.strip(strip) for text in found.dictionary.to_pylist()],
        found.indices.to_numpy().astype(np.int64),
    )


def _typed(name: str, values: list[Any]) -> pa.Array:
    return pa.array(values, STAGED.field(name).type)

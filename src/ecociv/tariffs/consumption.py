"""The use of many households: read from a file of real consumption, or generated and then marked. Pure: no Django."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecociv.core.digests import digest_of_bytes
from ecociv.core.text import Text
from ecociv.tariffs.bills import LARGEST_HOUSEHOLD, Codes, Litres
from ecociv.tariffs.columns import clean_columns
from ecociv.tariffs.declaration import Distribution

MOST_HOUSEHOLDS = 5_000_000
MOST_BYTES = 400_000_000
MOST_WEIGHT = 10**8
"""Households that all rows together may stand for: sums stay within 64 bits."""
MOST_FAULTS = 50
LARGEST_ANNUAL = Decimal(100_000)
"""m3 a year; a household with more is not one."""
MONTH_COLUMNS = tuple(f"m{month:02d}" for month in range(1, 13))


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong in a row of a file: its line, the column, and the sentence."""

    line: int
    column: str
    text: Text


class ConsumptionRefused(ValueError):
    """A file of consumption that cannot be used; ``faults`` has one entry for each row that is wrong."""

    def __init__(self, text: Text, faults: Iterable[RowFault] = ()) -> None:
        super().__init__(text.en)
        self.text = text
        self.faults = tuple(faults)


@dataclass(frozen=True, eq=False)
class Consumption:
    """A year's use of many households.

    Attributes
    ----------
    annual : array of int64
        Litres a year.
    months : array of int64 or None
        Litres by month, twelve rows, where they are known; else the year is divided by ``season``.
    persons : array of int16
    exemption : array of int8
        Place in ``exemptions`` from 1 on, 0 for none.
    weights : array of int64
        Households that each entry stands for.
    generated : bool
        Whether it was made and not measured.
    digest : str
        SHA-256 of the file, or of what it was generated from.
    """

    annual: Litres
    persons: NDArray[np.int16]
    exemption: Codes
    weights: Litres
    exemptions: tuple[str, ...]
    season: tuple[int, ...]
    generated: bool
    digest: str
    months: Litres | None = field(default=None)

    @property
    def households(self) -> int:
        """How many households there are, weights counted."""
        return int(self.weights.sum())

    def period(self, first: int, count: int) -> Litres:
        """Litres of ``count`` months from the month ``first`` (0 for January) on.

        The parts of a year add up to it: borders between months are cut from the cumulated share of the season.
        """
        if count == 12:
            return self.annual
        if self.months is not None:
            whole: Litres = self.months[first : first + count].sum(axis=0)
            return whole
        cumulated = np.concatenate([[0], np.cumsum(self.season)])
        start, end, whole_year = int(cumulated[first]), int(cumulated[first + count]), int(cumulated[-1])
        cut: Litres = self.annual * end // whole_year - self.annual * start // whole_year
        return cut

    def scaled(self, factor: NDArray[np.float64]) -> Consumption:
        """The same households with another use, in whole litres."""
        annual = np.rint(self.annual * factor).astype(np.int64)
        months = None if self.months is None else np.rint(self.months * factor).astype(np.int64)
        if months is not None:
            annual = months.sum(axis=0)
        return Consumption(
            annual,
            self.persons,
            self.exemption,
            self.weights,
            self.exemptions,
            self.season,
            self.generated,
            self.digest,
            months,
        )


def generate(declared: Distribution, households: int, seed: int | None = None) -> Consumption:
    """Households of a declared distribution; the same seed gives the same households.

    Examples
    --------
    >>> from ecociv.tariffs.declaration import require_tariffs
    >>> declared = require_tariffs("jingdezhen").distributions["water"]
    >>> one, other = generate(declared, 1000), generate(declared, 1000)
    >>> one.generated, bool((one.annual == other.annual).all())
    (True, True)
    """
    if not 1 <= households <= MOST_HOUSEHOLDS:
        raise ConsumptionRefused(
            Text(
                zh=f"户数应在1到{MOST_HOUSEHOLDS:,}之间，给出的是{households:,}。",
                en=f"Give 1 to {MOST_HOUSEHOLDS:,} households, not {households:,}.",
            )
        )
    chosen = declared.seed if seed is None else seed
    random = np.random.Generator(np.random.PCG64(chosen))
    sizes = np.array(sorted(declared.sizes), dtype=np.int16)
    shares = np.array([float(declared.sizes[int(size)]) for size in sizes])
    persons = random.choice(sizes, size=households, p=shares / shares.sum())
    sigma = float(declared.sigma)
    means = float(declared.mean_first) + float(declared.mean_further) * (persons - 1)
    # The mean of exp(N(m, s)) is exp(m + s^2/2): the half variance is taken off so that the declared means hold.
    monthly = means * np.exp(random.standard_normal(households) * sigma - sigma**2 / 2)
    annual = np.rint(np.minimum(monthly * 12, float(LARGEST_ANNUAL)) * 1000).astype(np.int64)
    annual[random.random(households) < float(declared.vacant)] = 0
    keys = tuple(declared.exempt)
    drawn, exemption, reached = random.random(households), np.zeros(households, dtype=np.int8), 0.0
    for place, key in enumerate(keys, 1):
        upper = reached + float(declared.exempt[key])
        exemption[(drawn >= reached) & (drawn < upper)] = place
        reached = upper
    about = f"{declared.model_dump_json()} {households} {chosen}".encode()
    return Consumption(
        annual,
        persons.astype(np.int16),
        exemption,
        np.ones(households, dtype=np.int64),
        keys,
        declared.season,
        True,
        digest_of_bytes(about),
    )


def read_consumption(data: bytes, season: Sequence[int], exemptions: Sequence[str]) -> Consumption:
    """Read a CSV file of real consumption.

    Columns: ``persons``; ``use_m3`` (m3 a year) or ``m01`` to ``m12`` (m3 by month); optional ``exemption`` (a key) and
    ``households`` (how many the row stands for). Other columns, such as an account number, are left alone and not kept.

    Raises
    ------
    ConsumptionRefused
        With every row that is wrong (the first fifty in full); nothing is used then.
    """
    if len(data) > MOST_BYTES:
        raise ConsumptionRefused(
            Text(
                zh=f"文件超过{MOST_BYTES // 10**6} MB，请先按用量汇总（households 列写户数）。",
                en=f"The file is larger than {MOST_BYTES // 10**6} MB: sum households of equal use up in the "
                "column `households`.",
            )
        )
    text = _decoded(data)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        head = [name.strip().lower() for name in next(reader, [])]
        monthly = _columns(head)
        quick = _quick(text, head, monthly, tuple(season), tuple(exemptions), data)
        if quick is not None:
            return quick
        reading = _Reading(head, monthly, tuple(exemptions))
        for row in reader:
            if any(cell.strip() for cell in row):
                reading.row(reader.line_num, row)
    except csv.Error as error:
        raise ConsumptionRefused(
            Text(zh=f"第{reader.line_num}行不是CSV：{error}", en=f"Line {reader.line_num} is no CSV: {error}")
        ) from error
    return reading.finish(tuple(season), digest_of_bytes(data))


def _quick(
    text: str,
    head: list[str],
    monthly: bool,
    season: tuple[int, ...],
    exemptions: tuple[str, ...],
    data: bytes,
) -> Consumption | None:
    """A clean file, by whole columns; none where any cell has to be looked at by itself."""
    if '"' in text:
        return None
    volumes = MONTH_COLUMNS if monthly else ("use_m3",)
    found = clean_columns(text.encode(), head, volumes, exemptions)
    if found is None or not 0 < found.persons.size <= MOST_HOUSEHOLDS:
        return None
    most = int(LARGEST_ANNUAL * 1000 / (12 if monthly else 1))
    bounds = (
        (found.litres, 0, most),
        (found.persons, 1, LARGEST_HOUSEHOLD),
        (found.households, 1, 10**7),
    )
    if any(int(column.min()) < least or int(column.max()) > top for column, least, top in bounds):
        return None
    if int(found.households.sum()) > MOST_WEIGHT:
        return None
    return Consumption(
        annual=found.litres.sum(axis=0),
        persons=found.persons.astype(np.int16),
        exemption=found.exemption,
        weights=found.households,
        exemptions=exemptions,
        season=season,
        generated=False,
        digest=digest_of_bytes(data),
        months=found.litres if monthly else None,
    )


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ConsumptionRefused(
        Text(zh="文件既不是UTF-8也不是GB18030文本。", en="The file is neither UTF-8 nor GB18030 text.")
    )


def _columns(head: list[str]) -> bool:
    """Whether the file gives months."""
    monthly = all(name in head for name in MONTH_COLUMNS)
    missing = [] if "persons" in head else ["persons"]
    if not monthly and "use_m3" not in head:
        missing.append("use_m3 / m01…m12")
    twice = sorted({name for name in head if name and head.count(name) > 1})
    if missing:
        names = "、".join(missing)
        raise ConsumptionRefused(
            Text(
                zh=f"表头缺少{names}；第一行应为列名，例如 persons,use_m3,exemption。",
                en=f"The heading lacks {', '.join(missing)}; the first line names the columns, such as "
                "persons,use_m3,exemption.",
            )
        )
    if twice:
        raise ConsumptionRefused(
            Text(zh=f"列名重复：{'、'.join(twice)}", en=f"Columns given twice: {', '.join(twice)}")
        )
    return monthly


class _Reading:
    """Collects the rows of a file and what is wrong with them."""

    def __init__(self, head: list[str], monthly: bool, exemptions: tuple[str, ...]) -> None:
        self.at = {name: place for place, name in enumerate(head)}
        self.monthly = monthly
        self.exemptions = exemptions
        self.use: list[Any] = []
        self.persons: list[int] = []
        self.codes: list[int] = []
        self.weights: list[int] = []
        self.faults: list[RowFault] = []
        self.faulty = 0
        self.line = 0

    def row(self, line: int, row: list[str]) -> None:
        """Take one row, or note what is wrong with it."""
        self.line, before = line, len(self.faults)
        columns = MONTH_COLUMNS if self.monthly else ("use_m3",)
        most = LARGEST_ANNUAL / 12 if self.monthly else LARGEST_ANNUAL
        volumes = [self._volume(row, name, most) for name in columns]
        persons = self._whole(row, "persons", 1, LARGEST_HOUSEHOLD)
        weight = self._whole(row, "households", 1, 10**7) if "households" in self.at else 1
        code = self._exemption(row)
        if len(self.faults) > before:
            self.faulty += 1
            if len(self.faults) > MOST_FAULTS:
                del self.faults[MOST_FAULTS:]
            return
        self.use.append(volumes if self.monthly else volumes[0])
        self.persons.append(persons)
        self.codes.append(code)
        self.weights.append(weight)
        if len(self.use) > MOST_HOUSEHOLDS:
            raise ConsumptionRefused(
                Text(zh=f"超过{MOST_HOUSEHOLDS:,}行。", en=f"There are more than {MOST_HOUSEHOLDS:,} rows.")
            )

    def finish(self, season: tuple[int, ...], digest: str) -> Consumption:
        """Everything, or nothing."""
        if self.faults:
            raise ConsumptionRefused(
                Text(
                    zh=f"{self.faulty}行有误，未采用任何数据；请按下列各行改正。",
                    en=f"{self.faulty} rows are wrong and nothing was used; mend the rows below.",
                ),
                self.faults,
            )
        if not self.use:
            raise ConsumptionRefused(Text(zh="文件没有数据行。", en="The file has no rows of data."))
        if sum(self.weights) > MOST_WEIGHT:
            raise ConsumptionRefused(
                Text(
                    zh=f"各行户数合计超过{MOST_WEIGHT:,}户，请核对 households 列。",
                    en=f"The rows stand for more than {MOST_WEIGHT:,} households: check the column `households`.",
                )
            )
        use = np.array(self.use, dtype=np.int64)
        months = np.ascontiguousarray(use.T) if self.monthly else None
        return Consumption(
            annual=use.sum(axis=1) if self.monthly else use,
            persons=np.array(self.persons, dtype=np.int16),
            exemption=np.array(self.codes, dtype=np.int8),
            weights=np.array(self.weights, dtype=np.int64),
            exemptions=self.exemptions,
            season=season,
            generated=False,
            digest=digest,
            months=months,
        )

    def _cell(self, row: list[str], name: str) -> str:
        place = self.at[name]
        return row[place].strip() if place < len(row) else ""

    def _fault(self, column: str, zh: str, en: str) -> int:
        self.faults.append(RowFault(self.line, column, Text(zh=zh, en=en)))
        return 0

    def _volume(self, row: list[str], name: str, most: Decimal) -> int:
        written = self._cell(row, name)
        try:
            number = Decimal(written)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            return self._fault(
                name,
                f"“{written}”不是数字；没有读数的户请删去该行，不要写0",
                f"{written!r} is no number; leave households without a reading out, do not write 0",
            )
        if not 0 <= number <= most:
            return self._fault(
                name,
                f"{written}m³不在0到{most:.0f}之间",
                f"{written} m3 does not lie between 0 and {most:.0f}",
            )
        return int((number * 1000).to_integral_value(rounding="ROUND_HALF_EVEN"))

    def _whole(self, row: list[str], name: str, least: int, most: int) -> int:
        written = self._cell(row, name)
        if not (written.isascii() and written.isdigit()) or not least <= int(written[:12]) <= most:
            return self._fault(
                name,
                f"“{written}”不是{least}到{most}之间的整数",
                f"{written!r} is no whole number from {least} to {most}",
            )
        return int(written)

    def _exemption(self, row: list[str]) -> int:
        written = self._cell(row, "exemption") if "exemption" in self.at else ""
        if not written:
            return 0
        if written not in self.exemptions:
            known = "、".join(self.exemptions) or "—"
            return self._fault(
                "exemption",
                f"没有减免类别“{written}”：{known}",
                f"there is no exemption {written!r}: {known}",
            )
        return self.exemptions.index(written) + 1

"""The files of the sample: readings of the sections, and a statement of the bank. Pure: no Django."""

from __future__ import annotations

import csv
import datetime as dt
import math
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from ecociv.compensation.sample.declared import CompensationSample
from ecociv.ledger.money import fen, yuan

_SPREAD_FLOW, _SPREAD_TN = 0.18, 0.08
_NOTE = "生成的示例数据 generated sample"


def flows(given: CompensationSample, section: str) -> dict[str, tuple[str, str]]:
    """Flow and total nitrogen of a section by month, as a laboratory writes them; "" for a missing flow."""
    level = given.sections[section]
    random = np.random.default_rng([given.seed, zlib.crc32(section.encode())])
    rest = (12 - sum(given.wet_months.values())) / (12 - len(given.wet_months))
    found = {}
    for year in range(given.years.first, given.years.last + 1):
        for month in range(1, 13):
            share = given.wet_months.get(month, rest)
            flow = level.flow * share * math.exp(random.normal(0, _SPREAD_FLOW))
            nitrogen = level.total_nitrogen * math.exp(random.normal(0, _SPREAD_TN))
            key = f"{year}-{month:02d}"
            gone = (section, key) in given.missing_flow
            found[key] = ("" if gone else f"{flow:.1f}", f"{nitrogen:.2f}")
    return found


def write_readings(given: CompensationSample, names: Mapping[str, str], path: Path) -> None:
    """Write the readings of every section; ``names`` are those of the mapping by place."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["section", "month", "flow", "total_nitrogen", "note"])
        for section in given.sections:
            for month, (flow, nitrogen) in flows(given, section).items():
                writer.writerow([names[section], month, flow, nitrogen, _NOTE])


def write_bank_statement(
    given: CompensationSample, lines: Iterable[tuple[dt.date, int, str]], path: Path
) -> None:
    """Write what the bank says of lines of the book (day, fen, document): a day later, without the last, with a fee."""
    seen = list(lines)[: -given.bank.unseen or None]
    rows = [(day + dt.timedelta(days=1), amount, document) for day, amount, document in seen]
    rows.append((given.bank.last, -fen(given.bank.fee), "账户管理费 fee"))
    held = 0
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["交易日期", "流水号", "摘要", "对方户名", "借方发生额", "贷方发生额", "余额"])
        for number, (day, amount, text) in enumerate(sorted(rows), 1):
            held += amount
            left, entered = (yuan(-amount), "") if amount < 0 else ("", yuan(amount))
            writer.writerow([day.isoformat(), f"S{number:05d}", text, "", left, entered, yuan(held)])

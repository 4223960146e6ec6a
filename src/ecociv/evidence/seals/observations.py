"""Proving the chain over batches of observations against what the table holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from ecociv.core.text import Text
from ecociv.evidence.models import EvidenceSeal
from ecociv.evidence.seals import chain
from ecociv.evidence.seals.breaks import Break
from ecociv.evidence.seals.content import content_of_month
from ecociv.evidence.seals.digest import digest_of_months
from ecociv.evidence.store import EvidenceStore

CHAIN = "observations"
_RESTORE = Text(
    zh="请保留现场，用备份核对后恢复该批次",
    en="Keep everything as it is, compare with a backup, and restore the batch from there",
)


def verify_observations(store: EvidenceStore | None = None) -> Break | None:
    """Recompute every digest from the table and every hash from the seals; the first break, or none.

    First means: of the lowest number of a seal. Rows that no seal covers come after all seals. A batch that was cut off
    between its commit and its seal is sealed first, if the table holds exactly what was announced.

    Memory holds one month of digests and the expected digests of all batches; rows pass through.
    """
    store = store or EvidenceStore()
    with store.writing():
        chain.repair(store)
        last = EvidenceSeal.objects.order_by("-order").values_list("order", flat=True).first() or 0
        frozen = store.frozen()
    expected: dict[str, dict[str, tuple[int, int, str]]] = {}
    broken = _walk(last, expected)
    found = _content(frozen, expected)
    in_order = [item for item in (broken, *found) if item is not None and item.order is not None]
    if in_order:
        return min(in_order, key=lambda item: item.order or 0)
    return next(iter(found), None)


def _walk(last: int, expected: dict[str, dict[str, tuple[int, int, str]]]) -> Break | None:
    """Prove the links; collects order, rows and digest of each batch's months on the way."""
    number, previous, broken = 0, "", None
    seals = EvidenceSeal.objects.filter(order__lte=last).select_related("run").order_by("order")
    for seal in seals.iterator(chunk_size=2000):
        number += 1
        for month, (rows, digest) in seal.months.items():
            expected.setdefault(month, {})[str(seal.run_id)] = (seal.order, rows, digest)
        broken = broken or _fault_of_link(seal, number, previous)
        number, previous = seal.order, seal.hash
    return broken


def _fault_of_link(seal: EvidenceSeal, number: int, previous: str) -> Break | None:
    batch = str(seal.run_id)
    if seal.order != number:
        gap = f"{number}" if seal.order == number + 1 else f"{number}-{seal.order - 1}"
        return Break(
            CHAIN,
            "order-broken",
            number,
            "",
            Text(
                zh=f"封条第 {gap} 号不见了：其后是第 {seal.order} 号。{_RESTORE.zh}。",
                en=f"Seal {gap} is gone: number {seal.order} comes next. {_RESTORE.en}.",
            ),
        )
    if chain.hash_of(seal) != seal.hash:
        return _break(seal.order, batch, "seal-altered", "封条内容被改动", "the seal itself was altered")
    if seal.previous != previous:
        return _break(
            seal.order,
            batch,
            "order-broken",
            "与前一封条接不上",
            "the seal does not follow the one before it",
        )
    rows, content = sum(part[0] for part in seal.months.values()), _content_of(seal)
    if (rows, content) != (seal.rows, seal.content):
        return _break(seal.order, batch, "seal-altered", "封条内容被改动", "the seal itself was altered")
    if chain.statement_digest(seal.run) != seal.statement:
        return _break(
            seal.order,
            batch,
            "statement-altered",
            "批次的提交人、理由或来源被改动",
            "author, reason or origin of the batch were altered",
        )
    return None


def _content_of(seal: EvidenceSeal) -> str:
    return digest_of_months({month: (part[0], part[1]) for month, part in seal.months.items()})


def _content(store: EvidenceStore, expected: dict[str, dict[str, tuple[int, int, str]]]) -> list[Break]:
    """All breaks between seals and rows, the unsealed batches last."""
    found: list[Break] = []
    unsealed: list[Break] = []
    for month in sorted(set(expected) | set(store.months())):
        sealed = expected.get(month, {})
        try:
            there = content_of_month(store, month)
        except (duckdb.Error, OSError) as error:
            found.append(_unreadable(store, month, sealed, error))
            continue
        found.extend(_differences(month, sealed, there))
        unsealed.extend(
            _break(
                None,
                batch,
                "batch-unsealed",
                f"{month} 有 {rows} 行没有封条",
                f"{rows} rows in {month} are under no seal",
            )
            for batch, (rows, _) in sorted(there.items())
            if batch not in sealed
        )
    gone = _batches_gone(expected, found)
    return [*sorted(gone, key=lambda item: item.order or 0), *unsealed]


def _differences(
    month: str, sealed: dict[str, tuple[int, int, str]], there: dict[str, tuple[int, str]]
) -> Iterator[Break]:
    for batch, (order, rows, digest) in sealed.items():
        now, content = there.get(batch, (0, ""))
        if now < rows:
            yield _break(
                order,
                batch,
                "row-removed",
                f"{month} 应有 {rows} 行，现有 {now} 行",
                f"{month} held {rows} rows and holds {now}: rows were removed",
            )
        elif now > rows:
            yield _break(
                order,
                batch,
                "row-added",
                f"{month} 应有 {rows} 行，现有 {now} 行",
                f"{month} held {rows} rows and holds {now}: rows were added",
            )
        elif content != digest:
            yield _break(
                order,
                batch,
                "row-changed",
                f"{month} 的 {rows} 行中有内容被改动",
                f"among the {rows} rows of {month} something was changed",
            )


def _batches_gone(expected: dict[str, dict[str, tuple[int, int, str]]], found: list[Break]) -> list[Break]:
    """Where every month of a batch lost all its rows, say that the batch is missing."""
    months: dict[str, int] = {}
    for sealed in expected.values():
        for batch in sealed:
            months[batch] = months.get(batch, 0) + 1
    lost: dict[str, int] = {}
    for item in found:
        if item.code == "row-removed" and " holds 0:" in item.text.en:
            lost[item.batch] = lost.get(item.batch, 0) + 1
    return [
        _break(
            item.order,
            item.batch,
            "batch-missing",
            "整个批次不在表中",
            "the whole batch is gone from the table",
        )
        if lost.get(item.batch) == months.get(item.batch)
        else item
        for item in found
    ]


def _unreadable(
    store: EvidenceStore, month: str, sealed: dict[str, tuple[int, int, str]], error: Exception
) -> Break:
    order = min((order for order, _, _ in sealed.values()), default=None)
    batch = next((batch for batch, (number, _, _) in sealed.items() if number == order), "")
    absent = [Path(path).name for path in store.files(months=(month, month)) if not Path(path).exists()]
    if store.local and absent:
        return _break(
            order,
            batch,
            "file-missing",
            f"{month} 的文件 {absent[0]} 不见了(共缺 {len(absent)} 个)",
            f"the file {absent[0]} of {month} is gone ({len(absent)} in all)",
        )
    reason = str(error).split("\n")[0][:200]
    return _break(
        order,
        batch,
        "file-unreadable",
        f"{month} 的文件读不出：{reason}",
        f"a file of {month} cannot be read: {reason}",
    )


def _break(order: int | None, batch: str, code: str, zh: str, en: str) -> Break:
    number_zh = f"第 {order} 号批次" if order is not None else "批次"
    number_en = f"Batch {order}" if order is not None else "Batch"
    return Break(
        CHAIN,
        code,
        order,
        batch,
        Text(
            zh=f"{number_zh}({batch}):{zh}。{_RESTORE.zh}。",
            en=f"{number_en} ({batch}): {en}. {_RESTORE.en}.",
        ),
    )

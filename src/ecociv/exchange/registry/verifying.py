"""Looking at every invariant of the registry; the first break is named with its place. Pure: no Django."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ecociv.core.text import Text
from ecociv.exchange.registry import permitted
from ecociv.exchange.registry.holdings import Ledger
from ecociv.exchange.registry.movements import LIVE, Kind, Series, State

if TYPE_CHECKING:
    from ecociv.exchange.registry.registry import Registry


class Break(NamedTuple):
    """An invariant that does not hold: a code for programs, where, and a sentence."""

    code: str
    place: str
    text: Text


def breaks(registry: Registry) -> Iterator[Break]:
    """Every break, series by series and then money, debts and what was carried from one series to another."""
    for series in sorted(registry.ledgers):
        ledger = registry.ledgers[series]
        yield from _serials(series, ledger)
        yield from _sums(series, ledger)
        yield from _owners(registry, series, ledger)
    yield from _money(registry)
    yield from _debts(registry)
    yield from _carried(registry)


def _serials(series: Series, ledger: Ledger) -> Iterator[Break]:
    """The blocks of all holdings lie end to end from 1 to the last serial number: each number has one holder."""
    blocks: list[tuple[int, int, str]] = []
    for (account, state, claim), pool in ledger.pools.items():
        place = f"{series} {account} {state.value}{' ' + claim if claim else ''}"
        if not pool.starts:
            yield Break(
                "empty-holding",
                place,
                Text(zh=f"{place}：空的持有记录。", en=f"{place}: a holding of nothing."),
            )
        before = None
        for first, last in pool.pairs():
            if last < first:
                yield Break(
                    "block-reversed",
                    place,
                    Text(
                        zh=f"{place}：编号段 {first}-{last} 首尾颠倒。",
                        en=f"{place}: block {first}-{last} ends before it starts.",
                    ),
                )
            if before is not None and first <= before + 1:
                yield Break(
                    "block-order",
                    place,
                    Text(
                        zh=f"{place}：编号段 {first}-{last} 与前一段相接或重叠。",
                        en=f"{place}: block {first}-{last} touches the one before.",
                    ),
                )
            before = last
            blocks.append((first, last, place))
    blocks.sort()
    expected, holder = 1, ""
    for first, last, place in blocks:
        if first < expected:
            yield Break(
                "serial-twice",
                place,
                Text(
                    zh=f"{series} 编号 {first} 有两个持有者：{holder}；{place}。",
                    en=f"Serial number {first} of {series} has two holders: {holder}; {place}.",
                ),
            )
        elif first > expected:
            yield Break(
                "serial-lost",
                place,
                Text(
                    zh=f"{series} 编号 {expected}-{first - 1} 没有持有者。",
                    en=f"Serial numbers {expected}-{first - 1} of {series} have no holder.",
                ),
            )
        if last + 1 > expected:
            expected, holder = last + 1, place
    if expected != ledger.issued + 1:
        yield Break(
            "serial-end",
            str(series),
            Text(
                zh=f"{series} 共核发 {ledger.issued}，而编号到 {expected - 1} 为止。",
                en=f"{ledger.issued} units of {series} were made, and the serial numbers end at {expected - 1}.",
            ),
        )


def _sums(series: Series, ledger: Ledger) -> Iterator[Break]:
    counted: dict[tuple[str, State], int] = {}
    for (account, state, _), pool in ledger.pools.items():
        counted[account, state] = counted.get((account, state), 0) + pool.size
    both = sorted(counted.keys() | ledger.totals.keys())
    said = [
        (f"{series} {account} {state.value}", ledger.totals.get((account, state), 0))
        for account, state in both
    ]
    there = [counted.get(key, 0) for key in both]
    for (place, book), serials in zip(said, there, strict=True):
        if book < 0 or serials < 0:
            low = min(book, serials)
            yield Break(
                "negative",
                place,
                Text(zh=f"{place}：持有量为负（{low}）。", en=f"{place}: a holding below zero ({low})."),
            )
    for (place, book), serials in zip(said, there, strict=True):
        if book != serials:
            yield Break(
                "total",
                place,
                Text(
                    zh=f"{place}：账面 {book}，编号合计 {serials}。",
                    en=f"{place}: the book says {book}, the serial numbers {serials}.",
                ),
            )
    total = sum(ledger.totals.values())
    if total != ledger.issued:
        yield Break(
            "issued",
            str(series),
            Text(
                zh=f"{series} 共核发 {ledger.issued}，各状态合计 {total}。",
                en=f"{ledger.issued} units of {series} were made; the states add up to {total}.",
            ),
        )
    origins = sum(ledger.origins.values())
    if origins != ledger.issued or any(amount <= 0 for amount in ledger.origins.values()):
        yield Break(
            "origins",
            str(series),
            Text(
                zh=f"{series} 共核发 {ledger.issued}，各来源合计 {origins}。",
                en=f"{ledger.issued} units of {series} were made; their origins add up to {origins}.",
            ),
        )


def _owners(registry: Registry, series: Series, ledger: Ledger) -> Iterator[Break]:
    """What is live, and money, lies in accounts that are open."""
    for account, state in sorted(ledger.totals):
        if state in LIVE and account not in registry.accounts:
            yield Break(
                "account-unknown",
                f"{series} {account}",
                Text(
                    zh=f"账户“{account}”没有开立，却持有 {series}。",
                    en=f"Account {account!r} is not open and holds {series}.",
                ),
            )


def _money(registry: Registry) -> Iterator[Break]:
    purse = registry.purse
    for account, amount in sorted(purse.free.items()):
        if amount <= 0:
            yield _negative_money(account, amount)
    sums: dict[str, int] = {}
    for (account, _), amount in sorted(purse.reserved.items()):
        if amount <= 0:
            yield _negative_money(account, amount)
        sums[account] = sums.get(account, 0) + amount
    for account in sorted(sums.keys() | purse.reserved_totals.keys()):
        said, there = purse.reserved_totals.get(account, 0), sums.get(account, 0)
        if said != there:
            yield Break(
                "cash-reserved",
                account,
                Text(
                    zh=f"账户“{account}”占用资金账面 {said} 分，明细合计 {there} 分。",
                    en=f"Account {account!r}: {said} fen reserved, the claims add up to {there}.",
                ),
            )
    for account in sorted((purse.free.keys() | sums.keys()) - registry.accounts.keys()):
        yield Break(
            "account-unknown",
            account,
            Text(
                zh=f"账户“{account}”没有开立，却有资金。",
                en=f"Account {account!r} is not open and has money.",
            ),
        )
    held, expected = purse.total(), purse.paid_in - purse.paid_out
    if held != expected:
        yield Break(
            "cash",
            "CNY-fen",
            Text(
                zh=f"入金减出金为 {expected} 分，账户合计 {held} 分。",
                en=f"Deposits less withdrawals are {expected} fen; the accounts hold {held}.",
            ),
        )


def _negative_money(account: str, amount: int) -> Break:
    return Break(
        "negative",
        account,
        Text(
            zh=f"账户“{account}”的资金为 {amount} 分。", en=f"Account {account!r} has {amount} fen of money."
        ),
    )


def _debts(registry: Registry) -> Iterator[Break]:
    """What was borrowed is owed or has been repaid."""
    borrowed: dict[str, int] = {}
    repaid: dict[str, int] = {}
    for series, ledger in registry.ledgers.items():
        name = series.instrument
        borrowed[name] = borrowed.get(name, 0) + ledger.origins.get(Kind.BORROW.value, 0)
        repaid[name] = repaid.get(name, 0) + _cancelled(ledger, Kind.REPAY)
    owed: dict[str, int] = {}
    for (account, series), amount in sorted(registry.debts.items()):
        if amount <= 0:
            yield Break(
                "negative",
                account,
                Text(zh=f"账户“{account}”欠额为 {amount}。", en=f"Account {account!r} owes {amount}."),
            )
        owed[series.instrument] = owed.get(series.instrument, 0) + amount
    for name in sorted(borrowed.keys() | owed.keys()):
        left = borrowed.get(name, 0) - repaid.get(name, 0)
        if left != owed.get(name, 0):
            yield Break(
                "debt",
                name,
                Text(
                    zh=f"{name}：预支减偿还为 {left}，欠额合计 {owed.get(name, 0)}。",
                    en=f"{name}: borrowed less repaid is {left}; {owed.get(name, 0)} are owed.",
                ),
            )


def _carried(registry: Registry) -> Iterator[Break]:
    """What was cancelled to be carried elsewhere, and what was made there, agree with both series."""
    for kind in sorted(permitted.FROM_OTHERS):
        given: dict[Series, int] = {}
        made: dict[Series, int] = {}
        for (of, source, target), counts in registry.carried.items():
            if of is kind:
                given[source] = given.get(source, 0) + counts[0]
                made[target] = made.get(target, 0) + counts[1]
        for series, ledger in sorted(registry.ledgers.items()):
            gone, there = given.get(series, 0), _cancelled(ledger, kind)
            came, origin = made.get(series, 0), ledger.origins.get(kind.value, 0)
            if gone != there or came != origin:
                yield Break(
                    "carried",
                    str(series),
                    Text(
                        zh=f"{series} {kind.label.zh}：注销 {there}、记录 {gone}；产生 {origin}、记录 {came}。",
                        en=f"{series} {kind.label.en}: {there} cancelled, {gone} recorded; {origin} made, {came} recorded.",
                    ),
                )


def _cancelled(ledger: Ledger, kind: Kind) -> int:
    return sum(
        pool.size
        for (_, state, claim), pool in ledger.pools.items()
        if state is State.CANCELLED and claim == kind.value
    )

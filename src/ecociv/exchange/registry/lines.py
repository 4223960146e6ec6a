"""Applying one line of a movement, and taking it back. Pure: no Django."""

from __future__ import annotations

from typing import NamedTuple, NoReturn

from ecociv.core.text import Text
from ecociv.exchange.registry import permitted
from ecociv.exchange.registry.blocks import Block
from ecociv.exchange.registry.holdings import Ledger, Purse
from ecociv.exchange.registry.movements import (
    LIVE,
    Account,
    Cash,
    Debt,
    Kind,
    Line,
    Make,
    MovementRefused,
    Series,
    State,
    Units,
)


class Moved(NamedTuple):
    """What became of one line of units: the serial blocks that moved."""

    line: Units | Make
    blocks: tuple[Block, ...]


class Flag(NamedTuple):
    """What was done to an account, as the kind that undoes it."""

    undone_by: Kind
    account: str


Done = Moved | Debt | Cash | Flag


class Books:
    """What the registry keeps, and how one line changes it. `Registry` puts lines together to movements."""

    __slots__ = ("_instruments", "accounts", "carried", "debts", "ledgers", "purse")

    def __init__(self) -> None:
        self.accounts: dict[str, bool] = {}
        """Whether each open account is frozen."""
        self.ledgers: dict[Series, Ledger] = {}
        self.purse = Purse()
        self.debts: dict[tuple[str, Series], int] = {}
        self.carried: dict[tuple[Kind, Series, Series], list[int]] = {}
        """By kind, source and target: units cancelled, and units made for them."""
        self._instruments: dict[str, list[Series]] = {}

    def cash(self, account: str) -> int:
        """Money that is free, in fen."""
        return self.purse.free.get(account, 0)

    def reserved_cash(self, account: str, claim: str | None = None) -> int:
        """Money that is reserved, in fen; under one claim or in all."""
        if claim is None:
            return self.purse.reserved_totals.get(account, 0)
        return self.purse.reserved.get((account, claim), 0)

    def _line(self, kind: Kind, line: Line, done: list[Done]) -> None:
        made = type(line)
        if made is Units:
            done.append(self._move(kind, line))  # type: ignore[arg-type]
        elif made is Cash:
            self._pay(kind, line)  # type: ignore[arg-type]
            done.append(line)  # type: ignore[arg-type]
        elif made is Make:
            done.append(self._make(kind, line))  # type: ignore[arg-type]
        elif made is Debt:
            self._owe(kind, line)  # type: ignore[arg-type]
            done.append(line)  # type: ignore[arg-type]
        elif made is Account:
            before = self._account(kind, line.account)  # type: ignore[union-attr]
            done.append(Flag(before, line.account))  # type: ignore[union-attr]
        else:
            refuse("malformed", "变动明细的格式不对。", "A line of the movement is none that is known.")

    def _move(self, kind: Kind, line: Units) -> Moved:
        series, quantity, giver, before, taker, after, giver_claim, taker_claim, blocks = line
        _positive(quantity)
        if (before, after, giver == taker) not in permitted.UNIT_CHANGES.get(kind, ()):
            if giver == taker and before == after:
                refuse(
                    "same-account",
                    f"{kind.label.zh}的转出和转入是同一账户“{giver}”。",
                    f"The {kind.label.en} goes from account {giver!r} to itself.",
                )
            refuse(
                "state",
                f"{kind.label.zh}不能把“{before.label.zh}”的单位变为“{after.label.zh}”。",
                f"A {kind.label.en} cannot turn units that are {before.label.en} into {after.label.en}.",
            )
        self._may_give(kind, giver)
        if taker != giver and taker not in self.accounts:
            _unknown(taker)
        ledger = self.ledgers.get(series)
        pool = ledger.pools.get((giver, before, giver_claim)) if ledger is not None else None
        have = pool.size if pool is not None else 0
        if have < quantity:
            refuse(
                "short",
                f"账户“{giver}”{before.label.zh}的 {series} 只有 {have}，不足 {quantity}。",
                f"Account {giver!r} has {have} units of {series} that are {before.label.en}; {quantity} are needed.",
            )
        assert ledger is not None and pool is not None
        if blocks:
            _same_count(blocks, quantity)
            if not pool.has(blocks):
                refuse(
                    "serials",
                    f"账户“{giver}”没有所列编号的 {series}（{before.label.zh}）。",
                    f"Account {giver!r} does not hold all of these serial numbers of {series} ({before.label.en}).",
                )
            pool.take_out(blocks)
            taken: tuple[Block, ...] = tuple(blocks)
        else:
            taken = tuple(pool.take(quantity))
        ledger.moved(pool, (giver, before, giver_claim), (taker, after, taker_claim), taken, quantity)
        return Moved(line, taken)

    def _make(self, kind: Kind, line: Make) -> Moved:
        _positive(line.quantity)
        if kind not in permitted.MAKES or (line.source is not None) != (kind in permitted.FROM_OTHERS):
            refuse(
                "state", f"{kind.label.zh}不能产生新的单位。", f"A {kind.label.en} cannot make such units."
            )
        if line.account not in self.accounts:
            _unknown(line.account)
        ledger = self.ledgers.get(line.series)
        _bounded((ledger.issued if ledger is not None else 0) + line.quantity)
        if ledger is None:
            ledger = self.ledgers[line.series] = Ledger()
            self._instruments.setdefault(line.series.instrument, []).append(line.series)
        block = ledger.make((line.account, State.FREE, ""), line.quantity, kind.value)
        if line.source is not None:
            _positive(line.given)
            counts = self.carried.setdefault((kind, line.source, line.series), [0, 0])
            counts[0] += line.given
            counts[1] += line.quantity
        return Moved(line, (block,))

    def _owe(self, kind: Kind, line: Debt) -> None:
        wanted = 1 if kind is Kind.BORROW else -1
        if kind not in permitted.DEBTS or type(line.quantity) is not int or line.quantity * wanted <= 0:
            refuse(
                "state", f"{kind.label.zh}不能这样改变欠额。", f"A {kind.label.en} cannot change a debt so."
            )
        if line.account not in self.accounts:
            _unknown(line.account)
        owed = self.debts.get((line.account, line.series), 0)
        if owed + line.quantity < 0:
            refuse(
                "debt",
                f"账户“{line.account}”只欠 {owed}（{line.series}），不能偿还 {-line.quantity}。",
                f"Account {line.account!r} owes {owed} of {line.series}; it cannot repay {-line.quantity}.",
            )
        self._set_debt(line, line.quantity)

    def _set_debt(self, line: Debt, change: int) -> None:
        key = (line.account, line.series)
        owed = self.debts.get(key, 0) + change
        if owed:
            self.debts[key] = owed
        else:
            self.debts.pop(key, None)

    def _pay(self, kind: Kind, line: Cash) -> None:
        amount, giver, taker = line.amount, line.giver, line.taker
        _positive(amount)
        if (
            kind not in permitted.CASH
            or (not giver) != (kind is Kind.DEPOSIT)
            or (not taker) != (kind is Kind.WITHDRAW)
        ):
            refuse("state", f"{kind.label.zh}不能这样动用资金。", f"A {kind.label.en} cannot move money so.")
        if giver:
            self._may_give(kind, giver)
        if taker and taker not in self.accounts:
            _unknown(taker)
        have = self.purse.of(giver, line.giver_reserved, line.giver_claim) if giver else amount
        if not giver:
            _bounded(self.purse.paid_in + amount)
        if have < amount:
            state = State.RESERVED if line.giver_reserved else State.FREE
            refuse(
                "cash-short",
                f"账户“{giver}”{state.label.zh}的资金为 {_yuan(have)} 元，不足 {_yuan(amount)} 元。",
                f"Account {giver!r} has {_yuan(have)} yuan ({state.value}); {_yuan(amount)} are needed.",
            )
        self.purse.pay(line, amount)

    def _account(self, kind: Kind, account: str) -> Kind:
        """Open, close, freeze or unfreeze an account; the kind that undoes it."""
        if not isinstance(account, str) or not account.strip():
            refuse("account-missing", "没有账户编号。", "The account has no key.")
        if kind is Kind.OPEN:
            if account in self.accounts:
                refuse("account-open", f"账户“{account}”已经开立。", f"Account {account!r} is open already.")
            self.accounts[account] = False
            return Kind.CLOSE
        if account not in self.accounts:
            _unknown(account)
        blocked = self.accounts[account]
        if kind is Kind.CLOSE:
            self._may_close(account)
            del self.accounts[account]
            return Kind.BLOCK if blocked else Kind.OPEN
        if kind not in (Kind.BLOCK, Kind.UNBLOCK):
            refuse(
                "state",
                f"{kind.label.zh}与账户本身无关。",
                f"A {kind.label.en} is nothing of the account itself.",
            )
        if blocked == (kind is Kind.BLOCK):
            said = (
                Text(zh="已经冻结", en="frozen already") if blocked else Text(zh="没有冻结", en="not frozen")
            )
            refuse("account-state", f"账户“{account}”{said.zh}。", f"Account {account!r} is {said.en}.")
        self.accounts[account] = kind is Kind.BLOCK
        return Kind.UNBLOCK if kind is Kind.BLOCK else Kind.BLOCK

    def _may_close(self, account: str) -> None:
        held = any(
            ledger.totals.get((account, state), 0) for ledger in self.ledgers.values() for state in LIVE
        )
        owes = any(holder == account for holder, _ in self.debts)
        if held or owes or self.cash(account) or self.reserved_cash(account):
            refuse(
                "account-not-empty",
                f"账户“{account}”还有单位、资金或欠额，结清后才能销户。",
                f"Account {account!r} still has units, money or debts: it can be closed when they are gone.",
            )

    def _may_give(self, kind: Kind, account: str) -> None:
        blocked = self.accounts.get(account)
        if blocked is None:
            _unknown(account)
        if blocked and kind not in permitted.OVER_A_BLOCK:
            refuse(
                "account-frozen",
                f"账户“{account}”已被依法冻结，不能办理{kind.label.zh}。",
                f"Account {account!r} is frozen by order: no {kind.label.en}.",
            )

    def _undo(self, kind: Kind, done: Done) -> None:
        if isinstance(done, Moved):
            line = done.line
            ledger = self.ledgers[line.series]
            if isinstance(line, Make):
                ledger.unmake((line.account, State.FREE, ""), done.blocks[0], kind.value)
                if line.source is not None:
                    self._uncarry(kind, line)
                if not ledger.issued:
                    del self.ledgers[line.series]
                    self._instruments[line.series.instrument].remove(line.series)
                return
            source = (line.taker, line.after, line.taker_claim)
            pool = ledger.pools[source]
            pool.take_out(done.blocks)
            ledger.moved(
                pool, source, (line.giver, line.before, line.giver_claim), done.blocks, line.quantity
            )
        elif isinstance(done, Debt):
            self._set_debt(done, -done.quantity)
        elif isinstance(done, Cash):
            self.purse.unpay(done)
        else:
            self._restore(*done)

    def _uncarry(self, kind: Kind, line: Make) -> None:
        assert line.source is not None
        counts = self.carried[kind, line.source, line.series]
        counts[0] -= line.given
        counts[1] -= line.quantity
        if not any(counts):
            del self.carried[kind, line.source, line.series]

    def _restore(self, kind: Kind, account: str) -> None:
        if kind is Kind.CLOSE:
            del self.accounts[account]
        else:
            self.accounts[account] = kind is Kind.BLOCK


def _positive(quantity: object) -> None:
    if type(quantity) is not int or quantity <= 0:
        refuse(
            "quantity",
            f"数量 {quantity!r} 应为正整数。",
            f"The quantity {quantity!r} has to be a whole number above 0.",
        )


_MOST = 10**18
"""Units of a series, and fen in all: what the tables can hold, and far beyond any zone."""


def _bounded(total: int) -> None:
    if total > _MOST:
        refuse("too-large", f"总数{total}超过{_MOST}。", f"The total {total} is above {_MOST}.")


def _same_count(blocks: tuple[Block, ...], quantity: int) -> None:
    listed = sum(last - first + 1 for first, last in blocks)
    rising = all(first <= last for first, last in blocks) and all(
        one[1] < other[0] for one, other in zip(blocks, blocks[1:], strict=False)
    )
    if listed != quantity or not rising:
        refuse(
            "serials",
            f"所列编号共 {listed} 个，与数量 {quantity} 不符，或次序有误。",
            f"The serial numbers are {listed} and not {quantity}, or they are not in rising order.",
        )


def _unknown(account: object) -> NoReturn:
    refuse(
        "account-unknown",
        f"没有账户“{account}”，请先开户。",
        f"There is no account {account!r}: open it first.",
    )


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def refuse(code: str, zh: str, en: str) -> NoReturn:
    raise MovementRefused(Text(zh=zh, en=en), code)

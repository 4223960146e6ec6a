"""Movements in the words of the trade: issue, transfer, pledge, surrender … Each gives a `Movement` to apply. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from ecociv.exchange.registry.blocks import Block
from ecociv.exchange.registry.movements import (
    Account,
    Cash,
    Debt,
    Kind,
    Line,
    Make,
    Movement,
    Series,
    State,
    Units,
)

Id = int | str

_FREE, _RESERVED, _PLEDGED, _FROZEN = State.FREE, State.RESERVED, State.PLEDGED, State.FROZEN


def open_account(id: Id, account: str, *, document: str, at: int) -> Movement:
    """Open an account (开户)."""
    return Movement(id, Kind.OPEN, document, at, (Account(account),))


def close_account(id: Id, account: str, *, document: str, at: int) -> Movement:
    """Close an account that holds nothing (销户)."""
    return Movement(id, Kind.CLOSE, document, at, (Account(account),))


def block_account(id: Id, account: str, *, document: str, at: int) -> Movement:
    """Freeze a whole account by order (账户冻结): its owner can take nothing out; surrender stays possible."""
    return Movement(id, Kind.BLOCK, document, at, (Account(account),))


def unblock_account(id: Id, account: str, *, document: str, at: int) -> Movement:
    """Unfreeze an account (账户解冻)."""
    return Movement(id, Kind.UNBLOCK, document, at, (Account(account),))


def issue(id: Id, series: Series, account: str, quantity: int, *, document: str, at: int) -> Movement:
    """Make units and give them to an account (核发)."""
    return Movement(id, Kind.ISSUE, document, at, (Make(series, quantity, account),))


def transfer(
    id: Id,
    series: Series,
    quantity: int,
    giver: str,
    taker: str,
    *,
    document: str,
    at: int,
    blocks: tuple[Block, ...] = (),
    kind: Kind = Kind.TRANSFER,
    amount: int = 0,
) -> Movement:
    """Free units to another account (划转); also ``BUY_BACK`` and ``GRANT``, where the taker pays ``amount`` fen, and ``RECLAIM``."""
    lines: tuple[Line, ...] = (Units(series, quantity, giver, _FREE, taker, _FREE, blocks=blocks),)
    if amount:
        lines += (Cash(amount, taker, giver),)
    return Movement(id, kind, document, at, lines)


def _same(
    id: Id,
    kind: Kind,
    series: Series,
    quantity: int,
    account: str,
    states: tuple[State, State],
    claims: tuple[str, str],
    document: str,
    at: int,
    blocks: tuple[Block, ...] = (),
) -> Movement:
    line = Units(series, quantity, account, states[0], account, states[1], claims[0], claims[1], blocks)
    return Movement(id, kind, document, at, (line,))


def reserve(
    id: Id, series: Series, quantity: int, account: str, claim: str, *, document: str, at: int
) -> Movement:
    """Keep units for a sell order (挂单占用)."""
    return _same(id, Kind.RESERVE, series, quantity, account, (_FREE, _RESERVED), ("", claim), document, at)


def release(
    id: Id, series: Series, quantity: int, account: str, claim: str, *, document: str, at: int
) -> Movement:
    """Give units back that were kept for an order (解除占用)."""
    return _same(id, Kind.RELEASE, series, quantity, account, (_RESERVED, _FREE), (claim, ""), document, at)


def deliver(
    id: Id,
    series: Series,
    quantity: int,
    seller: str,
    buyer: str,
    amount: int,
    *,
    unit_claim: str,
    cash_claim: str,
    document: str,
    at: int,
    fees: Iterable[Cash] = (),
    cash_back: int = 0,
) -> Movement:
    """Delivery versus payment (券款对付): units and money change hands in one movement.

    Parameters
    ----------
    amount : int
        Fen, out of what the buyer has reserved under ``cash_claim``; 0 for a gift.
    fees : iterable of Cash
        Further payments, for instance each side's fee to the account of the exchange.
    cash_back : int
        Fen of the buyer's reservation that are set free, because the price was better than the limit.
    """
    lines: list[Line] = [Units(series, quantity, seller, _RESERVED, buyer, _FREE, unit_claim)]
    if amount:
        lines.append(Cash(amount, buyer, seller, True, False, cash_claim))
    lines.extend(fees)
    if cash_back:
        lines.append(Cash(cash_back, buyer, buyer, True, False, cash_claim))
    return Movement(id, Kind.DELIVER, document, at, tuple(lines))


def pledge(
    id: Id, series: Series, quantity: int, account: str, claim: str, *, document: str, at: int
) -> Movement:
    """Pledge units (质押); the claim names the pledgee or the contract."""
    return _same(id, Kind.PLEDGE, series, quantity, account, (_FREE, _PLEDGED), ("", claim), document, at)


def unpledge(
    id: Id, series: Series, quantity: int, account: str, claim: str, *, document: str, at: int
) -> Movement:
    """Release a pledge (解除质押)."""
    return _same(id, Kind.UNPLEDGE, series, quantity, account, (_PLEDGED, _FREE), (claim, ""), document, at)


def realise(
    id: Id, series: Series, quantity: int, giver: str, taker: str, claim: str, *, document: str, at: int
) -> Movement:
    """Pledged units pass to another account because the debt was not paid (质押物处置)."""
    line = Units(series, quantity, giver, _PLEDGED, taker, _FREE, claim)
    return Movement(id, Kind.REALISE, document, at, (line,))


def freeze(
    id: Id, series: Series, quantity: int, account: str, claim: str, *, document: str, at: int
) -> Movement:
    """Freeze units by order of a court or of the regulator (冻结); the claim is the number of the order."""
    return _same(id, Kind.FREEZE, series, quantity, account, (_FREE, _FROZEN), ("", claim), document, at)


def unfreeze(
    id: Id, series: Series, quantity: int, account: str, claim: str, *, document: str, at: int
) -> Movement:
    """End a freeze (解冻)."""
    return _same(id, Kind.UNFREEZE, series, quantity, account, (_FROZEN, _FREE), (claim, ""), document, at)


def surrender(
    id: Id, account: str, parts: Iterable[tuple[Series, int]], obligation: str, *, document: str, at: int
) -> Movement:
    """Surrender units against an obligation (清缴), for instance ``"2023"``; several series in one movement."""
    return Movement(
        id,
        Kind.SURRENDER,
        document,
        at,
        tuple(
            Units(series, quantity, account, _FREE, account, State.SURRENDERED, "", obligation)
            for series, quantity in parts
        ),
    )


def cancel(id: Id, series: Series, quantity: int, account: str, *, document: str, at: int) -> Movement:
    """Cancel free units (注销)."""
    return _same(id, Kind.CANCEL, series, quantity, account, (_FREE, State.CANCELLED), ("", ""), document, at)


def expire(
    id: Id,
    series: Series,
    quantity: int,
    account: str,
    *,
    document: str,
    at: int,
    state: State = _FREE,
    claim: str = "",
) -> Movement:
    """Units whose validity has ended (到期失效), in whatever live state they are."""
    return _same(
        id, Kind.EXPIRE, series, quantity, account, (state, State.EXPIRED), (claim, ""), document, at
    )


def exchange_series(
    id: Id,
    kind: Kind,
    account: str,
    source: Series,
    given: int,
    target: Series,
    made: int,
    *,
    document: str,
    at: int,
) -> Movement:
    """Units of one series for units of another: ``BANK``, ``CONVERT`` or ``REPLACE``; the first are cancelled."""
    return Movement(
        id,
        kind,
        document,
        at,
        (
            Units(source, given, account, _FREE, account, State.CANCELLED, "", kind.value),
            Make(target, made, account, source, given),
        ),
    )


def borrow(
    id: Id, account: str, later: Series, now: Series, quantity: int, *, document: str, at: int
) -> Movement:
    """Use units of a later vintage now (预支); as many are owed of the later one."""
    return Movement(
        id, Kind.BORROW, document, at, (Make(now, quantity, account), Debt(later, quantity, account))
    )


def repay(id: Id, account: str, later: Series, quantity: int, *, document: str, at: int) -> Movement:
    """Pay back with units of the later vintage what was borrowed (偿还预支)."""
    line = Units(later, quantity, account, _FREE, account, State.CANCELLED, "", Kind.REPAY.value)
    return Movement(id, Kind.REPAY, document, at, (line, Debt(later, -quantity, account)))


def deposit(id: Id, account: str, amount: int, *, document: str, at: int) -> Movement:
    """Money in, in fen (入金)."""
    return Movement(id, Kind.DEPOSIT, document, at, (Cash(amount, "", account),))


def withdraw(id: Id, account: str, amount: int, *, document: str, at: int) -> Movement:
    """Money out, in fen (出金)."""
    return Movement(id, Kind.WITHDRAW, document, at, (Cash(amount, account, ""),))


def reserve_cash(id: Id, account: str, amount: int, claim: str, *, document: str, at: int) -> Movement:
    """Keep money for a buy order (资金占用)."""
    line = Cash(amount, account, account, False, True, "", claim)
    return Movement(id, Kind.RESERVE_CASH, document, at, (line,))


def release_cash(id: Id, account: str, amount: int, claim: str, *, document: str, at: int) -> Movement:
    """Set money free that was kept for an order (解除资金占用)."""
    line = Cash(amount, account, account, True, False, claim, "")
    return Movement(id, Kind.RELEASE_CASH, document, at, (line,))


def pay(id: Id, giver: str, taker: str, amount: int, *, document: str, at: int) -> Movement:
    """Free money to another account (付款)."""
    return Movement(id, Kind.PAY, document, at, (Cash(amount, giver, taker),))

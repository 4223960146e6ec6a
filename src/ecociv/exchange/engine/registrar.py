"""Accounts, money in and out, and everything that the registry does apart from trading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecociv.exchange.engine.fields import DOCUMENT, POSITIVE, TABLE, WORD, WORDS, bounded, one_of, read
from ecociv.exchange.engine.offers import withdraw_of
from ecociv.exchange.engine.orders import withdraw_all
from ecociv.exchange.engine.receiving import may_move
from ecociv.exchange.engine.refusals import refuse
from ecociv.exchange.engine.state import FEES, Account, State
from ecociv.exchange.registry import Account as AccountLine
from ecociv.exchange.registry import Cash, Kind, Line, Units, movement_from_json
from ecociv.exchange.registry import State as Held

KINDS = ("trader", "reserve")
_NOT_HERE = {
    Kind.OPEN: "open-account",
    Kind.CLOSE: "close-account",
    Kind.BLOCK: "freeze-account",
    Kind.UNBLOCK: "unfreeze-account",
    Kind.DEPOSIT: "deposit",
    Kind.WITHDRAW: "withdraw",
    Kind.RESERVE: "order",
    Kind.RELEASE: "cancel",
    Kind.DELIVER: "order",
    Kind.RESERVE_CASH: "order",
    Kind.RELEASE_CASH: "cancel",
}
"""Movements that have a command of their own, or belong to trading."""


def open_account(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``open-account`` (开户)."""
    read(
        command,
        {"account": WORD, "name": WORD, "document": DOCUMENT},
        {"owner": WORD, "sort": WORD, "sector": WORD, "regions": WORDS},
    )
    sort = one_of(command, "sort", KINDS) if "sort" in command else KINDS[0]
    key = command["account"]
    state.move(Kind.OPEN, command["document"], at, AccountLine(key))
    owner = command.get("owner", key)
    sector, regions = _described(command)
    state.accounts[key] = Account(key, command["name"], owner, state.owner(owner), sort, sector, regions)
    state.touched.accounts[key] = state.accounts[key]
    return {"account": key}


def close_account(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``close-account`` (销户): only when nothing is held, nothing owed and nothing open."""
    read(command, {"account": WORD, "document": DOCUMENT})
    key = state.account(command["account"]).key
    if key == FEES:
        refuse("account-needed", "手续费账户不能注销。", "The account of the fees cannot be closed.")
    state.move(Kind.CLOSE, command["document"], at, AccountLine(key))
    state.touched.accounts[key] = state.accounts.pop(key)
    return {"account": key}


def change_owner(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``change-owner`` (实际控制人变更): whoever controls an account from now on; nothing of it may be open meanwhile."""
    read(command, {"account": WORD, "owner": WORD, "document": DOCUMENT})
    account, owner = state.account(command["account"]), command["owner"]
    if account.key == FEES:
        refuse("account-needed", "手续费账户没有实际控制人。", "The account of the fees has no owner to change.")
    if account.owner == owner:
        refuse("owner-same", f"账户“{account.key}”的实际控制人已是“{owner}”。", f"{owner!r} owns account {account.key!r} already.")
    _nothing_open(state, account)
    account.owner, account.number = owner, state.owner(owner)
    state.touched.accounts[account.key] = account
    return {"account": account.key, "owner": owner}


def change_account(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``change-account`` (账户信息变更): sector and regions from now on; what is left out is not known any more.

    Nothing of the account may be open meanwhile: what was allowed when it was sent stays allowed until it ends.
    """
    read(command, {"account": WORD, "document": DOCUMENT}, {"sector": WORD, "regions": WORDS})
    account = state.account(command["account"])
    if account.key == FEES:
        refuse("account-needed", "手续费账户没有行业和区域。", "The account of the fees has no sector and no region.")
    sector, regions = _described(command)
    if (account.sector, account.regions) == (sector, regions):
        refuse(
            "account-same", f"账户“{account.key}”的行业和区域没有变化。", f"Account {account.key!r} is described so already."
        )
    _nothing_open(state, account)
    account.sector, account.regions = sector, regions
    state.touched.accounts[account.key] = account
    return {"account": account.key}


def _described(command: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    return command.get("sector", ""), tuple(sorted(command.get("regions", ())))


def _nothing_open(state: State, account: Account) -> None:
    if _has_something_open(state, account.key):
        refuse(
            "orders-open",
            f"账户“{account.key}”还有未结束的委托、挂牌、出价或大宗协议，请先撤销。",
            f"Account {account.key!r} has an order, offer, bid or proposal open: end it first.",
        )


def _has_something_open(state: State, key: str) -> bool:
    """Whether an account is a side of anything whose rules ask for its owner."""
    return (
        any(order.account == key for order in state.orders.values())
        or any(key in (made.account, made.counterparty) for made in state.proposals.values())
        or any(
            offer.account == key or any(bid.account == key for bid in offer.bids.values())
            for offer in state.offers.values()
        )
    )


def deposit(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``deposit`` (入金)."""
    read(command, {"account": WORD, "amount": POSITIVE, "document": DOCUMENT})
    key = state.account(command["account"]).key
    state.move(Kind.DEPOSIT, command["document"], at, Cash(command["amount"], "", key))
    return {"account": key, "free": state.registry.cash(key)}


def withdraw(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``withdraw`` (出金)."""
    read(command, {"account": WORD, "amount": POSITIVE, "document": DOCUMENT})
    key = state.account(command["account"]).key
    state.move(Kind.WITHDRAW, command["document"], at, Cash(command["amount"], key, ""))
    return {"account": key, "free": state.registry.cash(key)}


def movement(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``movement``: issue, transfer, pledge, surrender, freeze, bank, convert ... as the registry writes them.

    The command holds ``movement`` with ``kind``, ``document`` and ``lines``; number and time are the engine's.
    """
    read(command, {"movement": TABLE})
    given = command["movement"]
    if set(given) - {"id", "at"} != {"kind", "document", "lines"}:
        refuse(
            "malformed",
            "“movement”应有kind、document、lines三项。",
            "'movement' has the keys kind, document and lines.",
        )
    bounded(given)
    made = movement_from_json({**given, "id": state.registry.sequence + 1, "at": at})
    if made.kind in _NOT_HERE:
        refuse(
            "another-command",
            f"{made.kind.label.zh}请用指令“{_NOT_HERE[made.kind]}”。",
            f"A {made.kind.label.en} is made by the command {_NOT_HERE[made.kind]!r}.",
        )
    for line in made.lines:
        _not_of_an_order(line)
    if made.kind is Kind.TRANSFER:
        for line in made.lines:
            if isinstance(line, Units):
                _not_bought_today(state, line)
    may_move(state, made.kind, made.lines, at)
    done = state.move(made.kind, made.document, at, *made.lines)
    return {"movement": done.id}


def _not_of_an_order(line: Line) -> None:
    """What an order, a proposal, an offer or a bid holds belongs to it: taken away, the book would promise what is not there."""
    if (isinstance(line, Units) and line.before is Held.RESERVED) or (
        isinstance(line, Cash) and (line.giver_reserved or line.taker_reserved)
    ):
        claim = line.giver_claim or line.taker_claim
        refuse(
            "reserved",
            f"“{claim}”占用的单位或资金不能变动，请先撤销相应的委托、挂牌或协议。",
            f"What is held for {claim!r} cannot be moved: end that order, offer, bid or proposal first.",
        )


def _not_bought_today(state: State, line: Units) -> None:
    """What may not be sold today may not be transferred either, or another account would sell it."""
    for market in state.markets.values():
        bought = market.bought.get(line.giver, 0)
        if market.series != line.series or not bought:
            continue
        free = state.registry.ledgers[line.series].totals.get((line.giver, Held.FREE), 0)
        if line.quantity > free - bought:
            refuse(
                "same-day",
                f"当日买入的{bought}不得当日转出，可转{max(free - bought, 0)}。",
                f"{bought} units were bought today and cannot leave today; {max(free - bought, 0)} can.",
            )


def freeze_account(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``freeze-account`` (账户冻结): its orders are withdrawn, then nothing can be taken out of it."""
    read(command, {"account": WORD, "document": DOCUMENT})
    key = state.account(command["account"]).key
    if key == FEES:
        refuse("account-needed", "手续费账户不能冻结。", "The account of the fees cannot be frozen.")
    if state.registry.accounts[key]:
        refuse("account-state", f"账户“{key}”已经冻结。", f"Account {key!r} is frozen already.")
    numbers = withdraw_all(state, "account-frozen", at, account=key)
    withdraw_of(state, key, at)
    state.sure(Kind.BLOCK, command["document"], at, AccountLine(key))
    state.touched.accounts[key] = state.accounts[key]
    return {"account": key, "withdrawn": numbers}


def unfreeze_account(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``unfreeze-account`` (账户解冻)."""
    read(command, {"account": WORD, "document": DOCUMENT})
    key = state.account(command["account"]).key
    state.move(Kind.UNBLOCK, command["document"], at, AccountLine(key))
    state.touched.accounts[key] = state.accounts[key]
    return {"account": key}

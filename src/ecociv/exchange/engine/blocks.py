"""Block trades (大宗协议): one side proposes, the other confirms, and they are settled at once.

What a block may be, who may take which step and until when is said by `ecociv.exchange.auctions.blocks`; here are the
reservations and the settlement.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from ecociv.exchange import auctions
from ecociv.exchange.auctions import Block, BlockState
from ecociv.exchange.engine.changes import TradeDone
from ecociv.exchange.engine.fields import POSITIVE, SIDE, WORD, read
from ecociv.exchange.engine.orders import may_hold, may_sell
from ecociv.exchange.engine.receiving import may_meet
from ecociv.exchange.engine.refusals import refuse
from ecociv.exchange.engine.settlement import deliver, release, reserve
from ecociv.exchange.engine.state import BUY, CLOSED, SELL, SIDES, Market, Proposal, State
from ecociv.exchange.engine.worded import in_our_words, of_block
from ecociv.exchange.matching import Side


def propose(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``block-propose``: what the proposer gives is held until the other side answers or the day ends."""
    read(
        command,
        {
            "account": WORD,
            "counterparty": WORD,
            "market": WORD,
            "side": SIDE,
            "price": POSITIVE,
            "quantity": POSITIVE,
        },
    )
    account, other = state.acting(command["account"]), state.account(command["counterparty"])
    market, side = state.market(command["market"]), SIDES[command["side"]]
    price, quantity, rules = command["price"], command["quantity"], market.rules
    may_meet(market, account, side, other, at)
    if not rules.block_minimum:
        refuse("no-blocks", "该市场没有大宗协议方式。", f"The market {market.key!r} has no block trades.")
    _open(market, at)
    number = state.numbers["block"] + 1
    with in_our_words(of_block(market, price, quantity)):
        block = auctions.propose(
            rules.blocks,
            number,
            side=Side(side),
            maker=account.number,
            other=other.number,
            price=price,
            quantity=quantity,
            reference=market.reference,
            at=at,
        )
    (may_hold if side == BUY else may_sell)(state, market, account.key, quantity)
    held = reserve(state, market, account.key, side, price, quantity, f"block {number}", at)
    state.next("block")
    made = Proposal(number, market.key, account.key, side, other.key, price, quantity, at, held, until=block.until or 0)
    state.proposals[number] = made
    state.touched.proposals[number] = made
    return {"proposal": number}


def confirm(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``block-confirm``: the other side agrees, and units, money and fees change hands."""
    read(command, {"account": WORD, "proposal": POSITIVE})
    made = _found(state, command["proposal"], command["account"], counterparty=True)
    account = state.acting(command["account"])
    market = state.markets[made.market]
    _open(market, at)
    with in_our_words(of_block(market, made.price, made.quantity)):
        _block(state, made).confirm(account.number, at)
    other = SELL if made.side == BUY else BUY
    may_meet(market, account, other, state.account(made.account), at)
    (may_hold if other == BUY else may_sell)(state, market, account.key, made.quantity)
    answer = f"{made.claim} answer"
    held = reserve(state, market, account.key, other, made.price, made.quantity, answer, at)
    amount = market.rules.amount(made.price, made.quantity)
    fee = market.rules.fee.on(amount)
    buyer, seller = (made.account, account.key) if made.side == BUY else (account.key, made.account)
    cash_claim, unit_claim = (made.claim, answer) if made.side == BUY else (answer, made.claim)
    number = state.next("trade")
    sell_fee = min(fee, amount)
    deliver(
        state,
        market,
        number=number,
        price=made.price,
        quantity=made.quantity,
        buyer=buyer,
        seller=seller,
        cash_claim=cash_claim,
        unit_claim=unit_claim,
        buy_fee=fee,
        sell_fee=sell_fee,
        back=(made.reserved or held) - amount - fee,
        at=at,
    )
    market.day.block_volume += made.quantity
    market.day.block_amount += amount
    made.state, made.reserved = "done", 0
    del state.proposals[made.number]
    state.touched.proposals[made.number] = made
    state.touched.days[market.key, market.day.day] = market.day
    state.touched.trades.append(
        TradeDone(
            number,
            market.key,
            market.day.day,
            at,
            made.price,
            made.quantity,
            amount,
            buyer,
            seller,
            made.number,
            made.number,
            fee,
            sell_fee,
            0,
            "block",
        )
    )
    return {"proposal": made.number, "trade": number, "amount": amount, "fee": fee}


def withdraw(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``block-withdraw``: the proposer takes it back; from the other side it is taken as `decline`."""
    read(command, {"account": WORD, "proposal": POSITIVE})
    made = state.proposals.get(command["proposal"])
    if made is None or command["account"] not in (made.account, made.counterparty):
        _unknown(command["proposal"])
    # The state is "withdrawn" from either side: journals written before there was a word for declining say so.
    return _ended(state, made, command["account"], "withdrawn", at)


def decline(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``block-decline``: the other side does not want it."""
    read(command, {"account": WORD, "proposal": POSITIVE})
    made = _found(state, command["proposal"], command["account"], counterparty=True)
    return _ended(state, made, command["account"], "declined", at)


def lapse(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``block-lapse``: a proposal whose time is over gives back what it holds."""
    read(command, {"proposal": POSITIVE})
    made = state.proposals.get(command["proposal"])
    if made is None:
        _unknown(command["proposal"])
    if _block(state, made).lapse(at).state is not BlockState.LAPSED:
        refuse("not-lapsed", "该大宗协议尚在有效时间内。", "The time of this proposal is not over yet.")
    end_proposal(state, made, "lapsed", at)
    return {"proposal": made.number}


def _ended(state: State, made: Proposal, account: str, how: str, at: int) -> dict[str, Any]:
    """End a proposal from one side; whoever is too late gets his money or units back all the same."""
    block = _block(state, made).lapse(at)
    if block.state is BlockState.LAPSED:
        how = "lapsed"
    else:
        by = state.account(account).number
        with in_our_words({}):
            (block.withdraw if account == made.account else block.decline)(by, at)
    end_proposal(state, made, how, at)
    return {"proposal": made.number}


def _block(state: State, made: Proposal) -> Block:
    """The proposal as the rules of blocks know it, its sides by their beneficial owners."""
    maker = state.accounts[made.account].number
    answering = state.accounts.get(made.counterparty)  # who holds nothing may have closed the account
    return Block(
        made.number,
        Side(made.side),
        maker,
        answering.number if answering else 0,
        made.price,
        made.quantity,
        made.at,
        made.until or None,
    )


def end_proposal(state: State, made: Proposal, how: str, at: int) -> None:
    """Give back what a proposal holds."""
    market = state.markets[made.market]
    release(state, market, made.account, made.side, made.quantity, made.reserved, made.claim, at)
    made.state, made.reserved = how, 0
    del state.proposals[made.number]
    state.touched.proposals[made.number] = made


def expire_proposals(state: State, at: int, *, market: str = "", account: str = "") -> None:
    """End the proposals of a market, or those of which an account is a side."""
    for number in sorted(state.proposals):
        made = state.proposals[number]
        if (not market or made.market == market) and (
            not account or account in (made.account, made.counterparty)
        ):
            end_proposal(state, made, "expired", at)


def _found(state: State, number: int, account: str, *, counterparty: bool) -> Proposal:
    made = state.proposals.get(number)
    if made is None or account != (made.counterparty if counterparty else made.account):
        _unknown(number)
    return made


def _unknown(number: int) -> NoReturn:
    refuse(
        "proposal-unknown",
        f"没有等待本账户确认的{number}号大宗协议。",
        f"No block proposal {number} waits for this account.",
    )


def _open(market: Market, at: int) -> None:
    if market.halted:
        refuse("halted", f"已停牌：{market.halted}。", f"The market {market.key!r} is halted: {market.halted}.")
    if market.phase == CLOSED:
        refuse("closed", "未开市。", f"The market {market.key!r} has no session open.")
    if not market.rules.open_at(at, block=True):
        refuse("hours", "不在大宗协议交易时段。", "This is outside the hours of block trades.")

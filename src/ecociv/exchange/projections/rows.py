"""The rows that stand for what changed, each as plain values in the order of its columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from ecociv.exchange.engine.changes import Holding, MovementLine, TradeDone, holdings_of, lines_of
from ecociv.exchange.engine.engine import Changes
from ecociv.exchange.engine.state import Account, Day, Market, Offer, Order, Proposal, State
from ecociv.exchange.journal.lines import plain_text
from ecociv.exchange.journal.tables import Row, Table
from ecociv.exchange.projections.models import (
    AccountRow,
    DayRow,
    HoldingRow,
    MarketRow,
    MoneyRow,
    MovementRow,
    OfferRow,
    OrderRow,
    ProposalRow,
    TradeRow,
)
from ecociv.exchange.registry import Series

ACCOUNTS = Table(AccountRow, ("account", "name", "owner", "sort", "frozen", "closed", "sector", "regions"), ("account",))
MARKETS = Table(
    MarketRow,
    ("market", "instrument", "vintage", "region", "rules", "phase", "halted", "day", "reference", "sample"),
    ("market",),
)
DAYS = Table(
    DayRow,
    (
        "market",
        "day",
        "reference",
        "open",
        "high",
        "low",
        "last",
        "close",
        "volume",
        "value",
        "amount",
        "trades",
        "block_volume",
        "block_amount",
        "ended",
    ),
    ("market", "day"),
)
ORDERS = Table(
    OrderRow,
    tuple(each.name for each in fields(Order)),
    ("number",),
)
TRADES = Table(TradeRow, TradeDone._fields)
MOVEMENTS = Table(MovementRow, MovementLine._fields)
HOLDINGS = Table(
    HoldingRow,
    ("account", "instrument", "vintage", "region", "state", "quantity"),
    ("account", "instrument", "vintage", "region", "state"),
)
MONEY = Table(MoneyRow, ("account", "free", "reserved"), ("account",))
PROPOSALS = Table(ProposalRow, tuple(each.name for each in fields(Proposal)), ("number",))
OFFERS = Table(
    OfferRow, (*(each.name for each in fields(Offer) if each.name not in ("bids", "terms")), "terms", "bids"), ("number",)
)
TABLES = (ACCOUNTS, MARKETS, DAYS, ORDERS, TRADES, MOVEMENTS, HOLDINGS, MONEY, PROPOSALS, OFFERS)


def rows_of(changes: Changes) -> dict[str, tuple[Table, list[Row]]]:
    """The rows that changed, by the name of their model, each row once."""
    state, touched = changes
    units, money = holdings_of(touched.movements)
    made: list[tuple[Table, Iterable[Row]]] = [
        (ACCOUNTS, (account_row(state, each) for each in touched.accounts.values())),
        (MARKETS, (market_row(state.markets[key]) for key in touched.markets)),
        (DAYS, (day_row(market, day) for (market, _), day in touched.days.items())),
        (ORDERS, (order_row(order) for order in touched.orders.values())),
        (TRADES, touched.trades),
        (MOVEMENTS, (line for movement in touched.movements for line in lines_of(movement))),
        (HOLDINGS, (holding_row(state, each) for each in units)),
        (MONEY, (money_row(state, key) for key in money)),
        (PROPOSALS, (proposal_row(each) for each in touched.proposals.values())),
        (OFFERS, (offer_row(each) for each in touched.offers.values())),
    ]
    found = {}
    for table, rows in made:
        kept = list(rows)
        if kept:
            found[table.model.__name__] = (table, kept)
    return found


def account_row(state: State, account: Account) -> Row:
    """An account; one that was closed keeps its row."""
    return (
        account.key,
        account.name,
        account.owner,
        account.kind,
        bool(state.registry.accounts.get(account.key)),
        account.key not in state.accounts,
        account.sector,
        ",".join(account.regions),
    )


def market_row(market: Market) -> Row:
    """A market as it stands."""
    rules = market.rules
    return (
        rules.market,
        rules.instrument,
        rules.vintage,
        rules.region,
        plain_text(rules.to_json()),
        market.phase,
        market.halted,
        market.day.day,
        market.reference,
        rules.sample,
    )


def day_row(market: str, day: Day) -> Row:
    """The day of a market."""
    return (market, *(getattr(day, name) for name in DAYS.columns[1:]))


def order_row(order: Order) -> Row:
    """An order as it stands."""
    return (
        order.number,
        order.account,
        order.market,
        order.side,
        order.price,
        order.quantity,
        order.open,
        order.at,
        order.day,
        order.traded,
        order.amount,
        order.fee,
        order.reserved,
        order.state,
        order.cause,
    )


def holding_row(state: State, holding: Holding) -> Row:
    """What an account holds in one state, nothing included."""
    account, series, held = holding
    ledger = state.registry.ledgers.get(Series(*series))
    quantity = ledger.totals.get((account, held), 0) if ledger else 0
    return (account, series.instrument, series.vintage, series.region, held._value_, quantity)


def money_row(state: State, account: str) -> Row:
    """Money of an account, nothing included."""
    return (account, state.registry.cash(account), state.registry.reserved_cash(account))


def proposal_row(made: Proposal) -> Row:
    """A proposal as it stands."""
    return tuple(getattr(made, name) for name in PROPOSALS.columns)


def offer_row(offer: Offer) -> Row:
    """An offer as it stands."""
    bids: list[Mapping[str, Any]] = [
        {
            "bid": each.number,
            "account": each.account,
            "price": each.price,
            "quantity": each.quantity,
            "at": each.at,
            "reserved": each.reserved,
        }
        for each in offer.bids.values()
    ]
    return (
        *(getattr(offer, name) for name in OFFERS.columns[:-2]),
        plain_text(offer.terms.said()),
        plain_text(bids),
    )

"""The settlement file of a trading day (清算文件): what each participant got and gave; everything adds up to nothing."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from ecociv.exchange.engine.state import FEES
from ecociv.exchange.models import TradeRow
from ecociv.exchange.queries import trades


@dataclass(frozen=True, slots=True)
class SettlementLine:
    """One participant on one market.

    Attributes
    ----------
    units : int
        Bought less sold.
    paid, received : int
        Fen of trades, without fees.
    fees : int
        Fen; of the account of the exchange what it received, below zero.
    net : int
        Fen that the account gained: received - paid - fees.
    """

    account: str
    market: str
    bought: int = 0
    sold: int = 0
    paid: int = 0
    received: int = 0
    fees: int = 0

    @property
    def units(self) -> int:
        """Bought less sold."""
        return self.bought - self.sold

    @property
    def net(self) -> int:
        """What the account gained, fen."""
        return self.received - self.paid - self.fees


COLUMNS = ("day", "market", "account", "bought", "sold", "units", "paid_fen", "received_fen", "fees_fen", "net_fen")


def settlement(venue: str, day: str) -> list[SettlementLine]:
    """The lines of a day by market and account, those of the fee account included.

    Per market units add up to nought, and so does what the accounts gained: what is paid is received, fees included.
    """
    sums: dict[tuple[str, str], list[int]] = {}

    def add(market: str, account: str, *figures: int) -> None:
        line = sums.setdefault((market, account), [0] * 5)
        for place, figure in enumerate(figures):
            line[place] += figure

    for trade in trades(venue, day=day).order_by("number").iterator(chunk_size=5_000):
        _one(trade, add)
    return [SettlementLine(account, market, *figures) for (market, account), figures in sorted(sums.items())]


def _one(trade: TradeRow, add: object) -> None:
    assert callable(add)
    add(trade.market, trade.buyer, trade.quantity, 0, trade.amount, 0, trade.buy_fee)
    add(trade.market, trade.seller, 0, trade.quantity, 0, trade.amount, trade.sell_fee)
    if trade.buy_fee or trade.sell_fee:
        add(trade.market, FEES, 0, 0, 0, 0, -trade.buy_fee - trade.sell_fee)


def settlement_csv(venue: str, day: str) -> str:
    """The settlement file: a header, a line for each participant and market, and a total line that is nought."""
    lines = settlement(venue, day)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in lines:
        writer.writerow(
            (
                day,
                line.market,
                line.account,
                line.bought,
                line.sold,
                line.units,
                line.paid,
                line.received,
                line.fees,
                line.net,
            )
        )
    total = [sum(getattr(line, name) for line in lines) for name in ("units", "paid", "received", "fees", "net")]
    writer.writerow((day, "", "TOTAL", "", "", *total))
    return out.getvalue()

"""The benchmark price (基准价): below it the government sells nothing of its reserve."""

from __future__ import annotations

from django.utils import timezone

from ecociv.core.text import Text
from ecociv.exchange.actions.base import CommandRefused
from ecociv.exchange.instruments import zone_exchange
from ecociv.exchange.queries import account as account_row
from ecociv.exchange.queries import market as market_now
from ecociv.plan.package import zone_directory


def refuse_below_benchmark(zone: str, account: str, market: str, price: int) -> None:
    """Refuse a sale of a reserve below the benchmark price of today.

    Parameters
    ----------
    price : int
        Fen for the quoted quantity of the market (and year).

    Raises
    ------
    CommandRefused
        ``below-benchmark``. Whether account and market are there is for the engine to say.
    """
    today = timezone.localdate()
    floors = {
        one.key: found
        for one in zone_exchange(zone_directory(zone)).instruments
        if (found := one.benchmark_on(today)) is not None
    }
    if not floors:
        return
    row, now = account_row(zone, account), market_now(zone, market)
    if row is None or row.sort != "reserve" or now is None or now.row.instrument not in floors:
        return
    floor = floors[now.row.instrument]
    least = floor.price * now.rules.quote
    if price < least:
        raise CommandRefused(
            "below-benchmark",
            Text(
                zh=f"起价{price}分低于基准价{least}分（{floor.citation.zh}）。",
                en=f"The start price of {price} fen is below the benchmark of {least} fen ({floor.citation.en}).",
            ),
        )

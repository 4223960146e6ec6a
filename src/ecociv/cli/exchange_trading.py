"""``ecociv exchange session|order|cancel|end-of-day|halt``: commands that write the journal."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from ecociv.cli.console import (
    EXIT_CODES,
    fail,
    format_option,
    language_option,
    say,
    say_json,
    with_django,
)
from ecociv.cli.exchange_refusals import refusals
from ecociv.cli.land_given import DAY, account, user_option, zone_option


@click.group(epilog=EXIT_CODES)
def session() -> None:
    """Sessions of a trading day."""


def done(action: Any, form: str, language: str) -> None:
    """Send an action and say what came of it; ends the command where it is refused."""
    try:
        with refusals(language, action.key):
            receipt = action.execute()
    except ValueError as refused:  # a key that is none, an author that is none
        fail(str(refused))
    told = {
        "sequence": receipt.sequence,
        "key": action.key,
        "repeated": receipt.repeated,
        "outcome": dict(receipt.outcome),
    }
    if form == "json":
        say_json(told)
        return
    say(f"entry {receipt.sequence}" + (" (taken before under this key)" if receipt.repeated else ""))
    for name, value in receipt.outcome.items():
        if name != "ok":
            say(f"  {name}: {value}")


def sending(command: Any) -> Any:
    """The options of every command that writes the journal."""
    for option in reversed(
        (
            zone_option,
            user_option,
            click.option("--key", default="", help="Idempotency key; sent again with it, nothing is done twice."),
            format_option("text", "json"),
            language_option,
        )
    ):
        command = option(command)
    return command


def sent(zone: str, username: str, key: str) -> dict[str, Any]:
    """Who sends to which exchange, under which key where one was given."""
    said: dict[str, Any] = {"zone": zone, "author": account(username)}
    return {**said, "key": key} if key else said


@session.command("open", epilog=EXIT_CODES)
@click.argument("market")
@click.option("--day", type=DAY, help="Trading day; today by default.")
@click.option("--auction", is_flag=True, help="Collect orders for a call auction first.")
@sending
@with_django
def open_session(
    market: str, day: dt.datetime | None, auction: bool, zone: str, username: str, key: str, form: str, language: str
) -> None:
    """Open the session of MARKET."""
    from django.utils import timezone

    from ecociv.exchange.actions import OpenSession

    on = day.date() if day else timezone.localdate()
    done(OpenSession(market=market, day=on, auction=auction, **sent(zone, username, key)), form, language)


@session.command("clear", epilog=EXIT_CODES)
@click.argument("market")
@sending
@with_django
def clear_auction(market: str, zone: str, username: str, key: str, form: str, language: str) -> None:
    """Call the auction of MARKET; continuous trading follows."""
    from ecociv.exchange.actions import ClearAuction

    done(ClearAuction(market=market, **sent(zone, username, key)), form, language)


@session.command("close", epilog=EXIT_CODES)
@click.argument("market")
@sending
@with_django
def close_session(market: str, zone: str, username: str, key: str, form: str, language: str) -> None:
    """Close the session of MARKET; open orders are withdrawn."""
    from ecociv.exchange.actions import CloseSession

    done(CloseSession(market=market, **sent(zone, username, key)), form, language)


@click.command("end-of-day", epilog=EXIT_CODES)
@click.argument("day", type=DAY)
@sending
@with_django
def end_of_day(day: dt.datetime, zone: str, username: str, key: str, form: str, language: str) -> None:
    """End the trading DAY: closes, and the references of the next day."""
    from ecociv.exchange.actions import EndDay

    done(EndDay(day=day.date(), **sent(zone, username, key)), form, language)


@click.command(epilog=EXIT_CODES)
@click.option("--account", "holder", required=True, help="Account that trades.")
@click.option("--market", required=True)
@click.option("--side", type=click.Choice(["buy", "sell"]), required=True)
@click.option("--quantity", type=int, required=True, help="Units of the instrument, a multiple of the lot.")
@click.option("--price", type=int, default=None, help="Limit in fen; without it an order at the market.")
@click.option("--life", type=click.Choice(["day", "immediate", "fill-or-kill"]), default="day", show_default=True)
@sending
@with_django
def order(
    holder: str,
    market: str,
    side: str,
    quantity: int,
    price: int | None,
    life: str,
    zone: str,
    username: str,
    key: str,
    form: str,
    language: str,
) -> None:
    """Give an order to a market: a limit in fen, or the market's price where none is given."""
    from ecociv.exchange.actions import SubmitOrder

    asked = SubmitOrder(
        account=holder,
        market=market,
        side=side,
        quantity=quantity,
        price=price,
        life=life,
        **sent(zone, username, key),
    )
    done(asked, form, language)


@click.command(epilog=EXIT_CODES)
@click.argument("number", type=int)
@click.option("--account", "holder", required=True, help="Account that placed it.")
@click.option("--quantity", type=int, default=None, help="Units to withdraw; all by default.")
@sending
@with_django
def cancel(
    number: int, holder: str, quantity: int | None, zone: str, username: str, key: str, form: str, language: str
) -> None:
    """Withdraw the order NUMBER."""
    from ecociv.exchange.actions import CancelOrder

    asked = CancelOrder(account=holder, order=number, quantity=quantity, **sent(zone, username, key))
    done(asked, form, language)


@click.command(epilog=EXIT_CODES)
@click.argument("market")
@click.argument("document")
@click.option("--resume", "back", is_flag=True, help="Resume it instead.")
@sending
@with_django
def halt(market: str, document: str, back: bool, zone: str, username: str, key: str, form: str, language: str) -> None:
    """Halt MARKET by the order DOCUMENT: its orders are withdrawn."""
    from ecociv.exchange.actions import HaltMarket, ResumeMarket

    asked = (ResumeMarket if back else HaltMarket)(market=market, document=document, **sent(zone, username, key))
    done(asked, form, language)

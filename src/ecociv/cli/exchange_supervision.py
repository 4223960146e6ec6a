"""``ecociv exchange freeze|surveillance|extract``: supervision of the market."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Any

import click

from ecociv.cli.console import (
    EARLIEST_YEAR,
    EXIT_CODES,
    LATEST_YEAR,
    Exit,
    fail,
    format_option,
    language_option,
    say,
    say_json,
    with_django,
)
from ecociv.cli.exchange_refusals import refusals_said
from ecociv.cli.exchange_trading import done, sending
from ecociv.cli.land_given import DAY, account, zone_option


def in_years(day: dt.datetime) -> dt.date:
    """A day within the years that commands take; at their ends a day could have none before or after it."""
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        fail(f"{day.date()} is outside {EARLIEST_YEAR} to {LATEST_YEAR}.", Exit.USAGE)
    return day.date()


@click.command(epilog=EXIT_CODES)
@click.argument("holder", metavar="ACCOUNT")
@click.argument("document")
@click.option("--release", is_flag=True, help="End the freeze instead.")
@sending
@with_django
def freeze(
    holder: str, document: str, release: bool, zone: str, username: str, key: str, form: str, language: str
) -> None:
    """Freeze ACCOUNT by the order DOCUMENT: its orders are withdrawn, nothing can be taken out; surrender stays possible."""
    from ecociv.exchange.actions import FreezeAccount, UnfreezeAccount

    made = UnfreezeAccount if release else FreezeAccount
    common: dict[str, Any] = {
        "zone": zone,
        "author": account(username),
        "account": holder,
        "document": document,
    }
    if key:
        common["key"] = key
    done(made(**common), form, language)


@click.command(epilog=EXIT_CODES)
@click.argument("day", type=DAY)
@click.option(
    "--as", "username", default="", help="Keep what is found, as this account; without it only show it."
)
@zone_option
@format_option("text", "json")
@language_option
@with_django
@refusals_said
def surveillance(day: dt.datetime, username: str, zone: str, form: str, language: str) -> None:
    """Look at the trading DAY: large positions, wash trades, ramping near the close. Exit code 1 when something is found."""
    from ecociv.exchange.rights.watching import LookForAlerts, look

    on = in_years(day)
    found = look(zone, on)
    kept = LookForAlerts(zone=zone, author=account(username), day=on).execute() if username else []
    if form == "json":
        say_json({"kept": len(kept), "alerts": [alert.to_json() for alert in found]})
    else:
        for alert in found:
            numbers = ", ".join(str(trade.number) for trade in alert.trades)
            said = alert.reason.text.in_language(language)
            say(
                f"{alert.label.in_language(language)}  {alert.market}  {said}"
                + (f"  [{numbers}]" if numbers else "")
            )
        say(f"{len(found)} found" + (f", {len(kept)} new" if username else ""))
    if found:
        sys.exit(int(Exit.FOUND))


@click.command("extract", epilog=EXIT_CODES)
@click.argument("target", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--since", type=DAY, required=True)
@click.option("--until", type=DAY, required=True, help="Last day, included.")
@click.option("--account", "holder", default="", help="Only what concerns this account.")
@format_option("jsonl", "csv")
@zone_option
@with_django
def extract_file(
    target: Path, since: dt.datetime, until: dt.datetime, holder: str, form: str, zone: str
) -> None:
    """Write the audit extract to TARGET, or to standard output for -."""
    from zoneinfo import ZoneInfo

    from ecociv.exchange.rights.extract import as_csv, as_json_lines, extract

    first, last = in_years(since), in_years(until)
    if first > last:
        fail("--until lies before --since.", Exit.USAGE)
    china = ZoneInfo("Asia/Shanghai")
    rows = extract(
        zone,
        since.replace(tzinfo=china),
        until.replace(tzinfo=china) + dt.timedelta(days=1),
        holder,
    )
    lines = as_csv(rows) if form == "csv" else as_json_lines(rows)
    if str(target) == "-":
        for line in lines:
            click.echo(line, nl=False)
        return
    count = 0
    try:
        with target.open("w", encoding="utf-8", newline="") as file:
            for line in lines:
                file.write(line)
                count += 1
    except OSError as error:
        fail(f"{target} cannot be written: {error.strerror}.")
    say(f"{count} lines")

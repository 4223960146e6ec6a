"""``ecociv exchange holdings|allocate|emissions|surrender``: the registry of rights."""

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
from ecociv.cli.indicator import moment
from ecociv.cli.land_given import DAY, account, number_of, user_option, zone_option

YEAR = click.IntRange(EARLIEST_YEAR, LATEST_YEAR)
VINTAGE = click.IntRange(0, LATEST_YEAR)


def series_options(command: Any) -> Any:
    """The options that name a series."""
    command = click.option("--region", default="", help="Region or basin; none for carbon.")(command)
    command = click.option("--vintage", type=VINTAGE, default=0, help="Year of issue or of compliance.")(command)
    return click.option("--instrument", required=True, help="Such as so2, cod, cea, water-right.")(command)


@click.command(epilog=EXIT_CODES)
@zone_option
@click.option("--account", "holder", default="", help="Only this account.")
@click.option("--instrument", default="", help="Only this instrument.")
@click.option("--as-of", default=None, help="Only what was recorded by then; without serial numbers.")
@format_option("text", "json")
@language_option
@with_django
@refusals_said
def holdings(zone: str, holder: str, instrument: str, as_of: str | None, form: str, language: str) -> None:
    """Holdings by account, instrument, vintage, region and state, with their serial numbers."""
    from ecociv.exchange.queries import holdings_of
    from ecociv.exchange.registry import State
    from ecociv.exchange.rights.queries import serial_holdings

    rows: list[dict[str, Any]]
    if as_of is not None:
        rows = [
            {**one._asdict(), "claim": "", "blocks": None}
            for one in holdings_of(zone, holder, instrument=instrument, as_of=moment(as_of))
        ]
    else:
        rows = [
            {
                "account": one.account,
                "instrument": one.series.instrument,
                "vintage": one.series.vintage,
                "region": one.series.region,
                "state": one.state,
                "quantity": one.quantity,
                "claim": one.claim,
                "blocks": [list(block) for block in one.blocks],
            }
            for one in serial_holdings(zone, holder, instrument)
        ]
    if form == "json":
        say_json(rows)
        return
    for row in rows:
        series = "/".join(
            str(part) for part in (row["instrument"], row["vintage"] or "", row["region"]) if part
        )
        blocks = row["blocks"] or []
        serials = ", ".join(f"{first}-{last}" for first, last in blocks[:4]) + (
            " ..." if len(blocks) > 4 else ""
        )
        state = State(row["state"]).label.in_language(language)
        say(
            f"{row['account']:<20} {series:<32} {state:<8} {row['quantity']:>14} {row['claim']} {serials}".rstrip()
        )
    if not rows:
        say({"zh": "没有持有记录。", "en": "Nothing is held."}[language])


@click.command(epilog=EXIT_CODES)
@series_options
@click.option("--cap", type=int, required=True, help="Whole units that there are for all.")
@click.option(
    "--from",
    "file",
    type=click.Path(path_type=Path),
    default=None,
    help="CSV of outputs; the permits by default.",
)
@click.option(
    "--paid",
    default="0",
    show_default=True,
    help="Per cent that is paid for, where the permits are the ground.",
)
@click.option("--on", type=DAY, default=None, help="Day whose permits and rules hold; today by default.")
@click.option("--document", required=True, help="Document it rests on.")
@click.option("--supplement", is_flag=True, help="It adds to a round that the series has had.")
@click.option("--dry-run", is_flag=True, help="Only show what would be allocated.")
@user_option
@zone_option
@format_option("text", "json")
@language_option
@with_django
@refusals_said
def allocate(
    instrument: str,
    vintage: int,
    region: str,
    cap: int,
    file: Path | None,
    paid: str,
    on: dt.datetime | None,
    document: str,
    supplement: bool,
    dry_run: bool,
    username: str,
    zone: str,
    form: str,
    language: str,
) -> None:
    """Allocate a series: free parts to holders, the rest into the government's reserve; the parts add up to the cap."""
    from fractions import Fraction

    from django.utils import timezone

    from ecociv.exchange.registry import Series
    from ecociv.exchange.rights.allocating import AllocateRound
    from ecociv.exchange.rights.applicants import (
        FileRefused,
        LeftOut,
        applicants_of_file,
        applicants_of_permits,
    )
    from ecociv.exchange.rights.base import instrument_on

    day = on.date() if on else timezone.localdate()
    left_out: list[LeftOut] = []
    try:
        if file is None:
            share = Fraction(number_of(paid)) / 100
            if not 0 <= share <= 1:
                fail(f"--paid is a number of per cent from 0 to 100, not {paid!r}.", Exit.USAGE)
            found = instrument_on(zone, instrument, day)
            applicants, left_out = applicants_of_permits(zone, found, region, day, paid=share)
        elif file.is_file():
            applicants = applicants_of_file(file.read_bytes())
        else:
            fail(f"There is no file {str(file)!r}.")
        action = AllocateRound(
            zone=zone,
            author=account(username),
            series=Series(instrument, vintage, region),
            cap=cap,
            applicants=applicants,
            left_out=left_out,
            supplement=supplement,
            document=document,
            on=day,
        )
        made = action.allocation()
        sequence = None if dry_run else action.execute().sequence
    except FileRefused as refused:
        fail("\n".join(f"row {fault.row}: {fault.text.in_language(language)}" for fault in refused.faults))
    told = {
        "entry": sequence,
        "cap": made.cap,
        "reserve": made.reserve,
        "parts": [
            {"account": part.account, "units": part.units, "free": part.free, "paid": part.paid}
            for part in made.parts
        ],
        "left_out": [{"account": one.account, "why": one.why.in_language(language)} for one in left_out],
    }
    if form == "json":
        say_json(told)
        return
    for part in made.parts:
        say(f"{part.account:<20} {part.units:>14}  free {part.free}  paid {part.paid}")
    for one in left_out:
        say(f"{one.account:<20} {'-':>14}  {one.why.in_language(language)}")
    say(
        f"cap {made.cap}, without a ground {made.reserve}"
        + (f", entry {sequence}" if sequence else ", nothing recorded")
    )


@click.command(epilog=EXIT_CODES)
@click.argument("holder", metavar="ACCOUNT")
@click.argument("instrument")
@click.argument("year", type=YEAR)
@click.option("--region", default="", help="Region or basin of the obligation.")
@click.option("--credits", "credits_", type=click.IntRange(min=0), default=0, help="Sink credits to use.")
@click.option("--partial", is_flag=True, help="Surrender what there is, although it does not suffice.")
@click.option("--document", default="", help="Document it rests on; without it only the count is shown.")
@click.option("--as", "username", default="", help="Name of the account that acts; needed with --document.")
@zone_option
@format_option("text", "json")
@language_option
@with_django
@refusals_said
def surrender(
    holder: str,
    instrument: str,
    year: int,
    region: str,
    credits_: int,
    partial: bool,
    document: str,
    username: str,
    zone: str,
    form: str,
    language: str,
) -> None:
    """Surrender the units of ACCOUNT against its verified emissions of YEAR; without --document show the count."""
    from ecociv.exchange.rights.emissions import SurrenderUnits

    if document and not username:
        fail("--as is needed with --document.", Exit.USAGE)
    action = SurrenderUnits(
        zone=zone,
        author=account(username) if username else "ecociv exchange surrender",
        account=holder,
        instrument_key=instrument,
        year=year,
        region=region,
        credits=credits_,
        partial=partial,
        document=document,
    )
    plan = action.planned()
    sequence = action.execute().sequence if document else None
    place = plan.position
    told = {
        "entry": sequence,
        "assessed": place.assessed,
        "revision": place.revision,
        "surrendered": place.own,
        "credits": place.credits,
        "credits_counted": place.credits_counted,
        "due": place.due,
        "surplus": place.surplus,
        "parts": [{"series": list(series), "quantity": quantity} for series, quantity in plan.parts],
        "shortfall": plan.shortfall,
        "reasons": [one.text.in_language(language) for one in plan.verdict.reasons],
    }
    if form == "json":
        say_json(told)
    else:
        for name, value in told.items():
            if name == "parts":
                for series, quantity in plan.parts:
                    say(f"  {series}: {quantity}")
            elif name == "reasons":
                for one in plan.verdict.reasons:
                    say(one.text.in_language(language))
            else:
                say(f"{name}: {value if value is not None else '-'}")
    if sequence is None and place.due:
        sys.exit(int(Exit.FOUND))


@click.command("emissions", epilog=EXIT_CODES)
@click.argument("holder", metavar="ACCOUNT")
@click.argument("instrument")
@click.argument("year", type=YEAR)
@click.argument("quantity", type=int)
@click.option("--region", default="", help="Region or basin.")
@click.option("--document", required=True, help="Report of the verification.")
@click.option("--reason", default="", help="Why it is restated, where the year has a figure already.")
@user_option
@zone_option
@language_option
@with_django
@refusals_said
def record_emissions(
    holder: str,
    instrument: str,
    year: int,
    quantity: int,
    region: str,
    document: str,
    reason: str,
    username: str,
    zone: str,
    language: str,
) -> None:
    """Record the verified emissions of ACCOUNT in YEAR; a second time it is a restatement."""
    from ecociv.exchange.rights.emissions import RecordVerifiedEmission

    row = RecordVerifiedEmission(
        zone=zone,
        author=account(username),
        account=holder,
        instrument=instrument,
        year=year,
        region=region,
        quantity=quantity,
        document=document,
        reason=reason,
    ).execute()
    say(f"revision {row.revision}")

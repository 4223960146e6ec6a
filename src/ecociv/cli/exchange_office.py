"""``ecociv exchange account|series|blocks|rules``: what the market office does beside the trading day."""

from __future__ import annotations

import datetime as dt
import sys

import click

from ecociv.cli.console import (
    EXIT_CODES,
    Exit,
    fail,
    format_option,
    language_option,
    say,
    say_json,
    with_django,
)
from ecociv.cli.exchange_refusals import refusals_said
from ecociv.cli.exchange_rights import VINTAGE
from ecociv.cli.exchange_trading import done, sending, sent
from ecociv.cli.land_given import DAY, account, user_option, zone_option


@click.group("account", epilog=EXIT_CODES)
def accounts_group() -> None:
    """Accounts of the registry: open one, say who controls it, close one that is empty."""


@accounts_group.command("open", epilog=EXIT_CODES)
@click.argument("holder", metavar="ACCOUNT")
@click.argument("name", required=False, default="")
@click.option("--document", required=True, help="Document it rests on.")
@click.option("--sort", type=click.Choice(["trader", "reserve"]), default="trader", show_default=True)
@click.option("--owner", default="", help="Beneficial owner, where several accounts belong to one.")
@sending
@with_django
@refusals_said
def open_account(
    holder: str,
    name: str,
    document: str,
    sort: str,
    owner: str,
    zone: str,
    username: str,
    key: str,
    form: str,
    language: str,
) -> None:
    """Open an account for ACCOUNT, a unified social credit code or the key of a body; NAME where the register has none."""
    from ecociv.exchange.rights.opening import OpenRegistryAccount, applied

    asked = applied(zone, holder, sort, owner)
    title = name.strip() or (asked.entry.title if asked.entry else "")
    if asked.verdict.ok and not title:
        fail(f"The register of enterprises has no {holder!r}: give the NAME.", Exit.USAGE)
    action = OpenRegistryAccount(
        account=holder, name=title, document=document, sort=sort, owner=owner, **sent(zone, username, key)
    )
    done(action, form, language)


@accounts_group.command("close", epilog=EXIT_CODES)
@click.argument("holder", metavar="ACCOUNT")
@click.option("--document", required=True, help="Document it rests on.")
@sending
@with_django
def close_account(
    holder: str, document: str, zone: str, username: str, key: str, form: str, language: str
) -> None:
    """Close ACCOUNT when nothing is in it: so one that was opened by mistake is taken back."""
    from ecociv.exchange.actions import CloseAccount

    done(CloseAccount(account=holder, document=document, **sent(zone, username, key)), form, language)


@accounts_group.command("owner", epilog=EXIT_CODES)
@click.argument("holder", metavar="ACCOUNT")
@click.argument("owner")
@click.option("--document", required=True, help="Document it rests on.")
@sending
@with_django
def change_owner(
    holder: str, owner: str, document: str, zone: str, username: str, key: str, form: str, language: str
) -> None:
    """Record OWNER as whoever controls ACCOUNT; the accounts of one owner do not trade with each other."""
    from ecociv.exchange.actions import ChangeOwner

    done(
        ChangeOwner(account=holder, owner=owner, document=document, **sent(zone, username, key)),
        form,
        language,
    )


@accounts_group.command("describe", epilog=EXIT_CODES)
@click.option("--document", required=True, help="Document it rests on.")
@click.option("--as", "username", required=True, help="Name of the account that acts.")
@zone_option
@format_option("text", "json")
@language_option
@with_django
@refusals_said
def describe_accounts(document: str, username: str, zone: str, form: str, language: str) -> None:
    """Record sector, region and basin of every account as the register of enterprises has them today.

    The rules of the markets judge by what is recorded here. Exit code 1 when an account was refused, for instance because it
    has an order open.
    """
    from ecociv.exchange.rights.describing import DescribeAccounts

    made = DescribeAccounts(zone=zone, author=account(username), document=document).execute()
    if form == "json":
        say_json(
            [
                {"account": one.account, "sector": one.sector, "regions": list(one.regions), "outcome": receipt.outcome}
                for one, receipt in made
            ]
        )
    else:
        for one, receipt in made:
            outcome = receipt.outcome
            said = f"{one.sector or '-'} {','.join(one.regions) or '-'}" if outcome["ok"] else outcome[language]
            say(f"{one.account:<20} {said}")
        if not made:
            say({"zh": "各账户均与登记一致。", "en": "Every account is as the register has it."}[language])
    if not all(receipt.outcome["ok"] for _, receipt in made):
        sys.exit(int(Exit.FOUND))


@click.group("series", epilog=EXIT_CODES)
def series_group() -> None:
    """Series of rights: what there is of each, until when it is valid, and letting one expire."""


@series_group.command("list", epilog=EXIT_CODES)
@click.option("--on", type=DAY, default=None, help="Day whose rules hold; today by default.")
@click.option(
    "--due", is_flag=True, help="Only those whose validity has ended and of which something is left."
)
@zone_option
@format_option("text", "json")
@language_option
@with_django
@refusals_said
def list_series(on: dt.datetime | None, due: bool, zone: str, form: str, language: str) -> None:
    """Every series with its units, and the last day on which it is valid."""
    from ecociv.exchange.rights.expiring import all_series

    found = [one for one in all_series(zone, on.date() if on else None) if one.may_expire or not due]
    if form == "json":
        say_json(
            [
                {
                    "instrument": one.series.instrument,
                    "vintage": one.series.vintage,
                    "region": one.series.region,
                    "issued": one.issued,
                    "units": one.units,
                    "live": {state.value: quantity for state, quantity in one.live},
                    "valid_until": one.ends.isoformat() if one.ends else None,
                    "ended": one.ended,
                }
                for one in found
            ]
        )
        return
    for one in found:
        ends = one.ends.isoformat() if one.ends else "-"
        say(
            f"{str(one.series):<32} {one.issued:>14} {one.units:>14}  {ends}{'  due' if one.may_expire else ''}"
        )
    if not found:
        say({"zh": "没有批次。", "en": "There is no series."}[language])


@series_group.command("expire", epilog=EXIT_CODES)
@click.argument("instrument")
@click.argument("vintage", type=VINTAGE)
@click.option("--region", default="", help="Region or basin; none for carbon.")
@click.option(
    "--document", default="", help="Document it rests on; without it only what would expire is shown."
)
@click.option("--on", type=DAY, default=None, help="Day whose rules hold; today by default.")
@click.option("--as", "username", default="", help="Name of the account that acts; needed with --document.")
@zone_option
@format_option("text", "json")
@language_option
@with_django
@refusals_said
def expire(
    instrument: str,
    vintage: int,
    region: str,
    document: str,
    on: dt.datetime | None,
    username: str,
    zone: str,
    form: str,
    language: str,
) -> None:
    """Let a series whose validity has ended expire, whoever holds it. It is final.

    Without --document what would expire is shown, with exit code 1 when it is something.
    """
    from ecociv.exchange.registry import Series
    from ecociv.exchange.rights.expiring import ExpireSeries

    if document and not username:
        fail("--as is needed with --document.", Exit.USAGE)
    action = ExpireSeries(
        zone=zone,
        author=account(username) if username else "ecociv exchange series expire",
        series=Series(instrument, vintage, region),
        document=document,
        on=on.date() if on else None,
    )
    standing = action.standing()
    if document:
        done(action, form, language)
        return
    if form == "json":
        say_json(
            [
                {"account": holder, "state": state.value, "claim": claim, "quantity": quantity}
                for holder, state, claim, quantity in standing.holders
            ]
        )
    else:
        for holder, state, claim, quantity in standing.holders:
            say(f"{holder:<20} {state.label.in_language(language):<8} {quantity:>14} {claim}".rstrip())
        say(
            {
                "zh": f"将失效 {standing.units}；未作记录。",
                "en": f"{standing.units} would expire; nothing recorded.",
            }[language]
        )
    sys.exit(int(Exit.FOUND))


@click.group("blocks", epilog=EXIT_CODES)
def blocks_group() -> None:
    """Negotiated blocks: let lapse those whose time to be confirmed is over."""


@blocks_group.command("lapse", epilog=EXIT_CODES)
@user_option
@zone_option
@format_option("text", "json")
@language_option
@with_django
@refusals_said
def lapse(username: str, zone: str, form: str, language: str) -> None:
    """Let proposals whose time is over give back what they hold now; the jobs do it every minute."""
    from ecociv.exchange.actions import LapseBlocks

    numbers = LapseBlocks(zone=zone, author=account(username)).execute()
    if form == "json":
        say_json({"lapsed": numbers})
    else:
        say({"zh": f"{len(numbers)}笔大宗协议已失效", "en": f"{len(numbers)} lapsed"}[language])


@click.command("rules", epilog=EXIT_CODES)
@click.option(
    "--put-in-force",
    "document",
    default="",
    metavar="DOCUMENT",
    help="Put them in force under this document.",
)
@click.option(
    "--as", "username", default="", help="Name of the account that acts; needed with --put-in-force."
)
@zone_option
@format_option("text", "json")
@language_option
@with_django
@refusals_said
def rules(document: str, username: str, zone: str, form: str, language: str) -> None:
    """Rules of markets as declared for today beside those in force; exit code 1 when they differ."""
    from ecociv.exchange.actions import PutRulesInForce
    from ecociv.exchange.actions.ruling import rulings

    if document and not username:
        fail("--as is needed with --put-in-force.", Exit.USAGE)
    if document:
        made = PutRulesInForce(zone=zone, author=account(username), document=document).execute()
        if form == "json":
            say_json({"entries": [receipt.sequence for receipt in made]})
        else:
            say({"zh": f"{len(made)}个市场的规则已生效", "en": f"{len(made)} markets put in force"}[language])
        return
    found = rulings(zone)
    if form == "json":
        say_json(
            [
                {"market": one.declared.market, "open": one.now is not None, "differs": list(one.differs)}
                for one in found
            ]
        )
    else:
        for one in found:
            said = "not open" if one.now is None else ", ".join(one.differs) or "as declared"
            say(f"{one.declared.market:<12} {said}")
    if any(one.due for one in found):
        sys.exit(int(Exit.FOUND))

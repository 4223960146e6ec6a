"""``ecociv deposit``: deposits and funds for the restoration of mines."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import click

from ecociv.cli.console import (
    EXIT_CODES,
    answer_options,
    fail,
    language_option,
    say,
    say_json,
    say_rows,
    with_django,
)
from ecociv.cli.indicator import moment
from ecociv.cli.land_given import day_of, reading_options, zone_option
from ecociv.cli.liability_given import KIND, MoneyGiven, money_options, yuan_text


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Restoration deposits of mines (矿山地质环境治理恢复保证金、基金)."""


@group.command("list", epilog=EXIT_CODES)
@zone_option
@reading_options
@click.option("--short", is_flag=True, help="Only mines that have not secured what is called.")
@answer_options
@with_django
def list_mines(
    zone: str, on: dt.datetime | None, as_of: str | None, short: bool, form: str, language: str
) -> None:
    """Mines with what is called, paid in, spent and still to be restored; yuan."""
    from ecociv.liabilities.deposits.queries import mine_positions

    found = [one for one in mine_positions(zone, day_of(on), moment(as_of)) if one.short or not short]
    columns = ("right", "mine", "called", "paid", "short", "to_restore")
    none = {"zh": "没有矿山。", "en": "There is no such mine."}
    say_rows([_json(one) for one in found], form, language, columns, none)


@group.command("show", epilog=EXIT_CODES)
@click.argument("right")
@zone_option
@reading_options
@answer_options
@with_django
def show(right: str, zone: str, on: dt.datetime | None, as_of: str | None, form: str, language: str) -> None:
    """The mine of mining right RIGHT: what is called with its arithmetic, and every movement."""
    from ecociv.ledger.money import shown
    from ecociv.liabilities.deposits.queries import mine_positions

    found = mine_positions(zone, day_of(on), moment(as_of), key=right)
    if not found:
        fail(
            f"There was no mining right {right!r} on the register; `ecociv deposit list` shows what there is."
        )
    (one,) = found
    if form == "json":
        say_json(
            _json(one)
            | {
                "arithmetic": one.called.to_json() if one.called else None,
                "movements": [
                    {
                        "day": each.day.isoformat(),
                        "kind": each.kind,
                        "amount": yuan_text(each.fen),
                        "document": each.document,
                    }
                    for each in one.movements
                ],
            }
        )
        return
    say(f"{one.entry.key}  {one.entry.title}  {one.entry.holder}")
    if one.called:
        say(one.called.as_text(language))
    for movement in one.movements:
        say(f"  {movement.day}  {movement.get_kind_display()}  {shown(movement.fen)}  {movement.document}")


@group.command("move", epilog=EXIT_CODES)
@click.argument("right")
@zone_option
@click.option("--kind", type=KIND, required=True)
@money_options
@language_option
@with_django
def move(right: str, zone: str, kind: str, given: MoneyGiven, language: str) -> None:
    """Book what the mine of RIGHT paid in, accepted works paid from it, or what was given back."""
    from ecociv.cli.database import ensure_plan
    from ecociv.liabilities.deposits.actions import MoveDepositMoney

    ensure_plan(zone)
    given.book(partial(MoveDepositMoney, zone=zone, right=right, kind=kind), language)


def _json(one: Any) -> dict[str, Any]:
    def yuan(fen: int | None) -> str | None:
        return None if fen is None else yuan_text(fen)

    return {
        "right": one.entry.key,
        "mine": one.entry.title,
        "holder": one.entry.holder,
        "state": one.entry.state,
        "regime": one.regime.key if one.regime else None,
        "cost": yuan(one.cost_fen),
        "called": yuan(one.called_fen),
        "paid": yuan_text(one.sums.paid),
        "works": yuan_text(one.sums.works),
        "refunded": yuan_text(one.sums.refunded),
        "held": yuan_text(one.sums.held),
        "short": yuan(one.short),
        "to_restore": yuan(one.to_restore),
        "sample": one.entry.sample,
    }

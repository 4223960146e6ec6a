"""``ecociv damage``: environmental damage, its valuation and what is paid."""

from __future__ import annotations

import datetime as dt
import sys
from decimal import Decimal
from functools import partial
from typing import Any

import click

from ecociv.cli.console import (
    EXIT_CODES,
    Exit,
    answer_options,
    fail,
    language_option,
    say,
    say_json,
    say_rows,
    with_django,
)
from ecociv.cli.indicator import moment
from ecociv.cli.land_given import DAY, day_of, number_of, reading_options, zone_option
from ecociv.cli.liability_given import KIND, MoneyGiven, money_options, yuan_text


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Environmental damage (生态环境损害赔偿): cases, valuation, instalments, payments."""


@group.command("list", epilog=EXIT_CODES)
@zone_option
@reading_options
@click.option("--overdue", is_flag=True, help="Only where a payment is late.")
@answer_options
@with_django
def list_damage(
    zone: str, on: dt.datetime | None, as_of: str | None, overdue: bool, form: str, language: str
) -> None:
    """Damage on record, with what is agreed, paid and late; amounts in yuan."""
    from ecociv.cli.database import ensure_plan
    from ecociv.liabilities.damage.queries import positions

    ensure_plan(zone)
    found = [one for one in positions(zone, day_of(on), moment(as_of)) if one.overdue or not overdue]
    columns = ("number", "title", "state", "agreed", "paid", "overdue")
    none = {"zh": "没有损害案件。", "en": "There is no damage on record."}
    say_rows([position_json(one) for one in found], form, language, columns, none)


@group.command("show", epilog=EXIT_CODES)
@click.argument("number")
@zone_option
@reading_options
@answer_options
@with_django
def show(number: str, zone: str, on: dt.datetime | None, as_of: str | None, form: str, language: str) -> None:
    """The damage of case NUMBER: valuation with its arithmetic, instalments, movements."""
    from ecociv.ledger.money import shown
    from ecociv.liabilities.damage.queries import position

    one = position(damage_of(zone, number), day_of(on), moment(as_of))
    if form == "json":
        say_json(
            position_json(one)
            | {
                "valuation": one.valuation.trace if one.valuation else None,
                "instalments": [
                    {
                        "due": each.instalment.due.isoformat(),
                        "amount": yuan_text(each.instalment.fen),
                        "paid": yuan_text(each.paid),
                        "state": each.state,
                        "days_late": each.late,
                    }
                    for each in one.instalments
                ],
                "movements": [
                    {
                        "day": each.day.isoformat(),
                        "kind": each.kind,
                        "amount": yuan_text(each.fen),
                        "entry": each.entry.number,
                        "document": each.document,
                        "by": each.author_name,
                    }
                    for each in one.movements
                ],
            }
        )
        return
    say(f"{one.damage.case.number}  {one.damage.case.title}  {one.damage.enterprise}")
    if one.valuation:
        say(one.valuation.arithmetic.as_text(language))
    for each in one.instalments:
        say(
            f"  {each.instalment.due}  {shown(each.instalment.fen)}  {shown(each.paid)}  {each.state}  {each.late or ''}"
        )
    for movement in one.movements:
        say(f"  {movement.day}  {movement.get_kind_display()}  {shown(movement.fen)}  {movement.document}")


@group.command("value", epilog=EXIT_CODES)
@click.option("--amount", "quantity", required=True, help="Amount discharged.")
@click.option("--unit", default="kg", show_default=True, help="Unit of the amount.")
@click.option("--unit-cost", required=True, help="Yuan to treat one unit.")
@click.option("--medium", type=click.Choice(["surface-water", "groundwater", "air", "soil"]), required=True)
@click.option(
    "--class", "function_class", required=True, help="Function class of the environment, such as III."
)
@click.option(
    "--factor", "factors", multiple=True, metavar="NAME=VALUE", help="A multiplier, as sensitivity=5."
)
@click.option("--on", type=DAY, required=True, help="Day of the discharge; it chooses the edition.")
@answer_options
def value(
    quantity: str,
    unit: str,
    unit_cost: str,
    medium: str,
    function_class: str,
    factors: tuple[str, ...],
    on: dt.datetime,
    form: str,
    language: str,
) -> None:
    """The virtual treatment cost of a discharge, with its arithmetic; nothing is recorded."""
    from ecociv.core.periods import OutsideValidity
    from ecociv.core.quantities import UnitError, check_unit
    from ecociv.liabilities.valuation.amounts import ValuationRefused
    from ecociv.liabilities.valuation.virtual_treatment import virtual_treatment_cost

    chosen = {}
    for each in factors:
        name, equals, figure = each.partition("=")
        if not equals:
            fail(f"{each!r}: write a factor as sensitivity=5.", Exit.USAGE)
        chosen[name.strip()] = number_of(figure)
    try:
        check_unit(unit)
        found = virtual_treatment_cost(
            number_of(quantity), number_of(unit_cost), medium, function_class, chosen, on.date(), unit=unit
        )
    except ValuationRefused as refused:
        fail(refused.text.in_language(language))
    except (OutsideValidity, UnitError) as refused:
        fail(str(refused))
    if form == "json":
        say_json(found.to_json())
    else:
        say(found.as_text(language))


@group.command("pay", epilog=EXIT_CODES)
@click.argument("number")
@zone_option
@click.option("--kind", type=KIND, default="paid", show_default=True)
@money_options
@language_option
@with_django
def pay(number: str, zone: str, kind: str, given: MoneyGiven, language: str) -> None:
    """Book a payment for the damage of case NUMBER, accepted works, or what is given back."""
    from ecociv.liabilities.damage.payments import MoveDamageMoney

    given.book(partial(MoveDamageMoney, damage=damage_of(zone, number), kind=kind), language)


@group.command("due", epilog=EXIT_CODES)
@zone_option
@reading_options
@answer_options
@with_django
def due_now(zone: str, on: dt.datetime | None, as_of: str | None, form: str, language: str) -> None:
    """What is still to be restored, damage and mines together, with the sum; yuan."""
    from ecociv.cli.database import ensure_plan
    from ecociv.liabilities.queries import due, total_due

    ensure_plan(zone)
    day, known = day_of(on), moment(as_of)
    if form == "json":
        say_json(
            {
                "total": total_due(zone, day, known).to_json(),
                "due": [
                    {
                        "kind": one.kind,
                        "key": one.key,
                        "title": one.title,
                        "holder": one.holder,
                        "amount": str(one.amount),
                        "secured": str(one.secured),
                        "sample": one.sample,
                    }
                    for one in due(zone, day, known)
                ],
            }
        )
        return
    for one in due(zone, day, known):
        worth = (
            f"{one.amount:,.2f}"
            if isinstance(one.amount, Decimal)
            else one.amount.label.in_language(language)
        )
        say(f"{one.kind}  {one.key}  {one.title}  {worth}")
    added = total_due(zone, day, known)
    say(f"{added.label.in_language(language)}: {added.value:,.2f}")
    for note in added.notes:
        click.echo(note.in_language(language), err=True)


@group.command("verify", epilog=EXIT_CODES)
@zone_option
@language_option
@with_django
def verify(zone: str, language: str) -> None:
    """Whether movements on record and the balances of the ledger agree; exit code 1 and the places where they do not."""
    from ecociv.liabilities.money import disagreements

    found = disagreements(zone)
    for text in found:
        say(text.in_language(language))
    if found:
        sys.exit(int(Exit.FOUND))
    say({"zh": "一致。", "en": "They agree."}[language])


def damage_of(zone: str, number: str) -> Any:
    """The damage of a case; ends the command where there is none."""
    from ecociv.cli.database import ensure_plan
    from ecociv.liabilities.models import Damage

    ensure_plan(zone)
    found = Damage.objects.filter(zone=zone, case__number=number).select_related("case").first()
    if found is None:
        fail(f"There is no damage {number!r}; `ecociv damage list` shows what is on record.")
    return found


def position_json(one: Any) -> dict[str, Any]:
    """Where a damage stands, as JSON; yuan as text."""
    return {
        "number": one.damage.case.number,
        "title": one.damage.case.title,
        "state": one.damage.case.state,
        "enterprise": one.damage.enterprise,
        "medium": one.damage.medium,
        "happened_on": one.damage.happened_on.isoformat(),
        "valued": yuan_text(one.valuation.fen) if one.valuation else None,
        "agreed": yuan_text(one.settlement.fen) if one.settlement else None,
        "paid": yuan_text(one.sums.paid),
        "works": yuan_text(one.sums.works),
        "refunded": yuan_text(one.sums.refunded),
        "held": yuan_text(one.sums.held),
        "outstanding": yuan_text(one.outstanding),
        "overdue": yuan_text(one.overdue),
        "days_late": one.late,
        "to_restore": yuan_text(one.to_restore),
        "sample": one.damage.sample,
    }

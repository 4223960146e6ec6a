"""``ecociv green``: treatment contracts, green credit, green procurement, forest carbon."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

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
    year_option,
)
from ecociv.cli.green_fees import fees
from ecociv.cli.indicator import moment

zone_option = click.option("--zone", default="jingdezhen", show_default=True)
as_of_option = click.option("--as-of", default=None, help="As it was known on this day (2017-03-01).")


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Green economy (绿色经济). Contracts, loans, products, purchases and projects are kept by `ecociv registers`."""


group.add_command(fees)


@group.command("performance", epilog=EXIT_CODES)
@click.argument("contract")
@click.option("--month", required=True, help="Such as 2016-05.")
@zone_option
@as_of_option
@format_option("text", "json")
@language_option
@with_django
def performance_of(contract: str, month: str, zone: str, as_of: str | None, form: str, language: str) -> None:
    """What is due for a month of CONTRACT, from its readings; nothing is recorded. Ends with 1 where it is reduced."""
    from ecociv.cli.database import ensure_plan
    from ecociv.green_economy.contracts import Month, PerformanceRefused, contract_of, performance

    ensure_plan(zone)
    try:
        asked = Month.read(month)
        found = contract_of(zone, contract, asked.end - dt.timedelta(days=1), moment(as_of))
        if found is None:
            fail(
                f"There was no contract {contract!r} in {month}; `ecociv registers list treatment-contract` shows them."
            )
        due = performance(zone, found, asked, moment(as_of))
    except PerformanceRefused as refused:
        fail(refused.text.in_language(language))
    if form == "json":
        say_json(
            {
                "contract": contract,
                "month": month,
                "amount_yuan": str(due.amount),
                "verdict": due.verdict.to_json(),
                "parts": [
                    {
                        "obligation": one.promise.key,
                        "series": one.promise.series,
                        "due": one.due,
                        "usable": one.usable,
                        "met": one.met,
                        "attained": str(one.attained),
                        "pay": str(one.pay),
                    }
                    for one in due.parts
                ],
                "trace": due.trace.to_json(),
            }
        )
    else:
        say(due.trace.as_text(language))
    if due.verdict.ok is not True:
        raise SystemExit(int(Exit.FOUND))


@group.command("settle", epilog=EXIT_CODES)
@click.argument("contract")
@click.option("--month", required=True, help="Such as 2016-05.")
@click.option("--reason", default="", help="Why a settled month is settled again.")
@click.option("--author", default="ecociv green settle", show_default=True)
@zone_option
@language_option
@with_django
def settle(contract: str, month: str, reason: str, author: str, zone: str, language: str) -> None:
    """Settle a month of CONTRACT; settling it again is the next revision."""
    from ecociv.cli.database import ensure_plan
    from ecociv.green_economy.actions import GreenRefused, SettlePerformance

    ensure_plan(zone)
    try:
        row = SettlePerformance(
            zone=zone, contract=contract, month=month, author=author, reason=reason
        ).execute()
    except GreenRefused as refused:
        fail("\n".join(text.in_language(language) for text in refused.texts))
    amount = "—" if row.amount is None else f"{row.amount:,}"
    say(
        {
            "zh": f"{row.contract} {row.month} 第{row.revision}次结算：应付{amount}元（月服务费{row.fee:,}元）",
            "en": f"{row.contract} {row.month}, settlement {row.revision}: {amount} yuan due of {row.fee:,}",
        }[language]
    )


@group.command("credit", epilog=EXIT_CODES)
@year_option
@click.option("--quarter", type=click.IntRange(1, 4), required=True)
@zone_option
@as_of_option
@format_option("text", "json")
@language_option
@with_django
def credit(year: int, quarter: int, zone: str, as_of: str | None, form: str, language: str) -> None:
    """Green loans by class of use at the end of a quarter."""
    from ecociv.cli.database import ensure_plan
    from ecociv.green_economy.credit import quarter_end
    from ecociv.green_economy.loans import class_names, quarter_totals

    ensure_plan(zone)
    end = quarter_end(year, quarter)
    names, found = class_names(zone), quarter_totals(zone, end, moment(as_of))
    rows = [
        {
            "class": one.key,
            "name": names[one.key].in_language(language) if one.key in names else one.key,
            "loans": one.loans,
            "balance_yuan": str(one.balance),
            "lent_yuan": str(one.lent),
            "non_performing_yuan": str(one.non_performing),
        }
        for one in found
    ]
    if form == "json":
        say_json(
            {"on": end.isoformat(), "classes": rows, "balance_yuan": str(sum(one.balance for one in found))}
        )
        return
    for row in rows:
        say(
            "  ".join(
                str(row[key]) for key in ("name", "loans", "balance_yuan", "lent_yuan", "non_performing_yuan")
            )
        )
    say(f"{end}  {sum(one.balance for one in found):,}")


@group.command("check-borrower", epilog=EXIT_CODES)
@click.argument("code")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Today by default.")
@zone_option
@format_option("text", "json")
@language_option
@with_django
def check_borrower(code: str, on: dt.datetime | None, zone: str, form: str, language: str) -> None:
    """The environmental record of the enterprise with credit code CODE; ends with 1 where something stands against it."""
    from django.utils import timezone

    from ecociv.cli.database import ensure_plan
    from ecociv.green_economy.loans import borrower_record

    ensure_plan(zone)
    verdict = borrower_record(zone, code, on.date() if on else timezone.localdate())
    if form == "json":
        say_json(verdict.to_json())
    else:
        for reason in verdict.reasons:
            say(f"{reason.code}: {reason.text.in_language(language)}")
        if verdict.ok:
            say({"zh": "登记和案件中没有不良记录。", "en": "Nothing stands against it."}[language])
    if verdict.ok is not True:
        raise SystemExit(int(Exit.FOUND))


@group.command("procurement", epilog=EXIT_CODES)
@click.option(
    "--year", type=click.IntRange(1990, 2999), default=None, help="By body in this year; all years without."
)
@zone_option
@as_of_option
@format_option("text", "json")
@language_option
@with_django
def procurement(year: int | None, zone: str, as_of: str | None, form: str, language: str) -> None:
    """Share of green procurement by amount (indicator 47), beside the yearly return."""
    from ecociv.cli.database import ensure_plan
    from ecociv.green_economy.purchases import body_shares, purchases, returned, year_shares

    ensure_plan(zone)
    known = moment(as_of)
    found = purchases(zone, as_of=known)
    shares = body_shares(found, year) if year else list(year_shares(found).values())
    years = sorted({one.day.year for one in found})
    said = returned(zone, (years[0], years[-1]), known) if years and not year else {}
    rows = [
        {
            "group": one.label.in_language(language),
            "purchases": one.count,
            "green_yuan": str(one.green),
            "all_yuan": str(one.total),
            "share_percent": None if one.share is None else str(one.share),
            "return_percent": None if year or at not in said else str(said[at].share),
            "on_record_percent": None if year or at not in said else str(said[at].on_record(one.total)),
        }
        for at, one in zip(years if not year else [0] * len(shares), shares, strict=True)
    ]
    if form == "json":
        say_json(rows)
        return
    for row in rows:
        say("  ".join("-" if value is None else str(value) for value in row.values()))
    if not rows:
        say({"zh": "没有采购记录。", "en": "There is no purchase on record."}[language])


@group.command("carbon", epilog=EXIT_CODES)
@click.argument("project")
@click.option(
    "--from", "first", type=click.IntRange(1990, 2999), required=True, help="Year of the first survey."
)
@click.option("--to", "last", type=click.IntRange(1990, 2999), required=True, help="Year of the last survey.")
@click.option(
    "--request",
    "out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Ask for issuance and write the request (.docx, .pdf, .xlsx).",
)
@click.option("--author", default="ecociv green carbon", show_default=True)
@zone_option
@format_option("text", "json")
@language_option
@with_django
def carbon(
    project: str,
    first: int,
    last: int,
    out: Path | None,
    author: str,
    zone: str,
    form: str,
    language: str,
) -> None:
    """Net removals of the forest-carbon PROJECT between two surveys; ends with 1 where they cannot be asked for."""
    from ecociv.cli.database import ensure_plan
    from ecociv.green_economy.actions import GreenRefused, RequestIssuance
    from ecociv.green_economy.projects import period_removals, project_of, surveys
    from ecociv.reporting.annual import form_of, require_folder, write_whole
    from ecociv.reporting.issuance_request.write import write_issuance_request
    from ecociv.reporting.problems import NoChineseFont, ReportRefused
    from ecociv.standards.arrays import MeasurementError

    ensure_plan(zone)
    found = project_of(zone, project)
    if found is None:
        fail(f"There is no project {project!r}; `ecociv registers list forest-carbon-project` shows them.")
    try:
        if out is not None:
            suffix = form_of(out).removeprefix(".")
            require_folder(out)
            made = RequestIssuance(zone=zone, project=project, years=(first, last), author=author).execute()
            write_whole(out, write_issuance_request(made, suffix, language=language))
            say(
                {
                    "zh": f"第{made.serial}号签发申请：{made.tonnes:,} tCO2，写入{out}。",
                    "en": f"Request {made.serial} for {made.tonnes:,} tCO2, written to {out}.",
                }[language]
            )
            return
        result = period_removals(found, surveys(zone, project), (first, last))
    except GreenRefused as refused:
        fail("\n".join(text.in_language(language) for text in refused.texts))
    except ReportRefused as refused:
        fail(
            refused.text.in_language(language),
            Exit.MISSING if isinstance(refused, NoChineseFont) else Exit.INPUT,
        )
    except MeasurementError as error:
        fail(str(error))
    if form == "json":
        say_json(
            {
                "project": project,
                "from": result.first.isoformat(),
                "to": result.last.isoformat(),
                "tonnes": result.tonnes,
                "uncertainty_percent": None if result.uncertainty is None else str(result.uncertainty),
                "verdict": result.verdict.to_json(),
                "trace": result.trace.to_json(),
            }
        )
    else:
        say(result.trace.as_text(language))
        for reason in result.verdict.reasons:
            say(f"{reason.code}: {reason.text.in_language(language)}")
    if result.verdict.ok is not True:
        raise SystemExit(int(Exit.FOUND))

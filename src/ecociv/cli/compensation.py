"""``ecociv compensation``: agreements, settlements, allocation, simulation, statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

from ecociv.cli.compensation_allocate import allocate, areas
from ecociv.cli.compensation_simulate import simulate, variants
from ecociv.cli.compensation_yearly import yearly
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
from ecociv.cli.indicator import moment
from ecociv.cli.land_given import book_refusals, recording_options, who_records, zone_option


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Ecological compensation (生态补偿): agreements between upstream and downstream, allocation of the basin's fund."""


group.add_command(allocate)
group.add_command(areas)
group.add_command(simulate)
group.add_command(yearly)
group.add_command(variants)


@group.command("agreements", epilog=EXIT_CODES)
@zone_option
@format_option("text", "json")
@language_option
@with_django
def agreements(zone: str, form: str, language: str) -> None:
    """The agreements of the zone with their versions, parties and formulas."""
    from ecociv.compensation.agreements.declaration import compensation

    rows = [
        {
            "key": each.key,
            "title": each.title.to_mapping(),
            "sample": each.sample,
            "versions": [
                {
                    "from": str(version.valid_from),
                    "to": None if version.valid_to is None else str(version.valid_to),
                    "document": str(version.clause("formula")),
                    "verified": version.source.verified,
                    "upstream": version.upstream,
                    "downstream": version.downstream,
                    "sections": [section.place for section in version.sections],
                    "formula": version.formula.kind,
                    "period": version.calendar.period,
                }
                for version in each.versions
            ],
        }
        for each in compensation(zone).agreements
    ]
    if form == "json":
        say_json(rows)
        return
    for row in rows:
        say(f"{row['key']}  {row['title'][language]}")  # type: ignore[index]
        for version in row["versions"]:  # type: ignore[attr-defined]
            say(
                f"  {version['from']}..{version['to'] or ''}  {version['upstream']} -> {version['downstream']}  "
                f"{version['formula']}  {version['period']}  {version['document']}"
            )


@group.command("settle", epilog=EXIT_CODES)
@click.argument("key", metavar="AGREEMENT")
@click.option(
    "--month", required=True, help="Month such as 2017-05; of an agreement settled by the year, its year."
)
@zone_option
@click.option("--as-of", default=None, help="From what was known on this day.")
@click.option("--preliminary", is_flag=True, help="Record it as preliminary.")
@click.option("--final", "final", is_flag=True, help="Record the preliminary settlement as final.")
@click.option("--book", is_flag=True, help="Pay the final settlement: post it in the book.")
@recording_options
@format_option("text", "json")
@language_option
@with_django
def settle(
    key: str,
    month: str,
    zone: str,
    as_of: str | None,
    preliminary: bool,
    final: bool,
    book: bool,
    username: str | None,
    day: dt.datetime | None,
    document: str,
    form: str,
    language: str,
) -> None:
    """Compute AGREEMENT for a month and show it with its arithmetic; record it only when asked to.

    Exit code 1 when the rules on readings leave the period open.
    """
    from ecociv.compensation.agreements.declaration import OutOfForce
    from ecociv.compensation.agreements.periods import NoPeriod, period_of
    from ecociv.compensation.settlements.actions import SettlementRefused, agreement_of
    from ecociv.compensation.settlements.preparing import PeriodRefused, period_for, prepare

    known = moment(as_of)
    try:
        agreement = agreement_of(zone, key)
        period, _ = period_for(agreement, period_of(month))
        if preliminary or final or book:
            user, on = who_records(username, day, known)
            _record(zone, agreement, period, (preliminary, final, book), user, on, document, language)
        prepared = prepare(zone, agreement, period, as_of=known)
    except (SettlementRefused, OutOfForce, NoPeriod, PeriodRefused) as refused:
        fail(refused.text.in_language(language))
    content = _content(zone, prepared, known)
    if form == "json":
        say_json(content)
    else:
        _say(content, prepared, language)
    if prepared.own is None:
        raise SystemExit(int(Exit.FOUND))


def _record(
    zone: str,
    agreement: Any,
    period: Any,
    stages: tuple[bool, bool, bool],
    user: Any,
    day: dt.date,
    document: str,
    language: str,
) -> None:
    from ecociv.compensation.models import Settlement
    from ecociv.compensation.settlements.actions import (
        BookSettlement,
        SettleFinal,
        SettlePreliminary,
        latest_preliminary,
    )

    preliminary, final, book = stages
    with book_refusals(language):
        if preliminary:
            SettlePreliminary(
                zone=zone, agreement=agreement, period=period, day=day, document=document, author=user
            ).execute()
        if final:
            first = latest_preliminary(zone, agreement.key, period)
            if first is None:
                fail(f"{period} has no preliminary settlement yet: record one with --preliminary.")
            SettleFinal(preliminary=first, day=day, document=document, author=user).execute()
        if book:
            done = Settlement.objects.filter(
                zone=zone, agreement=agreement.key, period=str(period), stage=Settlement.Stage.FINAL
            ).first()
            if done is None:
                fail(f"{period} is not final yet.")
            BookSettlement(settlement=done, day=day, author=user).execute()


def _content(zone: str, prepared: Any, as_of: dt.datetime | None) -> dict[str, Any]:
    from ecociv.compensation.settlements.queries import recorded
    from ecociv.ledger.money import yuan

    computed, version, own = prepared.computed, prepared.version, prepared.own
    total = prepared.total
    return {
        "agreement": prepared.agreement.key,
        "title": prepared.agreement.title.to_mapping(),
        "sample": prepared.agreement.sample,
        "period": str(computed.period),
        "version": {
            "from": str(version.valid_from),
            "to": None if version.valid_to is None else str(version.valid_to),
            "document": str(version.clause("formula")),
            "verified": version.source.verified,
            "formula": version.formula.kind,
        },
        "state": "computed" if own is not None else "not-settled",
        "amount": None if own is None else str(yuan(own)),
        "uncapped": None if computed.uncapped is None else str(computed.uncapped),
        "corrections": [
            {
                "period": each.standing.settlement.period,
                "before": None if each.standing.amount is None else str(yuan(each.standing.amount)),
                "after": None if each.after is None else str(yuan(each.after)),
                "difference": str(yuan(each.difference)),
                "changed": list(each.changed),
            }
            for each in prepared.corrections
        ],
        "total": str(yuan(total)),
        "payer": None if total == 0 else version.upstream if total > 0 else version.downstream,
        "receiver": None if total == 0 else version.downstream if total > 0 else version.upstream,
        "unit": "yuan",
        "positive": "upstream pays downstream",
        "notes": [text.to_mapping() for text in computed.notes],
        "open": [text.to_mapping() for text in computed.open],
        "digest": computed.digest(),
        "readings": computed.content()["readings"],
        "trace": computed.trace.to_json() if computed.trace else None,
        "recorded": recorded(zone, prepared.agreement.key, str(computed.period), as_of),
    }


def _say(content: dict[str, Any], prepared: Any, language: str) -> None:
    words = {
        "zh": ("本期", "更正", "合计", "付", "不予结算", "样例"),
        "en": ("own amount", "correction", "total", "pays", "not settled", "sample"),
    }[language]
    sample = f"  {words[5]}" if content["sample"] else ""
    say(f"{content['title'][language]}  {content['period']}{sample}")
    say(f"{words[0]}: {content['amount'] if content['amount'] is not None else words[4]}")
    for text in (*content["open"], *content["notes"]):
        say(f"  {text[language]}")
    for each in content["corrections"]:
        say(f"{words[1]} {each['period']}: {each['before']} -> {each['after']} ({each['difference']})")
    say(f"{words[2]}: {content['total']}")
    if content["payer"]:
        say(f"{content['payer']} {words[3]} {content['receiver']}")
    if prepared.computed.trace:
        say(prepared.computed.trace.as_text(language))
    for row in content["recorded"]:
        say(f"* {row['stage']}  {row['day']}  {row['total']}  {row['document']}")


@group.command("verify", epilog=EXIT_CODES)
@zone_option
@format_option("text", "json")
@language_option
@with_django
def verify(zone: str, form: str, language: str) -> None:
    """Compute every final settlement and approved year again from the evidence as known; each has to come out bit for bit.

    Exit code 1 when one does not.
    """
    from ecociv.compensation.agreements.declaration import compensation
    from ecociv.compensation.models import Settlement, YearlyPayment
    from ecociv.compensation.settlements.verify import verify_settlements
    from ecociv.compensation.yearly.programmes import programmes
    from ecociv.compensation.yearly.queries import verify_years

    found = [(each, verify_settlements(zone, each.key)) for each in compensation(zone).agreements]
    rows: list[dict[str, Any]] = [
        {
            "agreement": each.key,
            "finals": Settlement.objects.filter(zone=zone, agreement=each.key, stage="final").count(),
            "holds": differs is None,
            "differs": differs and {"period": differs.settlement.period, "text": differs.text.to_mapping()},
        }
        for each, differs in found
    ]
    texts = [differs.text if differs else None for _, differs in found]
    for programme in programmes(zone):
        broken = verify_years(zone, programme.key)
        approved = YearlyPayment.objects.filter(zone=zone, programme=programme.key, stage="approved")
        rows.append(
            {
                "programme": programme.key,
                "finals": approved.count(),
                "holds": broken is None,
                "differs": broken and {"period": str(broken.payment.year), "text": broken.text.to_mapping()},
            }
        )
        texts.append(broken.text if broken else None)
    if form == "json":
        say_json(rows)
    else:
        for row, text in zip(rows, texts, strict=True):
            holds = {"zh": "完好", "en": "holds"}[language]
            said = text.in_language(language) if text else holds
            say(f"{row.get('agreement') or row['programme']}  {row['finals']}  {said}")
    if any(texts):
        raise SystemExit(int(Exit.FOUND))


@group.command("statement", epilog=EXIT_CODES)
@click.argument("key", metavar="AGREEMENT")
@click.option(
    "--month", required=True, help="Month such as 2017-05, or the year of an agreement settled by the year."
)
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write, .pdf or .docx.",
)
@zone_option
@click.option("--as-of", default=None, help="As it was recorded on this day.")
@language_option
@with_django
def statement(key: str, month: str, out: Path, zone: str, as_of: str | None, language: str) -> None:
    """The statement of a recorded settlement, or of a yearly payment, as PDF or Word, with its arithmetic down to the figures.

    AGREEMENT is the key of an agreement, or of a programme that is paid by the year.
    """
    from ecociv.compensation.agreements.declaration import OutOfForce
    from ecociv.compensation.agreements.periods import NoPeriod, period_of
    from ecociv.compensation.settlements.actions import SettlementRefused, agreement_of
    from ecociv.compensation.settlements.preparing import PeriodRefused, period_for
    from ecociv.compensation.settlements.queries import newest
    from ecociv.compensation.yearly.programmes import programmes
    from ecociv.compensation.yearly.queries import newest_year
    from ecociv.reporting.problems import NoChineseFont, ReportRefused
    from ecociv.reporting.settlement_statement.write import write_settlement_statement
    from ecociv.reporting.settlement_statement.yearly import write_yearly_statement

    known = moment(as_of)
    suffix = out.suffix.lstrip(".").lower()
    write: Callable[[], bytes]
    if key in {each.key for each in programmes(zone)}:
        if not month.isdigit():
            fail(f"{key} is paid by the year: write --month 2018.", Exit.USAGE)
        paid = newest_year(zone, key, int(month), known)
        if paid is None:
            fail(f"Nothing of {month} is on record; `ecociv compensation yearly {key} --year {month}` computes it.")
        write = partial(write_yearly_statement, paid, suffix, as_of=known, language=language)
    else:
        try:
            period, _ = period_for(agreement_of(zone, key), period_of(month))
        except (SettlementRefused, OutOfForce, NoPeriod, PeriodRefused) as refused:
            fail(refused.text.in_language(language))
        found = newest(zone, key, str(period), known)
        if found is None:
            fail(
                f"No settlement of {period} is on record; `ecociv compensation settle {key} --month {month}` computes one."
            )
        write = partial(write_settlement_statement, found, suffix, as_of=known, language=language)
    try:
        content = write()
    except ReportRefused as refused:
        missing = isinstance(refused, NoChineseFont)
        fail(refused.text.in_language(language), Exit.MISSING if missing else Exit.INPUT)
    try:
        out.write_bytes(content)
    except OSError as error:
        fail(f"{out} cannot be written: {error.strerror}.")
    say(str(out))

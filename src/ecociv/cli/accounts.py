"""``ecociv accounts``: balance sheets of natural resources (自然资源资产负债表), their forms, exports and checks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ecociv.cli.accounts_audit import audit
from ecociv.cli.accounts_gep import gep
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
from ecociv.cli.indicator import moment
from ecociv.core.decimals import plain
from ecociv.core.quantities import label_of

if TYPE_CHECKING:
    from ecociv.accounts.cells import Cell
    from ecociv.accounts.intensity import Intensity
    from ecociv.accounts.queries import BalanceSheet
    from ecociv.accounts.sheet import AccountSheet
    from ecociv.standards.natural_capital import PilotCheck


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Accounts of natural resources: balance sheets, forms of the pilot, SEEA tables, checks, leaving-office audits."""


group.add_command(audit)
group.add_command(gep)


def _reading(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which sheet is meant."""
    for option in (
        click.option("--as-of", default=None, help="As it was known on this day (2018-03-01)."),
        click.option("--area", default="", help="A county by key, code or name; the zone's own place, when not given."),
        year_option,
        click.argument("zone"),
    ):
        command = option(command)
    return command


_out = click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), default=None,
    help="Write to this file; standard output, when not given.",
)  # fmt: skip


def _sheet(zone: str, area: str, year: int, as_of: str | None) -> BalanceSheet:
    from ecociv.accounts.queries import AccountsRefused, balance_sheet
    from ecociv.cli.database import ensure_plan

    ensure_plan(zone)
    try:
        found = balance_sheet(zone, area, year, moment(as_of))
    except AccountsRefused as refused:
        fail(f"{refused.text.en} {refused.text.zh}")
    if not found.cells:
        # On standard error, so that data on standard output stay data.
        known, known_zh = (f" as known on {as_of}", f"截至{as_of}") if as_of else ("", "")
        click.echo(f"No cell of {year} has a figure{known}: every one is missing. {known_zh}{year}年的账户没有任何数字，各项均为缺失。", err=True)
    return found


@group.command("balance-sheet", epilog=EXIT_CODES)
@_reading
@format_option("text", "json", "xlsx")
@language_option
@_out
@click.option("--traces", is_flag=True, help="With the arithmetic of every cell (json).")
@with_django
def balance(
    zone: str, year: int, area: str, as_of: str | None, form: str, language: str, out: Path | None, traces: bool
) -> None:
    """The balance sheet of ZONE in a year; an account that does not close shows its residual, and the exit code is 1."""
    from ecociv.accounts.companions import liabilities, supply_use, worth

    if traces and form != "json":
        fail("--traces needs --format json: only that form has room for the arithmetic.", Exit.USAGE)
    sheet = _sheet(zone, area, year, as_of)
    if form == "xlsx":
        from ecociv.reporting.resource_accounts.workbook import balance_sheet_workbook

        _write(balance_sheet_workbook(sheet, language), out)
    elif form == "json":
        found = sheet.to_json(traces=traces)
        valued = [made for one in sheet.accounts if (made := worth(zone, one, year)) is not None]
        found["values"] = [one.to_json() for one in valued]
        found["liabilities"] = [
            one.to_json() for one in liabilities(zone, sheet.area, year, sheet.as_of)
        ]
        table = supply_use(zone, sheet.area, year, sheet.as_of)
        found["supply_use"] = table.to_json() if table else None
        _say_json(found, out)
    else:
        _say_lines(_text(sheet, language), out)
    if any(one.verdict.ok is False for one in sheet.accounts):
        sys.exit(int(Exit.FOUND))


@group.command("pilot-form", epilog=EXIT_CODES)
@_reading
@click.option("--account", "key", default="", help="Only this form: land, cropland_quality, grassland_quality, forest, forest_quality, water, water_quality.")  # fmt: skip
@format_option("text", "json", "xlsx")
@language_option
@_out
@with_django
def pilot(
    zone: str, year: int, area: str, as_of: str | None, key: str, form: str, language: str, out: Path | None
) -> None:
    """The forms of the 2015 pilot, filled from the accounts and checked; exit code 1 where a form does not hold."""
    from ecociv.accounts.companions import intensities, pilot_checks

    sheet = _sheet(zone, area, year, as_of)
    checks, quotients = pilot_checks(sheet), {one.key: one for one in intensities(sheet)}
    if key and key not in {*checks, *quotients}:
        fail(f"{zone} fills no form {key!r}; forms: {', '.join([*checks, *quotients])}.")
    chosen = {name: one for name, one in checks.items() if not key or name == key}
    beside = {name: one for name, one in quotients.items() if not key or name == key}
    if form == "xlsx":
        from ecociv.reporting.resource_accounts.workbook import pilot_workbook

        _write(pilot_workbook(sheet, [*chosen, *beside], language), out)
    elif form == "json":
        found = {name: _form_json(sheet, name, one) for name, one in chosen.items()}
        _say_json(found | {name: one.to_json() for name, one in beside.items()}, out)
    else:
        _say_lines(_pilot_text(sheet, chosen, beside, language), out)
    if any(one.verdict.ok is False for one in chosen.values()):
        sys.exit(int(Exit.FOUND))


def _form_json(sheet: BalanceSheet, name: str, one: PilotCheck) -> dict[str, Any]:
    from ecociv.accounts.pilot import filled

    return {
        "title": one.form.title.to_mapping(),
        "unit": one.form.unit,
        "rows": {
            row: {column: _plain(value) for column, value in amounts.items()}
            for row, amounts in filled(sheet.account(name)).items()
        },
        "residual": {column: _plain(value) for column, value in one.residual.items()},
        "holds": one.verdict.ok,
        "reasons": [{"code": reason.code, "text": reason.text.to_mapping()} for reason in one.verdict.reasons],
        "marks": [mark.to_mapping() for mark in one.marks],
    }


@group.command("seea", epilog=EXIT_CODES)
@_reading
@format_option("csv", "structure", "xlsx")
@language_option
@_out
@with_django
def seea(
    zone: str, year: int, area: str, as_of: str | None, form: str, language: str, out: Path | None
) -> None:
    """The accounts as tables of the SEEA central framework: data (csv, SDMX-CSV 2.0), what its columns and codes mean
    (structure, SDMX-ML 3.0, the same for all areas and years), or a workbook."""
    from ecociv.accounts.sdmx.messages import data_of, structure_of

    sheet = _sheet(zone, area, year, as_of)
    if form == "xlsx":
        from ecociv.reporting.resource_accounts.workbook import seea_workbook

        _write(seea_workbook(sheet, language), out)
        return
    made = structure_of(zone) if form == "structure" else data_of(sheet, language).encode("utf-8")
    if out is None:
        click.echo(made.decode("utf-8"), nl=False)
    else:
        _write(made, out)


@group.command("check", epilog=EXIT_CODES)
@click.argument("zone")
@click.option("--year", "chosen", type=int, multiple=True, help="Only this year; may be given several times.")
@click.option("--as-of", default=None, help="As it was known on this day.")
@click.option("--layers", is_flag=True, help="Also against layers: second sources, land transitions. Takes seconds.")
@format_option("text", "json")
@language_option
@with_django
def check(
    zone: str, chosen: Sequence[int], as_of: str | None, layers: bool, form: str, language: str
) -> None:
    """Check every identity of the accounts of ZONE: balances, continuity, counties and city; names each break."""
    from ecociv.accounts.check import check as run
    from ecociv.accounts.queries import AccountsRefused
    from ecociv.cli.database import ensure_plan

    ensure_plan(zone)
    try:
        found = run(zone, chosen or None, as_of=moment(as_of), second_sources=layers)
    except AccountsRefused as refused:
        fail(f"{refused.text.en} {refused.text.zh}")
    if form == "json":
        say_json(
            {
                "sheets": found.sheets,
                "columns": found.columns,
                "missing": found.missing,
                "breaks": [one.to_json() for one in found.breaks],
            }
        )
    else:
        for one in found.breaks:
            say(f"{one.year}  {one.area}  {one.account}  {one.code}  {one.text.in_language(language)}")
        say(
            {
                "zh": f"共{found.sheets}张表、{found.columns}栏，{len(found.breaks)}处不平衡，{found.missing}项缺失。",
                "en": f"{found.sheets} sheets, {found.columns} columns: {len(found.breaks)} breaks, {found.missing} cells missing.",
            }[language]
        )
    if found.breaks:
        sys.exit(int(Exit.FOUND))


def _write(content: bytes, out: Path | None) -> None:
    if out is not None:
        try:
            out.write_bytes(content)
        except OSError as error:
            fail(f"{out} cannot be written: {error.strerror}.", Exit.INPUT)
        click.echo(f"{out}: {len(content)} bytes", err=True)
        return
    if sys.stdout.isatty():
        fail("A workbook is no text for a terminal: give --out FILE.xlsx or send it to a file.", Exit.USAGE)
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _say_json(data: Any, out: Path | None) -> None:
    if out is None:
        say_json(data)
        return
    import json

    _write((json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n").encode("utf-8"), out)


def _say_lines(lines: Iterable[str], out: Path | None) -> None:
    if out is None:
        for line in lines:
            say(line)
    else:
        _write(("\n".join(lines) + "\n").encode("utf-8"), out)


def _text(sheet: BalanceSheet, language: str) -> Iterator[str]:
    yield _title(sheet, language)
    for account in sheet.accounts:
        yield ""
        yield f"{account.title.in_language(language)} ({_unit(account.unit, language)}): {_verdict(account.verdict.ok, language)}"
        yield from _table(account, language)
        for reason in account.verdict.reasons:
            yield f"  {reason.text.in_language(language)}"


def _pilot_text(
    sheet: BalanceSheet, chosen: Mapping[str, PilotCheck], beside: Mapping[str, Intensity], language: str
) -> Iterator[str]:
    yield _title(sheet, language)
    for name, one in chosen.items():
        yield ""
        yield f"{one.form.title.in_language(language)} ({_unit(one.form.unit, language)}): {_verdict(one.verdict.ok, language)}"
        yield from _table(sheet.account(name), language)
        for reason in one.verdict.reasons:
            yield f"  {reason.text.in_language(language)}"
    for quotient in beside.values():
        yield ""
        yield f"{quotient.form.title.in_language(language)} ({_unit(quotient.form.unit, language)})"
        for column, title in quotient.columns.items():
            shown = [
                f"{row_name.in_language(language)} {_cell_text(quotient.cells[row, column], language)}"
                for row, row_name in quotient.form.rows.items()
            ]
            grade = quotient.cells["closing", column].grade
            yield f"  {title.in_language(language)}: {_separator(language).join(shown)} [{grade}]"


def _separator(language: str) -> str:
    return "；" if language == "zh" else "; "


def _cell_text(cell: Cell, language: str) -> str:
    if cell.missing is not None:
        return cell.missing.label.in_language(language)
    return plain(cell.number) if cell.number is not None else ""


def _title(sheet: BalanceSheet, language: str) -> str:
    mark = {"zh": "  [示例数据]", "en": "  [SAMPLE DATA]"}[language] if sheet.sample else ""
    return f"{sheet.area_name.in_language(language)} {sheet.year}{mark}"


def _unit(expression: str, language: str) -> str:
    return label_of(expression).in_language(language)


def _table(account: AccountSheet, language: str) -> Iterator[str]:
    for column, name in account.columns.items():
        shown = []
        for row, declared in account.form.rows.items():
            cell = account.cells.get((row, column))
            if cell is None or cell.number == 0:
                continue
            shown.append(f"{declared.name.in_language(language)} {_cell_text(cell, language)}")
        gap = account.line("residual").get(column)
        if gap:
            shown.append({"zh": f"未解释差额 {plain(gap)}", "en": f"unexplained residual {plain(gap)}"}[language])
        yield f"  {name.in_language(language)}: {_separator(language).join(shown)} [{account.grade(column)}]"


def _verdict(ok: bool | None, language: str) -> str:
    words = {
        True: ("平衡", "closes"),
        False: ("不平衡", "does not close"),
        None: ("有缺项", "entries are missing"),
    }[ok]
    return words[0] if language == "zh" else words[1]


def _plain(value: Any) -> str | None:
    return None if value is None else plain(value)

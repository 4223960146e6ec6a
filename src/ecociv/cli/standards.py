"""``ecociv standards``: the catalogue, one standard, a function over a table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ecociv.cli.console import EXIT_CODES, Exit, fail, format_option, language_option, progress, say, say_json

if TYPE_CHECKING:
    from ecociv.standards import Standard


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """The national standards that ecociv applies, with edition, validity and coverage."""


@group.command("list")
@format_option("text", "json")
@language_option
def list_standards(form: str, language: str) -> None:
    """Every standard and edition in the catalogue."""
    from ecociv.standards import catalogue

    if form == "json":
        say_json([_as_json(item) for item in catalogue()])
        return
    for item in catalogue():
        mark = "" if item.verified else " *"
        say(
            f"{item.number:<26} {item.status.label.in_language(language):<8} {item.module:<16} {item.title.in_language(language)}{mark}"
        )
    say("* " + ("含未核对原文的条款" if language == "zh" else "holds parts not verified against the text"))


@group.command("show")
@click.argument("number")
@format_option("text", "json")
@language_option
def show(number: str, form: str, language: str) -> None:
    """One standard, e.g. "HJ 633-2012": validity, functions, parameters with their dates and marks."""
    from ecociv.standards.listing import UnknownStandard, standard

    try:
        found = standard(number)
    except UnknownStandard as error:
        fail(str(error))
    if form == "json":
        say_json(_as_json(found))
        return
    for line in _lines(found, language):
        say(line)


def _as_json(item: Standard) -> dict[str, Any]:
    return {
        "number": item.number,
        "edition": item.edition,
        "title_zh": item.title.zh,
        "title_en": item.title.en,
        "from": item.valid.from_,
        "to": item.valid.to,
        "status": item.status.value,
        "superseded_by": item.superseded_by or None,
        "module": item.module,
        "functions": list(item.functions),
        "parameters": list(item.parameters),
        "coverage_zh": item.coverage.zh,
        "coverage_en": item.coverage.en,
        "verified": item.verified,
        "reason_zh": item.reason.zh if item.reason else None,
        "reason_en": item.reason.en if item.reason else None,
    }


def _lines(item: Standard, language: str) -> Iterator[str]:
    from ecociv.standards import known_parameters

    yield f"{item.number}  {item.title.in_language(language)}"
    yield f"{item.valid}  {item.status.label.in_language(language)}" + (
        f"  -> {item.superseded_by}" if item.superseded_by else ""
    )
    yield item.coverage.in_language(language)
    if item.reason is not None:
        yield f"* {item.reason.in_language(language)}"
    yield from (f"  {name}" for name in item.functions)
    for parameter in known_parameters(item.module):
        if parameter.key in item.parameters:
            yield f"{parameter.key}: {parameter.description.in_language(language)} [{parameter.unit}]"
            for period in parameter.periods:
                yield f"  {period.valid}  {period.edition}  {period.citation}" + (
                    "" if period.verified else "  *"
                )


@group.command("eval")
@click.argument("function")
@click.option(
    "--csv",
    "source",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Table; columns named like the function's arguments.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Table with the results added.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Another argument, e.g. --set edition='HJ 633-2012'.",
)
def evaluate(function: str, source: Path, out: Path, settings: tuple[str, ...]) -> None:
    """Apply FUNCTION, e.g. air.daily_aqi, to each row of a table.

    A cell that is no number is reported with row and column and its row gets no result (exit code 1).
    """
    from ecociv.cli.tables import TableRefused, evaluate_table, function_of

    for pair in settings:
        if "=" not in pair:
            fail(f"--set {pair}: write --set NAME=VALUE", Exit.USAGE)
    if out.exists() and not out.is_file():
        fail(f"{out} is no ordinary file; give another --out", Exit.USAGE)
    pairs = {name: value for name, _, value in (pair.partition("=") for pair in settings)}
    if source.resolve() == out.resolve():
        fail("the result would overwrite the table it is read from; give another --out", Exit.USAGE)
    unfinished = out.with_name(out.name + ".part")
    try:
        with progress(f"{function}: {source.name}") as show_progress:
            done = evaluate_table(function_of(function), source, unfinished, pairs, show_progress)
        unfinished.replace(out)
    except UnicodeDecodeError as error:
        fail(f"{source.name} is not UTF-8 (byte {error.start}); save it as UTF-8")
    except (TableRefused, ValueError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"{out} cannot be written: {error.strerror}")
    finally:
        unfinished.unlink(missing_ok=True)
    for problem in done.problems[:1000]:
        click.echo(str(problem), err=True)
    say(f"{out}: {done.rows} rows, {len({problem.row for problem in done.problems})} without a result")
    if done.problems:
        raise SystemExit(int(Exit.FOUND))

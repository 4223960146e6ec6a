"""``ecociv accounts gep``: the gross ecosystem product of an area and a year."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

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
from ecociv.cli.indicator import moment
from ecociv.core.decimals import plain, shortest
from ecociv.core.missing import Missing
from ecociv.core.quantities import label_of
from ecociv.core.rounding import round_half_even

if TYPE_CHECKING:
    from ecociv.accounts.gep.statement import GepLine, GepStatement

MONEY, DECIMALS = "yi_yuan", 2


@click.command("gep", epilog=EXIT_CODES)
@click.argument("zone")
@year_option
@click.option("--area", default="", help="A county by key, code or name; the zone's own place, when not given.")
@click.option("--as-of", default=None, help="As it was known on this day (2018-03-01).")
@format_option("text", "json")
@language_option
@click.option("--traces", is_flag=True, help="With the arithmetic of every line (json).")
@with_django
def gep(zone: str, year: int, area: str, as_of: str | None, form: str, language: str, traces: bool) -> None:
    """The gross ecosystem product of ZONE in a year, in 10^8 yuan; lines without a value are named, never counted as zero."""
    from ecociv.accounts.gep.declaration import GepNotDeclared
    from ecociv.accounts.gep.queries import statement
    from ecociv.accounts.queries import AccountsRefused
    from ecociv.cli.database import ensure_plan

    if traces and form != "json":
        fail("--traces needs --format json: only that form has room for the arithmetic.", Exit.USAGE)
    ensure_plan(zone)
    try:
        found = statement(zone, area, year, moment(as_of))
    except (AccountsRefused, GepNotDeclared) as refused:
        fail(f"{refused.text.en} {refused.text.zh}", Exit.INPUT)
    if form == "json":
        say_json(_json(found, traces))
        return
    unit = label_of(MONEY).in_language(language)
    mark = {"zh": "  [示例数据]", "en": "  [SAMPLE DATA]"}[language] if found.sample else ""
    say(f"{found.area_name.in_language(language)} {found.year}: {_shown(found.total, language)} {unit}{mark}")
    if found.low is not None and found.high is not None:
        level = f"{shortest(found.declared.level * 100)} %"
        draws = {"zh": f"抽样{found.declared.draws}次", "en": f"{found.declared.draws} draws"}[language]
        say(f"  {_shown(found.low, language)} – {_shown(found.high, language)} ({level}, {draws})")
    for line in found.lines:
        name = f"{line.declared.service.in_language(language)}: {line.declared.indicator.in_language(language)}"
        if isinstance(line.value, Missing):
            why = line.reason.in_language(language) if line.reason else ""
            say(f"  {name}: {line.value.label.in_language(language)} {why}")
        else:
            say(f"  {name}: {_shown(line.value, language)}")


def _shown(value: Decimal | None, language: str) -> str:
    """10^8 yuan as pages show it; json has every digit."""
    return Missing.MISSING.label.in_language(language) if value is None else plain(round_half_even(value, DECIMALS))


def _json(found: GepStatement, traces: bool) -> dict[str, Any]:
    return {
        "zone": found.zone,
        "area": found.area,
        "area_name": found.area_name.to_mapping(),
        "year": found.year,
        "unit": "yi_yuan",
        "total": plain(found.total) if found.total is not None else None,
        "low": plain(found.low) if found.low is not None else None,
        "high": plain(found.high) if found.high is not None else None,
        "level": str(found.declared.level),
        "draws": found.declared.draws,
        "seed": found.declared.seed,
        "sample": found.sample,
        "without": [line.declared.key for line in found.without],
        "lines": [_line(line, traces) for line in found.lines],
    }


def _line(line: GepLine, traces: bool) -> dict[str, Any]:
    absent = line.value if isinstance(line.value, Missing) else None
    data: dict[str, Any] = {
        "key": line.declared.key,
        "category": line.declared.category.value,
        "service": line.declared.service.to_mapping(),
        "indicator": line.declared.indicator.to_mapping(),
        "quantity": None if isinstance(line.quantity, Missing) else plain(line.quantity),
        "unit": line.unit,
        "price": plain(line.price.value) if line.price else None,
        "price_unit": line.price.unit if line.price else None,
        "value": None if isinstance(line.value, Missing) else plain(line.value),
        "missing": absent.value if absent else None,
        "reason": line.reason.to_mapping() if line.reason else None,
        "low": plain(line.low) if line.low is not None else None,
        "high": plain(line.high) if line.high is not None else None,
    }
    if traces:
        data["trace"] = line.trace.to_json()
    return data



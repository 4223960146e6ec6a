"""``ecociv compensation simulate``: what past years would have cost under other terms."""

from __future__ import annotations

from typing import Any

import click
import yaml

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
from ecociv.cli.indicator import moment
from ecociv.cli.land_given import zone_option

_YEAR = click.IntRange(EARLIEST_YEAR, LATEST_YEAR)


@click.command("simulate", epilog=EXIT_CODES)
@click.argument("key", metavar="AGREEMENT")
@zone_option
@click.option("--from", "first", type=_YEAR, default=None, help="First year; the last five by default.")
@click.option("--to", "last", type=_YEAR, default=None, help="Last year.")
@click.option("--alternative", default="", help="Key of declared other terms.")
@click.option(
    "--set",
    "terms",
    multiple=True,
    metavar="PATH=VALUE",
    help="Another term, e.g. formula.items.nh3n.price=8000.",
)
@click.option("--as-of", default=None, help="From what was known on this day.")
@format_option("text", "json")
@language_option
@with_django
def simulate(
    key: str,
    zone: str,
    first: int | None,
    last: int | None,
    alternative: str,
    terms: tuple[str, ...],
    as_of: str | None,
    form: str,
    language: str,
) -> None:
    """Past years of AGREEMENT under the terms in force and under others, side by side; nothing is recorded."""
    from ecociv.compensation.agreements.declaration import OutOfForce, compensation
    from ecociv.compensation.settlements.actions import SettlementRefused, agreement_of
    from ecociv.compensation.simulating import recent_years, what_if
    from ecociv.compensation.simulation import TermRefused

    other: dict[str, Any] = {}
    if alternative:
        declared = compensation(zone).alternatives
        if alternative not in declared:
            fail(f"There are no terms {alternative!r}; there are: {', '.join(declared) or 'none'}.")
        other |= declared[alternative].terms
    for term in terms:
        path, equals, value = term.partition("=")
        if not equals or not path.strip():
            fail(f"{term!r} is no term: write PATH=VALUE.", Exit.USAGE)
        try:
            other[path.strip()] = yaml.safe_load(value)
        except yaml.YAMLError:
            fail(f"The value of {term!r} cannot be read.", Exit.USAGE)
    if not other:
        fail("Give other terms: --alternative KEY, or --set PATH=VALUE.", Exit.USAGE)
    try:
        agreement = agreement_of(zone, key)
        since, until = recent_years(agreement)
        found = what_if(agreement, first or since, last or until, other, moment(as_of))
    except (SettlementRefused, OutOfForce, TermRefused) as refused:
        fail(refused.text.in_language(language))
    rows = [
        {
            "year": each.year,
            "upstream": each.upstream,
            "downstream": each.downstream,
            **{
                side: {
                    "upstream_pays": str(under.upstream_pays),
                    "downstream_pays": str(under.downstream_pays),
                    "net": str(under.net),
                    "open": under.open,
                }
                for side, under in (("in_force", each.base), ("other", each.other))
            },
        }
        for each in found.years
    ]
    if form == "json":
        base, changed = found.totals()
        say_json(
            {
                "agreement": key,
                "sample": agreement.sample,
                "unit": "yuan",
                "terms": other,
                "years": rows,
                "totals": {
                    side: {
                        "upstream_pays": str(under.upstream_pays),
                        "downstream_pays": str(under.downstream_pays),
                        "net": str(under.net),
                    }
                    for side, under in (("in_force", base), ("other", changed))
                },
            }
        )
        return
    words = {
        "zh": ("年份", "现行净付", "改后净付", "差额"),
        "en": ("year", "net in force", "net other", "difference"),
    }
    say("  ".join(words[language]))
    for each in found.years:
        say(f"{each.year}  {each.base.net}  {each.other.net}  {each.other.net - each.base.net}")

"""``ecociv compensation allocate`` and ``areas``: the basin's fund by factors, compensation by rates and areas."""

from __future__ import annotations

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
from ecociv.cli.land_given import zone_option


@click.command("allocate", epilog=EXIT_CODES)
@click.argument("key", metavar="[FUND]", default="")
@zone_option
@format_option("text", "json")
@language_option
@with_django
def allocate(key: str, zone: str, form: str, language: str) -> None:
    """The basin's fund allocated to counties by factors, coefficients and bases; amounts in 10⁴ yuan that add up exactly."""
    from ecociv.compensation.allocation.declaration import allocations
    from ecociv.compensation.allocation.funds import allocated

    declared = allocations(zone)
    chosen = [each for each in declared if not key or each.key == key]
    if not chosen:
        fail(f"There is no fund {key!r}; there are: {', '.join(each.key for each in declared) or 'none'}.")
    every = []
    for each in chosen:
        found = allocated(each)
        every.append(
            {
                "fund": each.key,
                "title": each.title.to_mapping(),
                "year": each.year,
                "sample": each.sample,
                "amount": str(found.fund),
                "unit": "wan_yuan",
                "paid": {name: str(amount) for name, amount in found.value.items()},
                "withheld": {name: str(amount) for name, amount in found.withheld.items()},
                "scores": {name: str(score) for name, score in found.scores.items()},
                "carried_over": str(found.carried_over),
                "marks": [mark.to_mapping() for mark in found.marks],
                "trace": found.trace().to_json(),
            }
        )
    if form == "json":
        say_json(every)
        return
    for each, row in zip(chosen, every, strict=True):
        say(f"{each.key}  {each.title.in_language(language)}  {row['amount']}")
        for name, amount in allocated(each).value.items():
            say(f"  {name}  {amount}")


@click.command("areas", epilog=EXIT_CODES)
@year_option
@zone_option
@click.option("--as-of", default=None, help="From what was known on this day.")
@format_option("text", "json")
@language_option
@with_django
def areas(year: int, zone: str, as_of: str | None, form: str, language: str) -> None:
    """Compensation by rates and areas in a year: farmland, forest, wetland, mining; yuan, by county.

    Exit code 1 where an area is missing.
    """
    from ecociv.compensation.areas.computing import area_compensation
    from ecociv.standards.compensation import NoRate

    try:
        found = area_compensation(zone, year, moment(as_of))
    except NoRate as refused:
        fail(str(refused))
    if form == "json":
        say_json(
            [
                {
                    "scheme": each.scheme.key,
                    "title": each.scheme.title.to_mapping(),
                    "sample": each.scheme.sample,
                    "county": each.county,
                    "year": year,
                    "amount": None if each.result is None else str(each.result.value),
                    "items": {} if each.result is None else {k: str(v) for k, v in each.result.items.items()},
                    "missing": list(each.missing),
                    "trace": each.trace.to_json() if each.trace else None,
                }
                for each in found
            ]
        )
    else:
        for each in found:
            amount = each.result.value if each.result else {"zh": "缺面积", "en": "area missing"}[language]
            say(f"{each.scheme.key}  {each.county}  {amount}")
        if not found:
            say({"zh": "没有按面积补偿的办法。", "en": "No compensation by area is declared."}[language])
    if any(each.result is None for each in found):
        raise SystemExit(int(Exit.FOUND))

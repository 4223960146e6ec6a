"""``ecociv inspection``: draw a sample that anybody can draw again."""

from __future__ import annotations

import datetime as dt

import click

from ecociv.cli.console import EXIT_CODES, fail, format_option, say, say_json, with_django


@click.group("inspection", epilog=EXIT_CODES)
def group() -> None:
    """Inspection tours (督查)."""


@group.command("sample", epilog=EXIT_CODES)
@click.argument("zone")
@click.option("--seed", required=True, help="Published seed.")
@click.option("--size", type=int, required=True, help="Units to inspect.")
@click.option(
    "--kind", "kinds", multiple=True, help="task, project, indicator, organisation, place; all by default."
)
@click.option(
    "--allocation", type=click.Choice(["proportional", "neyman"]), default="proportional", show_default=True
)
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Risk as of this day; today by default.")
@format_option("text", "json")
@with_django
def sample(
    zone: str,
    seed: str,
    size: int,
    kinds: tuple[str, ...],
    allocation: str,
    day: dt.datetime | None,
    form: str,
) -> None:
    """Rate the units of a zone, share out the sample among strata and draw it. Nothing is recorded."""
    from django.utils import timezone

    from ecociv.cli.database import ensure_plan
    from ecociv.evidence.declared import DeclarationError
    from ecociv.supervision.inspection.allocation import Allocation, SampleImpossible
    from ecociv.supervision.inspection.declaration import load_inspection_rules
    from ecociv.supervision.inspection.design import publication, sample_of
    from ecociv.supervision.inspection.population import KINDS, population

    ensure_plan(zone)
    if unknown := set(kinds) - set(KINDS):
        fail(f"There is no kind {sorted(unknown)[0]!r}; there are: {', '.join(KINDS)}.")
    try:
        rules = load_inspection_rules(zone)
        units = population(zone, kinds or KINDS, day.date() if day else timezone.localdate(), rules)
        published = publication(units, rules, seed=seed, size=size, how=Allocation(allocation))
        drawn = sample_of(published)
    except (DeclarationError, SampleImpossible) as refusal:
        fail(str(refusal))
    if form == "json":
        names = {each["key"]: each for each in published["population"]}
        rows = [
            {**each, "name": names[each["key"]]["name"], "score": names[each["key"]]["score"]}
            for each in drawn["sample"]
        ]
        kept = {key: value for key, value in published.items() if key != "population"}
        say_json({"zone": zone, **kept, "units": len(published["population"]), "sample": rows})
        return
    say(f"{len(published['population'])} units; population {published['population_digest']}")
    for each in drawn["sample"]:
        say(f"{each['stratum']}\t{each['probability']}\t{each['key']}\t{each['rank'][:12]}")

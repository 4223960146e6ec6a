"""``ecociv indicator forecast``: what a series may come to, and whether its targets will be met."""

from __future__ import annotations

from typing import Any

import click

from ecociv.cli.console import (
    EARLIEST_YEAR,
    LATEST_YEAR,
    fail,
    format_option,
    language_option,
    say,
    say_json,
    with_django,
)


@click.command("forecast")
@click.argument("zone")
@click.argument("number", type=int)
@click.option(
    "--until",
    type=click.IntRange(EARLIEST_YEAR, LATEST_YEAR),
    default=None,
    help="Use figures up to this year only, to see what could be foreseen then.",
)
@format_option("text", "json")
@language_option
@with_django
def forecast(zone: str, number: int, until: int | None, form: str, language: str) -> None:
    """Indicator NUMBER of ZONE at each milestone to come: chance, interval, required pace, latest year to act.

    From the values on record; compute the years first (`ecociv indicator compute`).
    """
    from ecociv.indicators.forecast.queries import as_json, outlooks_of

    try:
        found = [as_json(item) for item in outlooks_of(zone, number, until=until)]
    except KeyError:
        fail(f"The plan of {zone} has no indicator {number}.")
    if form == "json":
        say_json({"zone": zone, "indicator": number, "until": until, "series": found})
        return
    for item in found:
        for line in _lines(item, "zh" if language.startswith("zh") else "en"):
            say(line)


def _lines(item: dict[str, Any], tongue: str) -> list[str]:
    from ecociv.indicators.forecast.outlook import Prospect

    zh = tongue == "zh"
    mark = ("[示例数据] " if zh else "[SAMPLE DATA] ") if item["sample"] else ""
    lines = [f"{mark}{item['name'][tongue]} ({item['unit']})"]
    for seen in item["outlooks"]:
        for part in seen["parts"]:
            title = f"  {seen['milestone']}" + (f" {part['part']}" if part["part"] else "")
            said = [Prospect(part["prospect"]).label.in_language(tongue)]
            if part["chance"] is not None:
                said.append(f"{'可能性' if zh else 'chance'} {part['chance']:.0%}")
            if part["forecast"]:
                end = part["forecast"][-1]
                low, high = end["interval_80"]
                said.append(f"{end['median']:.4g} ({low:.4g} – {high:.4g}, 80 %)")
            if part["required_rate"] is not None:
                said.append(f"{'每年需' if zh else 'needed a year'} {part['required_rate']:+.4g}")
            if part["act_by"] is not None:
                said.append(f"{'最迟行动年' if zh else 'act by'} {part['act_by']}")
            lines.append(f"{title}: " + "; ".join(said))
            lines += [f"    - {reason[tongue]}" for reason in part["reasons"]]
    return lines

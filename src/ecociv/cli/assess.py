"""``ecociv assess``: scores by a rule set, their explanation, what-if, and frozen results."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

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
from ecociv.cli.land_given import number_of


class ZoneOrCommand(click.Group):
    """A group that takes a zone where others take a command: ``ecociv assess jingdezhen`` scores it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Options without a zone score the regions of a file."""
        if args and args[0] in {"--rules", "--figures", "--year", "--format"}:
            args = ["regions", *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A word that is no command is a zone."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["score", *args]
        return super().resolve_command(ctx, args)


rules_option = click.option("--rules", required=True, help="Key of the rule set.")


@click.group(cls=ZoneOrCommand, epilog=EXIT_CODES)
def group() -> None:
    """Scores of counties and departments: `ecociv assess ZONE --rules R --year Y`."""


@group.command("score")
@click.argument("zone")
@rules_option
@year_option
@click.option("--as-of", default=None, help="As it was known on this day (2018-03-01).")
@format_option("table", "json", "csv")
@language_option
@with_django
def score(zone: str, rules: str, year: int, as_of: str | None, form: str, language: str) -> None:
    """Units of ZONE with score, rank, rank interval, items and reasons; nothing is recorded."""
    found = _live(zone, rules, year, as_of).to_json()
    if form == "json":
        say_json(found)
        return
    tongue = "zh" if language.startswith("zh") else "en"
    lines = [
        (
            unit["group"],
            str(unit["rank"] or ""),
            "-".join(str(each) for each in unit["rank_interval"] or ()),
            unit["name"][tongue],
            unit["score"] or "",
            unit["grade"] or "",
            "sample" if unit["sample"] else "",
        )
        for unit in found["units"]
    ]
    lines.sort(key=lambda line: (line[0], int(line[1] or 9999)))
    heading = ("group", "rank", "interval", "unit", "score", "grade", "sample")
    if form == "csv":
        csv.writer(sys.stdout).writerows([heading, *lines])
        return
    for line in (heading, *lines):
        say("\t".join(line))


@group.command("regions")
@rules_option
@click.option("--figures", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--year", type=int, default=2016, show_default=True)
@format_option("table", "json", "csv")
def regions(rules: str, figures: Path, year: int, form: str) -> None:
    """Regions of a CSV file (column region, then items or class indices) by a national rule set."""
    from ecociv.assessment.regions import score_table_file
    from ecociv.assessment.rules import InputError, OutsideValidity, load_rule_set
    from ecociv.evidence.declared import DeclarationError

    try:
        found = score_table_file(load_rule_set(rules), figures, year)
    except (InputError, OutsideValidity, DeclarationError, UnicodeDecodeError) as error:
        fail(str(error))
    if form == "json":
        say_json({"rules": rules, "year": year, "units": [each.to_json() for each in found.values()]})
        return
    lines = [(str(each.rank or ""), unit, str(each.total)) for unit, each in found.items()]
    lines.sort(key=lambda line: int(line[0] or 9999))
    if form == "csv":
        csv.writer(sys.stdout).writerows([("rank", "region", "score"), *lines])
        return
    for line in (("rank", "region", "score"), *lines):
        say("\t".join(line))


@group.command("explain")
@click.argument("zone")
@rules_option
@year_option
@click.option("--unit", required=True, help="Division code, key or name.")
@click.option("--item", default=None, help="One item only.")
@click.option("--as-of", default=None, help="As it was known on this day (2018-03-01).")
@format_option("text", "json")
@language_option
@with_django
def explain(
    zone: str, rules: str, year: int, unit: str, item: str | None, as_of: str | None, form: str, language: str
) -> None:
    """How the score of a unit came about, down to the readings."""
    found = _live(zone, rules, year, as_of)
    result = found.results[_unit(found, unit)]
    if item is not None and item not in result.items:
        fail(f"Rule set {rules} has no item {item!r}; items are: {', '.join(result.items)}.")
    trace = result.items[item].trace if item else result.trace
    if form == "json":
        say_json({**result.to_json(traces=True), "trace": trace.to_json()})
    else:
        say(trace.as_text(language))


@group.command("what-if")
@click.argument("zone")
@rules_option
@year_option
@click.option("--unit", required=True, help="Division code, key or name.")
@click.option("--set", "values", multiple=True, help="ITEM=VALUE: another figure.")
@click.option("--weight", "weights", multiple=True, help="CATEGORY=WEIGHT: another weight.")
@click.option("--done", "done", multiple=True, help="task:112=2017-11-30: done on another day.")
@click.option("--best", type=click.IntRange(1, 10), default=None, help="Which tasks move the score most.")
@with_django
def what_if(
    zone: str,
    rules: str,
    year: int,
    unit: str,
    values: tuple[str, ...],
    weights: tuple[str, ...],
    done: tuple[str, ...],
    best: int | None,
) -> None:
    """What would change with other figures, weights or dates, as JSON; nothing is recorded."""
    from ecociv.assessment.rules import Figure, InputError, SetDone, SetValue, SetWeight
    from ecociv.assessment.rules import what_if as run

    found = _live(zone, rules, year, None)
    key = _unit(found, unit)
    changes: list[Any] = [SetValue(key, name, number_of(text)) for name, text in map(_pair, values)]
    changes += [SetWeight(name, number_of(text)) for name, text in map(_pair, weights)]
    for duty, text in map(_pair, done):
        holding = [
            name
            for name, entry in found.inputs[key].items()
            if isinstance(entry, Figure) and any(each.key == duty for each in entry.duties)
        ]
        if not holding:
            fail(f"{duty} counts for no item of {key}.")
        changes += [SetDone(key, name, duty, _day(text)) for name in holding]
    try:
        difference = run(found.rules, found.gathered.units, found.inputs, changes, year)
    except (InputError, ValueError) as error:
        fail(str(error))
    say_json(
        {
            "unit": key,
            "before": str(difference.before[key].total),
            "after": str(difference.after[key].total),
            "totals": {name: str(each) for name, each in difference.totals.items()},
            "ranks": {name: list(each) for name, each in difference.ranks.items()},
            "items": {n: {k: str(v) for k, v in row.items()} for n, row in difference.items.items()},
            "best": _best(found, key, year, best) if best else None,
        }
    )


def _best(found: Any, unit: str, year: int, many: int) -> list[dict[str, str]]:
    """The unfinished tasks that bring most when they are done by their date, each at the same effort."""
    from ecociv.assessment.rules import Figure, SetDone, SetValue, most_effective

    day = found.gathered.moment.day
    efforts: dict[SetValue | SetDone, Decimal] = {
        SetDone(unit, name, duty.key, min(duty.due or day, day)): Decimal(1)
        for name, entry in found.inputs[unit].items()
        if isinstance(entry, Figure)
        for duty in entry.duties
        if duty.done_on is None
    }
    if not efforts:
        return []
    chosen = most_effective(
        found.rules, found.gathered.units, found.inputs, unit, efforts, year, at_most=many, exact_up_to=0
    )
    return [
        {"duty": each.change.duty, "item": each.change.key, "gain_alone": str(each.gain)}
        for each in chosen.chosen
        if isinstance(each.change, SetDone)
    ]


@group.command("compare")
@click.argument("zone")
@rules_option
@year_option
@click.option("--with-year", "other_year", type=int, required=True, help="The year that is set against it.")
@click.option("--with-rules", "other_rules", default=None, help="Its rule set, where it is another.")
@click.option("--as-of", default=None, help="As it was known on this day (2018-03-01).")
@format_option("text", "json")
@language_option
@with_django
def compare(
    zone: str,
    rules: str,
    year: int,
    other_year: int,
    other_rules: str | None,
    as_of: str | None,
    form: str,
    language: str,
) -> None:
    """Differences of the scores of two years, the second less the first, or why they may not be compared."""
    from ecociv.assessment.rules import Compared
    from ecociv.assessment.rules import compare as run

    one = _live(zone, rules, year, as_of).results
    two = _live(zone, other_rules or rules, other_year, as_of).results
    tongue = "zh" if language.startswith("zh") else "en"
    rows = [
        {
            "unit": unit,
            "name": two.units[unit].name.to_mapping(),
            "totals": [None if each[unit].total is None else str(each[unit].total) for each in (one, two)],
            "comparable": isinstance(found, Compared),
            "difference": str(found.difference) if isinstance(found, Compared) else None,
            "reasons": [] if isinstance(found, Compared) else [each.to_json() for each in found.reasons],
            "items": {key: str(change) for key, change in found.items.items()},
        }
        for unit, found in run(one, two).items()
    ]
    if form == "json":
        say_json(
            {"zone": zone, "rules": [rules, other_rules or rules], "years": [year, other_year], "units": rows}
        )
        return
    for unit, found in run(one, two).items():
        name = two.units[unit].name.in_language(tongue)
        if isinstance(found, Compared):
            say(f"{name}\t{found.difference:+f}")
            continue
        say(f"{name}\t" + " ".join(each.text.in_language(tongue) for each in found.reasons))
        for key, change in found.items.items():
            say(f"  {two.rules.items[key].title.in_language(tongue)}\t{change:+f}")


@group.command("sign")
@click.argument("round_number", metavar="ROUND", type=int)
@click.option("--as", "name", required=True, help="Log-in name of the leader who signs.")
@click.option("--reason", default="", help="Remark kept with the result.")
@with_django
def sign(round_number: int, name: str, reason: str) -> None:
    """Sign a round off and freeze its result, with the rights of the account named."""
    from django.core.exceptions import PermissionDenied

    from ecociv.assessment.actions import SignOff
    from ecociv.assessment.models import AssessmentRound
    from ecociv.assessment.refusals import AssessmentRefused
    from ecociv.people.models import User

    round_ = AssessmentRound.objects.filter(pk=round_number).first()
    author = User.objects.filter(username=name, is_active=True).first()
    if round_ is None or author is None:
        fail(f"There is no round {round_number}." if round_ is None else f"There is no account {name!r}.")
    try:
        kept = SignOff(round_, author, reason).execute()
    except (AssessmentRefused, PermissionDenied) as error:
        fail(str(error))
    say(f"{round_number}/{kept.number} {kept.digest}")


@group.command("verify")
@click.argument("round_number", metavar="ROUND", type=int)
@with_django
def verify(round_number: int) -> None:
    """Reckon the newest frozen result of a round anew, from its content and from the record of its moment."""
    from ecociv.assessment.verify import recompute

    found = recompute(_snapshot(round_number))
    say_json(found.to_json())
    if not found.ok:
        raise SystemExit(int(Exit.FOUND))


@group.command("impact")
@click.argument("round_number", metavar="ROUND", type=int)
@with_django
def impact(round_number: int) -> None:
    """What today's data would change in the newest frozen result of a round; nothing is touched."""
    from ecociv.assessment.verify import restatement_impact

    say_json(restatement_impact(_snapshot(round_number)).to_json())


def _live(zone: str, rules: str, year: int, as_of: str | None) -> Any:
    from ecociv.assessment.queries import live
    from ecociv.assessment.rules import OutsideValidity
    from ecociv.plan.queries import ZoneNotLoaded

    try:
        return live(zone, rules, year, moment(as_of))
    except (OutsideValidity, ZoneNotLoaded) as error:
        fail(str(error))


def _unit(found: Any, text: str) -> str:
    from ecociv.assessment.units import UnitUnknown, unit_named

    try:
        return unit_named(text, found.gathered.moment.package, found.gathered.units)
    except UnitUnknown as error:
        fail(str(error))


def _snapshot(number: int) -> Any:
    from ecociv.assessment.models import Snapshot

    found = Snapshot.objects.filter(round=number).order_by("-number").first()
    if found is None:
        fail(f"Round {number} has no frozen result: it is not there, or not signed off yet.")
    return found


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.rpartition("=")
    if not sign or not name:
        fail(f"{text!r} is no change: write NAME=VALUE.", Exit.USAGE)
    return name, value


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        fail(f"{text!r} is no date: write 2017-11-30.", Exit.USAGE)

"""``ecociv supervision``: what the triggers propose."""

from __future__ import annotations

from datetime import datetime

import click

from ecociv.cli.console import EXIT_CODES, fail, format_option, language_option, say, say_json, with_django


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Supervision: proposals of the declared triggers."""


@group.command("propose")
@click.argument("zone", default="jingdezhen")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The day asked about; today when not given.")
@click.option("--trial", is_flag=True, help="Report every occurrence up to the day and write nothing.")
@format_option("text", "json")
@language_option
@with_django
def propose(zone: str, day: datetime | None, trial: bool, form: str, language: str) -> None:
    """Ask every trigger about a day and record each occurrence once; people decide, nothing is opened here."""
    from ecociv.cli.database import ensure_plan
    from ecociv.evidence.declared import DeclarationError
    from ecociv.supervision.ladder.propose import Propose

    ensure_plan(zone)
    action = Propose(zone, day.date() if day else None)
    try:
        if trial:
            found = action.check()
            if form == "json":
                say_json([each.to_json() for each in found])
            else:
                for each in found:
                    mark = "" if each.holds else f" -> {each.ended_on}"
                    say(f"{each.first_day}{mark} {each.trigger}: {each.title.in_language(language)}")
            return
        outcome = action.execute()
    except DeclarationError as error:
        fail(str(error))
    if form == "json":
        say_json(outcome.to_json())
        return
    for proposal in outcome.new:
        say(f"{proposal.first_day} {proposal.trigger}: {proposal.title.in_language(language)}")
    words = {
        "zh": "{day}：新提出{new}条，不再成立{ended}条，重新成立{again}条。",
        "en": "{day}: {new} new, {ended} no longer hold, {again} hold again.",
    }[language]
    say(
        words.format(
            day=outcome.day, new=len(outcome.new), ended=len(outcome.ended), again=len(outcome.again)
        )
    )

"""``ecociv evidence quality``: quality control and tests for falsified data."""

from __future__ import annotations

from datetime import datetime, timedelta
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
)


@click.command("quality", epilog=EXIT_CODES)
@click.option("--zone", default="jingdezhen", show_default=True)
@click.option(
    "--network", "networks", multiple=True, help="Network to look at; again for several. All by default."
)
@click.option("--from", "start", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First local day.")
@click.option(
    "--to", "end", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Last local day, inclusive."
)
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="As known at the end of this day; only reports."
)
@click.option("--trial", is_flag=True, help="Report what would happen and write nothing.")
@click.option("--no-marks", is_flag=True, help="Record findings and put no value in doubt.")
@format_option("text", "json")
@language_option
@with_django
def quality(
    zone: str,
    networks: tuple[str, ...],
    start: datetime,
    end: datetime,
    as_of: datetime | None,
    trial: bool,
    no_marks: bool,
    form: str,
    language: str,
) -> None:
    """Apply the declared rules and tests to readings; mark values in doubt and record findings.

    Nothing is deleted: a value in doubt gets a new revision with the rule as its reason. A second run adds nothing.
    Exit code 1 says that something serious, or something to be looked at, was found.
    """
    from ecociv.cli.database import ensure_plan
    from ecociv.evidence.quality.run import LOCAL, QualityRefused, RunQualityControl

    ensure_plan(zone)
    day = timedelta(days=1)
    action = RunQualityControl(
        zone,
        networks,
        start.replace(tzinfo=LOCAL),
        end.replace(tzinfo=LOCAL) + day,
        author="ecociv evidence quality",
        as_of=as_of.replace(tzinfo=LOCAL) + day if as_of else None,
        mark=not no_marks,
    )
    try:
        outcome = action.check() if trial or as_of else action.execute()
    except QualityRefused as refusal:
        fail(str(refusal))
    content = {
        "series": outcome.series,
        "readings": outcome.readings,
        "marked": dict(outcome.marked),
        "left_as_decided": outcome.restored,
        "findings": dict(outcome.findings),
        "new": outcome.new_findings,
        "gone": outcome.gone,
        "run": str(outcome.run.pk) if outcome.run else None,
    }
    if form == "json":
        say_json(content)
    else:
        say(_as_text(content, language))
    if any(rule not in ("qc-gap", "qc-jump", "qc-detection", "qc-maintenance") for rule in outcome.findings):
        raise SystemExit(int(Exit.FOUND))


def _as_text(content: dict[str, Any], language: str) -> str:
    from ecociv.core.text import Text
    from ecociv.evidence.quality.names import name_of_rule

    head = Text(
        zh="{series}个序列，{readings}个读数；新记录{new}条发现，{gone}条不再出现；{left_as_decided}个数值按人工决定保留",
        en="{series} series, {readings} readings; {new} findings new on record, {gone} gone; {left_as_decided} values left as people decided",
    )
    lines = [head.fill(**content).in_language(language)]
    word = {"zh": ("存疑", "发现"), "en": ("in doubt", "findings")}[language]
    for rule in sorted({*content["marked"], *content["findings"]}):
        name = name_of_rule(rule).in_language(language)
        lines.append(
            f"  {rule:<22} {word[0]} {content['marked'].get(rule, 0):>6}  {word[1]} {content['findings'].get(rule, 0):>5}  {name}"
        )
    return "\n".join(lines)

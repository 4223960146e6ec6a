"""``ecociv tariff``: tiered prices of water and gas."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path

import click

from ecociv.cli.console import (
    EXIT_CODES,
    Exit,
    answer_options,
    fail,
    language_option,
    say,
    say_json,
    with_django,
)
from ecociv.cli.land_given import DAY, zone_option
from ecociv.cli.tariff_given import ProposalGiven, litres_given, proposal_options, told


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Tiered prices (阶梯价格): bills, the national guidance, two tariffs compared, papers of a hearing."""


@group.command("list", epilog=EXIT_CODES)
@zone_option
@answer_options
@told
def list_tariffs(zone: str, form: str, language: str) -> None:
    """Declared tariffs with their versions."""
    from ecociv.tariffs.declaration import require_tariffs

    declared = require_tariffs(zone)
    if form == "json":
        say_json([one.model_dump(mode="json") for one in declared.tariffs])
        return
    for tariff in declared.tariffs:
        mark = {"zh": "（示例）", "en": " (sample)"}[language] if tariff.sample else ""
        say(f"{tariff.key}  {tariff.name.in_language(language)}{mark}")
        for version in tariff.versions:
            tiers = "  ".join(f"{tier.up_to or '…'} m3: {tier.price}" for tier in version.tiers)
            say(f"  {version.validity}  {version.accumulation}  {tiers}")


@group.command("bill", epilog=EXIT_CODES)
@click.argument("tariff")
@click.option("--use", required=True, help="m3 between the two readings.")
@click.option("--from", "first", type=DAY, required=True, help="First day.")
@click.option("--to", "last", type=DAY, required=True, help="Last day, included.")
@click.option("--persons", type=click.IntRange(1, 100), default=1, show_default=True)
@click.option("--exemption", default="", help="Key of an exemption that was granted.")
@click.option("--leaked", default="0", help="m3 of it confirmed as leaked.")
@zone_option
@answer_options
@told
def bill(
    tariff: str,
    use: str,
    first: dt.datetime,
    last: dt.datetime,
    persons: int,
    exemption: str,
    leaked: str,
    zone: str,
    form: str,
    language: str,
) -> None:
    """The bill of one reading under TARIFF, with its arithmetic."""
    from ecociv.tariffs.declaration import require_tariffs
    from ecociv.tariffs.statement import Household, Reading, bills_of

    reading = Reading(first.date(), last.date(), litres_given(use), litres_given(leaked))
    made = bills_of(require_tariffs(zone).tariff(tariff), Household(persons, exemption), [reading])[0]
    if form == "json":
        say_json(
            {
                "tariff": tariff,
                "amount_yuan": str(made.amount),
                "sample": made.tariff.sample,
                "trace": made.trace().to_json(),
            }
        )
        return
    say(made.trace().as_text(language))


@group.command("check", epilog=EXIT_CODES)
@click.argument("tariff")
@proposal_options
@answer_options
@told
def check(tariff: str, given: ProposalGiven, form: str, language: str) -> None:
    """TARIFF, or a proposal to change it, against the national guidance; ends with 1 where it does not follow it."""
    from ecociv.tariffs.checking import check_version

    compared = given.read(tariff)
    result = check_version(compared.tariff.utility, compared.after, compared.use)
    if form == "json":
        say_json(
            {
                **result.verdict.to_json(),
                "edition": result.edition,
                "coverage": [asdict(one) for one in result.coverage],
                "generated": compared.use.generated,
            }
        )
    else:
        words = {
            True: {"zh": "符合", "en": "follows"},
            False: {"zh": "不符合", "en": "does not follow"},
            None: {"zh": "不能判定是否符合", "en": "cannot be told to follow"},
        }
        say(f"{tariff} {words[result.verdict.ok][language]} {result.edition}")
        for reason in result.verdict.reasons:
            say(f"  {reason.code}: {reason.text.in_language(language)}")
        for one in result.coverage:
            say(f"  {one.tier}: {one.bound} m3, {one.covered_share:.1f} % (>= {one.wanted_share} %)")
        if compared.use.generated:
            say(
                {
                    "zh": "用量为生成的分布，不是抄表数据。",
                    "en": "The households are generated, not metered.",
                }[language]
            )
    if result.verdict.ok is not True:
        raise SystemExit(int(Exit.FOUND))


@group.command("compare", epilog=EXIT_CODES)
@click.argument("tariff")
@click.option("--with", "other", type=DAY, help="The version in force on this day instead of a proposal.")
@proposal_options
@answer_options
@told
def compare_tariffs(
    tariff: str,
    other: dt.datetime | None,
    given: ProposalGiven,
    form: str,
    language: str,
) -> None:
    """TARIFF as in force against a proposal (--tiers, --prices) or another version (--with), on many households."""
    from ecociv.tariffs.papers import compile_figures
    from ecociv.tariffs.schedule import cubic_metres, yuan

    if not given.prices and other is None:
        fail("Name the proposal by --tiers and --prices, or another version by --with.", Exit.USAGE)
    compared = given.read(tariff)
    found = compared.tariff
    after = compared.after if other is None else found.version_on(other.date())
    elasticity = compared.declared.elasticities[found.utility]
    figures = compile_figures(found, compared.before, after, compared.use, elasticity)
    if form == "json":
        say_json(figures.to_json())
        return
    whole, result = figures.comparison.whole, figures.comparison
    zh = language == "zh"
    say(
        f"{whole.households:,} {'户' if zh else 'households'}{'' if not compared.use.generated else '（生成）' if zh else ' (generated)'}"
    )
    heads = (
        ("组", "户数", "户均m3", "现行元", "方案元", "增减元")
        if zh
        else ("group", "households", "m3", "now", "then", "change")
    )
    say("\t".join(heads))
    for label, groups in (("", result.deciles), ("p", result.sizes), ("", (whole,))):
        for one in groups:
            cells = (one.mean_use, one.mean_before, one.mean_after, one.mean_change)
            say(
                "\t".join(
                    [f"{label}{one.key}", f"{one.households}", *("-" if c is None else str(c) for c in cells)]
                )
            )
    say(
        f"{'收入' if zh else 'revenue'}: {yuan(whole.fen_before):,} -> {yuan(whole.fen_after):,} "
        f"({whole.change_percent} %)"
    )
    for answer in result.responses:
        saved = cubic_metres(whole.litres - answer.litres)
        say(f"{'弹性' if zh else 'elasticity'} {answer.elasticity}: {'节约' if zh else 'saved'} {saved:,} m3")


@group.command("hearing", epilog=EXIT_CODES)
@click.argument("tariff")
@click.option("--title", required=True)
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="A .docx, .pdf or .xlsx file.",
)
@click.option("--source", default="", help="Where the consumption is from, in words.")
@click.option("--author", default="ecociv tariff hearing", show_default=True)
@proposal_options
@language_option
@with_django
@told
def hearing(
    tariff: str,
    title: str,
    out: Path,
    source: str,
    author: str,
    given: ProposalGiven,
    language: str,
) -> None:
    """Compile the paper of a hearing on a proposal to change TARIFF, keep it, and write it to a file."""
    from ecociv.cli.database import ensure_plan
    from ecociv.reporting.annual import form_of, require_folder, write_whole
    from ecociv.reporting.problems import NoChineseFont, ReportRefused
    from ecociv.reporting.tariff_hearing.write import write_hearing_paper
    from ecociv.tariffs.actions import CompileHearing, HearingRefused

    ensure_plan(given.zone)
    compared = given.read(tariff)
    declared, utility = compared.declared, compared.tariff.utility
    file = given.consumption
    try:
        form = form_of(out).removeprefix(".")
        require_folder(out)
        paper = CompileHearing(
            zone=given.zone,
            title=title,
            tariff=compared.tariff,
            before=compared.before,
            after=compared.after,
            consumption=compared.use,
            source=source or (file.name if file else declared.distributions[utility].note.zh),
            elasticity=declared.elasticities[utility],
            author=author,
        ).execute()
        write_whole(out, write_hearing_paper(paper, form, language=language))
    except HearingRefused as refused:
        fail("\n".join(text.in_language(language) for text in refused.texts))
    except ReportRefused as refused:
        fail(
            refused.text.in_language(language),
            Exit.MISSING if isinstance(refused, NoChineseFont) else Exit.INPUT,
        )
    say(
        {
            "zh": f"已编制第{paper.serial}号材料，写入{out}。",
            "en": f"Paper {paper.serial} compiled, written to {out}.",
        }[language]
    )

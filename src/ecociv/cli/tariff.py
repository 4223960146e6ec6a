"""``ecociv tariff``: tiered prices of water and gas."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

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

P = ParamSpec("P")
R = TypeVar("R")
DAY = click.DateTime(["%Y-%m-%d"])


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Tiered prices (阶梯价格): bills, the national guidance, two tariffs compared, papers of a hearing."""


def told(command: Callable[P, R]) -> Callable[P, R]:
    """Turn what the rules refuse into one sentence, row by row for a file."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        from pydantic import ValidationError

        from ecociv.core.periods import OutsideValidity
        from ecociv.evidence.declared import DeclarationError
        from ecociv.tariffs.bills import UseRefused
        from ecociv.tariffs.consumption import ConsumptionRefused
        from ecociv.tariffs.statement import BillRefused

        language = str(kwargs.get("language") or "zh")
        try:
            return command(*args, **kwargs)
        except ConsumptionRefused as error:
            rows = [
                f"  {fault.line} {fault.column}: {fault.text.in_language(language)}" for fault in error.faults
            ]
            fail("\n".join([error.text.in_language(language), *rows]))
        except BillRefused as error:
            fail(error.text.in_language(language))
        except ValidationError as error:
            fail("\n".join(one["msg"].removeprefix("Value error, ") for one in error.errors()))
        except (DeclarationError, OutsideValidity, UseRefused) as error:
            fail(str(error))

    return run


def _numbers(given: str, option: str) -> list[Decimal]:
    try:
        numbers = [Decimal(part) for part in given.split(",") if part.strip()]
    except InvalidOperation:
        numbers = []
    if not numbers or not all(number.is_finite() for number in numbers):
        fail(f"{option} {given!r}: write numbers with commas, as 15,22.", Exit.USAGE)
    return numbers


def _litres(volume: str) -> int:
    [number] = _numbers(volume, "--use")[:1]
    if number * 1000 != (number * 1000).to_integral_value():
        fail(f"{volume} m3: give at most three decimals (litres).", Exit.USAGE)
    return int(number * 1000)


def proposal_options(command: Callable[P, R]) -> Callable[P, R]:
    """How a proposal, and the households, are given."""
    for option in (
        click.option("--zone", default="jingdezhen", show_default=True),
        click.option("--on", "on", type=DAY, help="The version in force on this day; today by default."),
        click.option("--tiers", default="", help="Ends of the proposed tiers in m3 of a period: 180,264."),
        click.option("--prices", default="", help="Proposed prices in yuan/m3, one more: 2,3,6."),
        click.option("--accumulation", type=click.Choice(["month", "quarter", "year"]), default=None),
        click.option(
            "--consumption",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            default=None,
            help="CSV of real consumption: persons, use_m3 or m01..m12, exemption, households.",
        ),
        click.option(
            "--households",
            type=click.IntRange(1, 5_000_000),
            default=1_000_000,
            show_default=True,
            help="Households to generate where no file is given.",
        ),
        click.option(
            "--seed", type=click.IntRange(0), default=None, help="Another seed than the declared one."
        ),
    ):
        command = option(command)
    return command


def _households(declared: Any, tariff: Any, file: Path | None, count: int, seed: int | None) -> Any:
    from ecociv.tariffs.consumption import generate, read_consumption

    distribution = declared.distributions[tariff.utility]
    if file is None:
        return generate(distribution, count, seed)
    keys = tuple(sorted({one.key for version in tariff.versions for one in version.exemptions}))
    return read_consumption(file.read_bytes(), distribution.season, keys)


def _versions(tariff: Any, on: dt.datetime | None, tiers: str, prices: str, accumulation: str | None) -> Any:
    """The version in force, and the proposal (the same where none is given)."""
    from ecociv.tariffs.schedule import version_with

    before = tariff.version_on(on.date() if on else dt.datetime.now(ZoneInfo("Asia/Shanghai")).date())
    if not prices:
        return before, before
    rates = _numbers(prices, "--prices")
    bounds = _numbers(tiers, "--tiers") if tiers else []
    if len(rates) != len(bounds) + 1:
        fail(
            f"{len(bounds)} ends make {len(bounds) + 1} tiers, but {len(rates)} prices were given.",
            Exit.USAGE,
        )
    return before, version_with(before, bounds=bounds, prices=rates, accumulation=accumulation)  # type: ignore[arg-type]


@group.command("list", epilog=EXIT_CODES)
@click.option("--zone", default="jingdezhen", show_default=True)
@format_option("text", "json")
@language_option
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
@click.option("--zone", default="jingdezhen", show_default=True)
@format_option("text", "json")
@language_option
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

    reading = Reading(first.date(), last.date(), _litres(use), _litres(leaked))
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
@format_option("text", "json")
@language_option
@told
def check(
    tariff: str,
    zone: str,
    on: dt.datetime | None,
    tiers: str,
    prices: str,
    accumulation: str | None,
    consumption: Path | None,
    households: int,
    seed: int | None,
    form: str,
    language: str,
) -> None:
    """TARIFF, or a proposal to change it, against the national guidance; ends with 1 where it does not follow it."""
    from ecociv.tariffs.checking import check_version
    from ecociv.tariffs.declaration import require_tariffs

    declared = require_tariffs(zone)
    found = declared.tariff(tariff)
    _before, after = _versions(found, on, tiers, prices, accumulation)
    use = _households(declared, found, consumption, households, seed)
    result = check_version(found.utility, after, use)
    if form == "json":
        say_json(
            {
                **result.verdict.to_json(),
                "edition": result.edition,
                "coverage": [asdict(one) for one in result.coverage],
                "generated": use.generated,
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
        if use.generated:
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
@format_option("text", "json")
@language_option
@told
def compare_tariffs(
    tariff: str,
    other: dt.datetime | None,
    zone: str,
    on: dt.datetime | None,
    tiers: str,
    prices: str,
    accumulation: str | None,
    consumption: Path | None,
    households: int,
    seed: int | None,
    form: str,
    language: str,
) -> None:
    """TARIFF as in force against a proposal (--tiers, --prices) or another version (--with), on many households."""
    from ecociv.tariffs.declaration import require_tariffs
    from ecociv.tariffs.papers import compile_figures
    from ecociv.tariffs.schedule import cubic_metres, yuan

    declared = require_tariffs(zone)
    found = declared.tariff(tariff)
    before, after = _versions(found, on, tiers, prices, accumulation)
    if other is not None:
        after = found.version_on(other.date())
    if not prices and other is None:
        fail("Name the proposal by --tiers and --prices, or another version by --with.", Exit.USAGE)
    use = _households(declared, found, consumption, households, seed)
    figures = compile_figures(found, before, after, use, declared.elasticities[found.utility])
    if form == "json":
        say_json(figures.to_json())
        return
    whole, result = figures.comparison.whole, figures.comparison
    zh = language == "zh"
    say(
        f"{whole.households:,} {'户' if zh else 'households'}{'' if not use.generated else '（生成）' if zh else ' (generated)'}"
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
    zone: str,
    on: dt.datetime | None,
    tiers: str,
    prices: str,
    accumulation: str | None,
    consumption: Path | None,
    households: int,
    seed: int | None,
    language: str,
) -> None:
    """Compile the paper of a hearing on a proposal to change TARIFF, keep it, and write it to a file."""
    from ecociv.cli.database import ensure_plan
    from ecociv.reporting.annual import form_of, require_folder, write_whole
    from ecociv.reporting.problems import NoChineseFont, ReportRefused
    from ecociv.reporting.tariff_hearing.write import write_hearing_paper
    from ecociv.tariffs.actions import CompileHearing, HearingRefused
    from ecociv.tariffs.declaration import require_tariffs

    ensure_plan(zone)
    declared = require_tariffs(zone)
    found = declared.tariff(tariff)
    before, after = _versions(found, on, tiers, prices, accumulation)
    use = _households(declared, found, consumption, households, seed)
    try:
        form = form_of(out).removeprefix(".")
        require_folder(out)
        paper = CompileHearing(
            zone=zone,
            title=title,
            tariff=found,
            before=before,
            after=after,
            consumption=use,
            source=source
            or (consumption.name if consumption else declared.distributions[found.utility].note.zh),
            elasticity=declared.elasticities[found.utility],
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

"""What the commands of prices share: how a proposal and households are given, and what is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import click

from ecociv.cli.console import Exit, fail

P = ParamSpec("P")
R = TypeVar("R")
DAY = click.DateTime(["%Y-%m-%d"])


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


def numbers_of(given: str, option: str) -> list[Decimal]:
    """Numbers with commas."""
    try:
        numbers = [Decimal(part) for part in given.split(",") if part.strip()]
    except InvalidOperation:
        numbers = []
    if not numbers or not all(number.is_finite() for number in numbers):
        fail(f"{option} {given!r}: write numbers with commas, as 15,22.", Exit.USAGE)
    return numbers


def litres_given(volume: str) -> int:
    """A volume in m3 as whole litres."""
    [number] = numbers_of(volume, "--use")[:1]
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


def households_given(declared: Any, tariff: Any, file: Path | None, count: int, seed: int | None) -> Any:
    """Households of a file, or generated ones."""
    from ecociv.tariffs.consumption import generate, read_consumption

    distribution = declared.distributions[tariff.utility]
    if file is None:
        return generate(distribution, count, seed)
    keys = tuple(sorted({one.key for version in tariff.versions for one in version.exemptions}))
    return read_consumption(file.read_bytes(), distribution.season, keys)


def versions_given(
    tariff: Any, on: dt.datetime | None, tiers: str, prices: str, accumulation: str | None
) -> Any:
    """The version in force, and the proposal (the same where none is given)."""
    from ecociv.tariffs.schedule import version_with

    before = tariff.version_on(on.date() if on else dt.datetime.now(ZoneInfo("Asia/Shanghai")).date())
    if not prices:
        return before, before
    rates = numbers_of(prices, "--prices")
    bounds = numbers_of(tiers, "--tiers") if tiers else []
    if len(rates) != len(bounds) + 1:
        fail(
            f"{len(bounds)} ends make {len(bounds) + 1} tiers, but {len(rates)} prices were given.",
            Exit.USAGE,
        )
    return before, version_with(before, bounds=bounds, prices=rates, accumulation=accumulation)  # type: ignore[arg-type]

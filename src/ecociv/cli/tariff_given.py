"""What the commands of prices share: how a proposal and households are given, and what is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import click

from ecociv.cli.console import Exit, fail
from ecociv.cli.land_given import DAY, zone_option

P = ParamSpec("P")
R = TypeVar("R")

if TYPE_CHECKING:
    from ecociv.tariffs.consumption import Consumption
    from ecociv.tariffs.declaration import Tariff, Tariffs, TariffVersion


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


@dataclass(frozen=True, slots=True)
class ProposalGiven:
    """A proposal to change a tariff, and the households it is looked at on, as they stand on the command line."""

    zone: str
    on: dt.datetime | None
    tiers: str
    prices: str
    accumulation: Literal["month", "quarter", "year"] | None
    consumption: Path | None
    households: int
    seed: int | None

    def read(self, tariff: str) -> Compared:
        """The declared tariff with what it is compared with; ends the command where what is given is no proposal."""
        from ecociv.tariffs.declaration import require_tariffs

        declared = require_tariffs(self.zone)
        found = declared.tariff(tariff)
        before, after = self._versions(found)
        return Compared(declared, found, before, after, self._households(declared, found))

    def _versions(self, tariff: Tariff) -> tuple[TariffVersion, TariffVersion]:
        """The version in force, and the proposal (the same where none is given)."""
        from ecociv.tariffs.schedule import version_with

        day = self.on.date() if self.on else dt.datetime.now(ZoneInfo("Asia/Shanghai")).date()
        before = tariff.version_on(day)
        if not self.prices:
            return before, before
        rates = numbers_of(self.prices, "--prices")
        bounds = numbers_of(self.tiers, "--tiers") if self.tiers else []
        if len(rates) != len(bounds) + 1:
            fail(
                f"{len(bounds)} ends make {len(bounds) + 1} tiers, but {len(rates)} prices were given.",
                Exit.USAGE,
            )
        return before, version_with(before, bounds=bounds, prices=rates, accumulation=self.accumulation)

    def _households(self, declared: Tariffs, tariff: Tariff) -> Consumption:
        """Households of a file, or generated ones."""
        from ecociv.tariffs.consumption import generate, read_consumption

        distribution = declared.distributions[tariff.utility]
        if self.consumption is None:
            return generate(distribution, self.households, self.seed)
        keys = tuple(sorted({one.key for version in tariff.versions for one in version.exemptions}))
        return read_consumption(self.consumption.read_bytes(), distribution.season, keys)


@dataclass(frozen=True, slots=True)
class Compared:
    """A tariff as in force, as proposed, and the consumption on which both are looked at."""

    declared: Tariffs
    tariff: Tariff
    before: TariffVersion
    after: TariffVersion
    use: Consumption


def proposal_options(command: Callable[..., R]) -> Callable[..., R]:
    """The options of a proposal and of the households; the command has them as ``given``."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> R:
        given = ProposalGiven(**{each.name: options.pop(each.name) for each in fields(ProposalGiven)})
        return command(*args, given=given, **options)

    made: Callable[..., R] = run
    for option in (
        zone_option,
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
        made = option(made)
    return made

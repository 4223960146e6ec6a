"""What commands of many rooms are given: a zone, an account, days, outlines, files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

from ecociv.cli.console import Exit, fail

P = ParamSpec("P")
R = TypeVar("R")

DAY = click.DateTime(["%Y-%m-%d"])


def zone_option(command: Callable[P, R]) -> Callable[P, R]:
    """The option ``--zone``."""
    return click.option("--zone", default="jingdezhen", show_default=True, help="Key of the zone.")(command)


def user_option(command: Callable[P, R]) -> Callable[P, R]:
    """The option ``--as``."""
    return click.option("--as", "username", required=True, help="Name of the account that acts.")(command)


def reading_options(command: Callable[P, R]) -> Callable[P, R]:
    """The options ``--on`` and ``--as-of``."""
    command = click.option(
        "--as-of", default=None, help="Only what was recorded by then (2018-06-30, 2018-06-30T12:00)."
    )(command)
    return click.option("--on", type=DAY, help="State of this day; today by default.")(command)


def recording_options(command: Callable[P, R]) -> Callable[P, R]:
    """The options ``--as``, ``--day`` and ``--document`` of a command that records only when asked to."""
    command = click.option("--document", default="", help="Number of the document, to record.")(command)
    command = click.option("--day", type=DAY, default=None, help="Day of the act; today by default.")(command)
    return click.option("--as", "username", default=None, help="Account that records.")(command)


def who_records(username: str | None, day: dt.datetime | None, as_of: Any) -> tuple[Any, dt.date]:
    """The account and the day of an act; ends the command where no account is named, or the past was asked for."""
    from django.utils import timezone

    if username is None or as_of is not None:
        fail("To record, name the account (--as NAME) and leave out --as-of.", Exit.USAGE)
    return account(username), day.date() if day else timezone.localdate()


@contextmanager
def book_refusals(language: str) -> Iterator[None]:
    """End the command with the sentences of a book that refuses, or of the policy that forbids."""
    from django.core.exceptions import PermissionDenied

    from ecociv.ledger.actions import LedgerRefused

    try:
        yield
    except LedgerRefused as refused:
        fail(" ".join(text.in_language(language) for text in refused.texts))
    except PermissionDenied as denied:
        fail(str(denied))


def account(username: str) -> Any:
    """The account of a name; ends the command where there is none."""
    from ecociv.people.models import User

    user = User.objects.filter(username=username).first()
    if user is None:
        fail(f"There is no account {username!r}.")
    return user


def day_of(given: dt.datetime | None) -> dt.date | None:
    """A day from an option."""
    return given.date() if given else None


def number_of(given: str) -> Decimal:
    """An exact number from an option; ends the command where it is none."""
    try:
        number = Decimal(given)
    except InvalidOperation:
        fail(f"{given!r} is no number.", Exit.USAGE)
    if not number.is_finite():
        fail(f"{given!r} is no number.", Exit.USAGE)
    return number


def outline_of(given: str, crs: str, zone: str, language: str) -> tuple[str, str, Any]:
    """The text of an outline with its system, and the outline read, from WKT, GeoJSON or a file of any kind.

    What was done to it (polygons joined, coordinates converted) is said on standard error.
    """
    from ecociv.territory.rules.loading import space_rules
    from ecociv.territory.site_check.files import site_of_file
    from ecociv.territory.site_check.sites import SiteRefused, read_site

    text = given
    notes: tuple[Any, ...] = ()
    try:
        if given.lstrip()[:1] not in ("{", "[") and "(" not in given:
            path = Path(given)
            if not path.is_file():
                fail(f"There is no file {given[:200]!r}, and it is neither WKT nor GeoJSON.")
            text, crs, notes = site_of_file(path, crs)
        site = read_site(text, space_rules(zone).tolerances, crs=crs)
    except SiteRefused as refused:
        fail(refused.text.in_language(language))
    for note in (*notes, *site.notes):
        click.echo(note.in_language(language), err=True)
    return text, crs, site.geometry


def file_of(path: Path) -> Path:
    """A file that is there; ends the command where it is not."""
    if not path.is_file():
        fail(f"There is no file {str(path)!r}.")
    return path

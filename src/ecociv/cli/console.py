"""How commands speak: results on standard output, progress and errors on standard error, exit codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import IntEnum
from functools import wraps
from typing import Any, NoReturn, ParamSpec, Protocol, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

P = ParamSpec("P")
R = TypeVar("R")


class Exit(IntEnum):
    """Exit codes of every command.

    0 done; 1 done, and something was found that needs a decision (rows rejected, differences);
    2 the command line is wrong; 3 the input cannot be used; 4 something is missing on this machine; 130 stopped
    by Ctrl-C, 141 nobody reads the output any more (as shells count them).
    """

    DONE = 0
    FOUND = 1
    USAGE = 2
    INPUT = 3
    MISSING = 4
    STOPPED = 130
    READER_GONE = 141


EXIT_CODES = """\b
Exit codes:
  0  done
  1  done, and something was found that needs a decision
  2  the command line is wrong
  3  the input cannot be used; nothing was written
  4  something that the command needs is missing on this machine
  130  stopped by Ctrl-C
  141  nobody reads the output any more (as in a pipe to head)
"""


def say(text: str = "") -> None:
    """A line of the result."""
    click.echo(text)


def say_json(data: Any) -> None:
    """The result as JSON, keys in their order, Chinese as it is."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))


def sample_mark(sample: bool, language: str) -> str:
    """What follows a row that is generated; "" for a real one."""
    return {"zh": "  样例", "en": "  sample"}[language] if sample else ""


def say_rows(
    rows: Sequence[Mapping[str, Any]],
    form: str,
    language: str,
    columns: Sequence[str],
    none: Mapping[str, str],
) -> None:
    """Rows as JSON, or a line of some columns for each, marked where it is generated; a sentence where there is none."""
    if form == "json":
        say_json(list(rows))
        return
    for row in rows:
        say("  ".join(str(row[name]) for name in columns) + sample_mark(row["sample"], language))
    if not rows:
        say(none[language])


class Repeated(Protocol):
    """What making something again came to."""

    @property
    def same(self) -> bool:
        """Whether it is the same to the last byte."""

    @property
    def digest(self) -> str:
        """Its digest now."""

    @property
    def rules_changed(self) -> bool:
        """Whether the rules are others since."""


def say_repeated(named: Mapping[str, Any], digest: str, again: Repeated, **more: Any) -> None:
    """Say what making it again came to; ends with 1 where it differs from the digest on record."""
    say_json(
        {
            **named,
            "same": again.same,
            "digest": digest,
            "digest_again": again.digest,
            "rules_changed": again.rules_changed,
            **more,
        }
    )
    if not again.same:
        sys.exit(int(Exit.FOUND))


def fail(message: str, code: Exit = Exit.INPUT) -> NoReturn:
    """One plain message on standard error, and the exit code."""
    click.echo(message, err=True)
    sys.exit(int(code))


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on a terminal; silence in a pipe.

    Yields a function of done and total.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda done, total: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


EARLIEST_YEAR, LATEST_YEAR = 1900, 2999
"""Calendar years that a command takes; others are slips of the hand."""


def year_option(command: Callable[P, R]) -> Callable[P, R]:
    """The option ``--year``."""
    return click.option("--year", type=click.IntRange(EARLIEST_YEAR, LATEST_YEAR), required=True)(command)


def with_django(command: Callable[P, R]) -> Callable[P, R]:
    """Set Django up before a command that needs the database.

    An unknown zone, a day on which no rule was in force and errors of the database become one sentence.
    """

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        import gc
        import os

        import django
        from django.core.exceptions import ImproperlyConfigured
        from django.db import DatabaseError

        from ecociv.cli.database import make_local_database
        from ecociv.core.periods import OutsideValidity
        from ecociv.evidence.declared import DeclarationError
        from ecociv.plan.package import PackageError

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecociv.server.settings")
        try:
            gc.disable()  # what is imported stays: to look through it for garbage takes a fifth of the start
            try:
                django.setup()
            finally:
                gc.enable()
            make_local_database()
            return command(*args, **kwargs)
        except ImproperlyConfigured as error:
            fail(f"The settings are not complete: {error}", Exit.MISSING)
        except (PackageError, DeclarationError, OutsideValidity) as error:
            fail(str(error))
        except DatabaseError as error:
            if "locked" in str(error):
                fail(
                    "Another program is writing to the database; run this again when it has ended.",
                    Exit.MISSING,
                )
            fail(
                f"The database does not answer as expected ({error}). Run `ecociv zone migrate` first.",
                Exit.MISSING,
            )

    return run


def format_option(*formats: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """The option ``--format`` with ``formats[0]`` as default."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="Form of the output.",
    )


def language_option(command: Callable[P, R]) -> Callable[P, R]:
    """The option ``--language``."""
    return click.option(
        "--language",
        type=click.Choice(["zh", "en"]),
        default="zh",
        show_default=True,
        help="Language of texts.",
    )(command)


def answer_options(command: Callable[P, R]) -> Callable[P, R]:
    """The options ``--format`` (text or json) and ``--language`` of a command that answers in both."""
    return format_option("text", "json")(language_option(command))

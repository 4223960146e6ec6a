"""What the commands on damage and on deposits share: how money that moved is given, booked and shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from typing import Any, TypeVar

import click

from ecociv.cli.console import fail, say
from ecociv.cli.land_given import DAY, account, user_option

R = TypeVar("R")


KIND = click.Choice(["paid", "works", "refund"])
"""Which way money moved; a command whose name does not say so has no default."""


@dataclass(frozen=True, slots=True)
class MoneyGiven:
    """Money that moved, as it stands on the command line."""

    username: str
    money: str
    day: dt.datetime
    document: str
    reason: str
    request: str

    def book(self, action: Callable[..., Any], language: str) -> None:
        """Book an action of money; ends the command with one sentence where it is refused."""
        from django.core.exceptions import PermissionDenied

        from ecociv.ledger.money import NotMoney, fen
        from ecociv.liabilities.money import LiabilityRefused

        try:
            made = action(
                day=self.day.date(),
                fen=fen(self.money),
                document=self.document,
                author=account(self.username),
                reason=self.reason,
                request=self.request,
            ).execute()
        except NotMoney as refused:
            fail(refused.text.in_language(language))
        except LiabilityRefused as refused:
            fail("\n".join(text.in_language(language) for text in refused.texts))
        except PermissionDenied as refused:
            fail(str(refused))
        words = {"zh": "已记第 {0} 号凭证。", "en": "Booked as entry {0}."}[language]
        say(words.format(made.entry.number))


def money_options(command: Callable[..., R]) -> Callable[..., R]:
    """The options of money that moved; the command has them as ``given``."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> R:
        given = MoneyGiven(**{each.name: options.pop(each.name) for each in fields(MoneyGiven)})
        return command(*args, given=given, **options)

    made: Callable[..., R] = run
    for option in (
        click.option("--request", default="", help="Names the request: sent twice it is booked once."),
        click.option("--reason", default="", help="Why."),
        click.option("--document", required=True, help="Receipt, acceptance of the works, decision."),
        click.option("--day", type=DAY, required=True, help="Day on which the money moved."),
        click.option("--amount", "money", required=True, help="Yuan, with two decimals at most."),
        user_option,
    ):
        made = option(made)
    return made


def yuan_text(fen: int) -> str:
    """Yuan with two decimals, as text."""
    from ecociv.ledger.money import yuan

    return str(yuan(fen))

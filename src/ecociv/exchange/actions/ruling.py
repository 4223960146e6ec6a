"""Putting in force what the zone declares of its markets: opening those that are new, changing the rules of others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from ecociv.exchange.actions.base import OperatorAction, require_operator
from ecociv.exchange.actions.operating import ChangeRules, OpenMarket
from ecociv.exchange.journal.sending import Receipt
from ecociv.exchange.market.rules import MarketRules
from ecociv.exchange.queries import MarketNow, markets
from ecociv.exchange.zone import market_rules
from ecociv.people.models import User


@dataclass(frozen=True, slots=True)
class Ruling:
    """A market as it is declared for today beside what is in force.

    Attributes
    ----------
    differs : tuple of str
        Rules that are declared otherwise than they are in force; of a market that is not open yet ``()``.
    """

    declared: MarketRules
    now: MarketNow | None
    differs: tuple[str, ...]

    @property
    def due(self) -> bool:
        """Whether something has to be put in force."""
        return self.now is None or bool(self.differs)


_OF_THE_MARKET = ("reference", "sample")
"""What a market keeps whatever is declared: its first reference price, and whether it was made up."""


def rulings(zone: str) -> list[Ruling]:
    """Every market that is declared for today, by its key."""
    there = {each.row.market: each for each in markets(zone)}
    found = []
    for rules in sorted(market_rules(zone, timezone.localdate()), key=lambda each: each.market):
        now = there.get(rules.market)
        if now is None:
            found.append(Ruling(rules, None, ()))
            continue
        kept = replace(rules, **{name: getattr(now.rules, name) for name in _OF_THE_MARKET})
        said, before = kept.to_json(), now.rules.to_json()
        differs = sorted(name for name in said.keys() | before.keys() if said.get(name) != before.get(name))
        found.append(Ruling(kept, now, tuple(differs)))
    return found


@dataclass(kw_only=True, slots=True)
class PutRulesInForce:
    """Put the declared rules of today in force, each as an entry of the journal under a document."""

    zone: str
    author: Any
    document: str

    def check(self) -> list[OperatorAction]:
        """What has to be sent.

        Raises
        ------
        PermissionDenied
        DeclarationError
            With file and line of each fault.
        """
        if isinstance(self.author, User):
            require_operator(self.author, self.zone)
        who = {"zone": self.zone, "author": self.author, "document": self.document}
        return [
            (OpenMarket if one.now is None else ChangeRules)(rules=one.declared, **who)
            for one in rulings(self.zone)
            if one.due
        ]

    def execute(self) -> list[Receipt]:
        """Send it; the first that is refused ends it, and what was put in force before it stays.

        Raises
        ------
        CommandRefused
            For instance ``session-open``: rules change after the end of a day.
        """
        return [action.execute() for action in self.check()]

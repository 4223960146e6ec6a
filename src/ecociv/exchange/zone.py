"""What a zone declares about its exchange (``exchange_markets.yaml``): who operates it, and the rules of its markets."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, Self

from pydantic import Field, model_validator

from ecociv.evidence.declared import DeclarationError, Declared, LocalText, declaration_at
from ecociv.exchange.instruments import instruments
from ecociv.exchange.market.receiving import Receiving
from ecociv.exchange.market.rules import MarketRules, RulesRefused, rules_of
from ecociv.exchange.registry import Series
from ecociv.exchange.registry.rules import receiving_by
from ecociv.plan.package import zone_directory
from ecociv.plan.queries import current_package

FILE = "exchange_markets.yaml"


class DeclaredMarket(Declared):
    """One market: its rules as the journal will hold them, in force from a day."""

    valid_from: dt.date
    valid_to: dt.date | None = None
    rules: dict[str, Any]
    citation: LocalText
    verified: bool = False
    note: LocalText | None = None

    @model_validator(mode="after")
    def _fit(self) -> Self:
        try:
            rules_of(self.rules)
        except RulesRefused as refused:
            raise ValueError(f"market {self.rules.get('market')!r}: {refused.text.en}") from refused
        return self


class DeclaredExchange(Declared):
    """The operator, and the markets."""

    operator: str
    citation: LocalText
    verified: bool = False
    markets: tuple[DeclaredMarket, ...] = Field(min_length=1)


def declared(zone: str) -> DeclaredExchange:
    """The declaration of a zone as it is now: a file that has changed is read again, in every process.

    Raises
    ------
    DeclarationError
        With file and line of each fault.
    """
    return declaration_at(zone_directory(zone) / FILE, DeclaredExchange)


def market_rules(zone: str, on: dt.date) -> list[MarketRules]:
    """The rules in force on a day, one of each market, with their citation.

    Raises
    ------
    DeclarationError
        When two entries for one market hold on the same day.
    """
    made: dict[str, MarketRules] = {}
    for each in declared(zone).markets:
        if each.valid_from > on or (each.valid_to is not None and on > each.valid_to):
            continue
        rules = rules_of({**each.rules, "source": each.citation.zh, "verified": each.verified})
        rules = replace(rules, receiving=rules.receiving or receiving_on(zone, rules.series, on))
        if rules.market in made:
            raise DeclarationError(
                f"{FILE}: market {rules.market!r} has two sets of rules on {on}; end the earlier one."
            )
        made[rules.market] = rules
    return list(made.values())


def receiving_on(zone: str, series: Series, on: dt.date) -> Receiving | None:
    """Who may receive units of a series by the terms of its instrument on a day; ``None`` where they say nothing of it."""
    one = instruments(zone_directory(zone), on).get(series.instrument)
    said = receiving_by(one, series) if one is not None else None
    return None if said is None or said.says_nothing else said


def operator(zone: str, day: dt.date) -> str:
    """Key of the body that operates the exchange on a day, following its successors."""
    return current_package(zone).body_on(declared(zone).operator, day).key

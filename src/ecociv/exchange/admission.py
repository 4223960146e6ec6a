"""Whether an account may trade on a market, before anything is sent: the engine's own rule over the projected rows."""

from __future__ import annotations

from django.utils import timezone

from ecociv.core.verdicts import Verdict
from ecociv.exchange.engine.receiving import bidding, entering
from ecociv.exchange.engine.state import SIDES, Account
from ecociv.exchange.market.receiving import over
from ecociv.exchange.market.rules import MarketRules
from ecociv.exchange.models import AccountRow


def may_trade(rules: MarketRules, row: AccountRow, side: str) -> Verdict:
    """Whether an account may send orders of a side (``buy``, ``sell``) into the book today; codes as the engine refuses."""
    return Verdict.all_of((_valid(rules), entering(rules, _account(row), SIDES[side])))


def may_bid(rules: MarketRules, row: AccountRow, side: str, lister: AccountRow) -> Verdict:
    """Whether an account may bid on a side against an offer of another account today."""
    return Verdict.all_of((_valid(rules), bidding(rules, _account(row), SIDES[side], _account(lister))))


def _valid(rules: MarketRules) -> Verdict:
    ends = rules.receiving.last_day if rules.receiving else None
    gone = over(ends, str(rules.series), timezone.localdate())
    return Verdict(gone is None, (gone,) if gone else ())


def _account(row: AccountRow) -> Account:
    """The account as the engine has it; its number in the books is nothing that is asked."""
    return Account(
        row.account, row.name, row.owner, 0, row.sort, row.sector, tuple(filter(None, row.regions.split(",")))
    )

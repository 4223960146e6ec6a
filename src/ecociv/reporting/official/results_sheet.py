"""Results of an assessment (考核结果) as a bulletin tells them, as plain data. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ecociv.core.text import Text


@dataclass(frozen=True)
class UnitScores:
    """One unit: decimals as frozen, None where a score was not given; ``reasons`` say why it has no rank."""

    key: str
    name: Text
    group: str
    total: Decimal | None
    base: Decimal | None
    plus: Decimal
    minus: Decimal
    grade: Text | None
    rank: int | None
    of: int
    interval: tuple[int, int] | None
    categories: Mapping[str, Decimal | None]
    reasons: tuple[Text, ...]
    sample: bool = False


@dataclass(frozen=True)
class ResultsSheet:
    """An assessment of a year.

    Attributes
    ----------
    groups, categories : mapping of key to Text
        Peer groups and categories, in the order of the rule set.
    trial : bool
        Reckoned at the moment of the document and signed by nobody.
    digest : str
        SHA-256 of the frozen content; of rules, inputs and results, for a trial.
    signed_by, signed_on
        Who signed it off and when; empty for a trial.
    unverified : bool
        The rule set rests on a text that was not read, or on none.
    """

    rules_title: Text
    rules: str
    version: str
    year: int
    groups: Mapping[str, Text]
    categories: Mapping[str, Text]
    units: tuple[UnitScores, ...]
    trial: bool
    digest: str
    known_at: dt.datetime
    seed: int | None = None
    draws: int | None = None
    signed_by: str = ""
    signed_on: dt.date | None = None
    number: int = 0
    unverified: bool = False
    source: str = ""

    @property
    def sample(self) -> bool:
        """Whether any score rests on sample data."""
        return any(unit.sample for unit in self.units)

"""From when on supervision speaks up: dated thresholds with their sources. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from ecociv.core.text import Text
from ecociv.evidence.declared import Declared, LocalText, declaration_at


class NoThresholds(LookupError):
    """There are no thresholds for a day; ``text`` names it."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


class LargePosition(Declared):
    """A holder has at least this share of all live units (basis points)."""

    share_bp: int = Field(gt=0, le=10_000)
    citation: LocalText
    verified: bool = False


class WashTrades(Declared):
    """Units that come back to the same owner.

    Attributes
    ----------
    window_minutes : int
        From the first to the last trade of a ring, the last minute included.
    longest_ring : int
        Trades in a ring; 2 is there and back.
    quantity_match_bp : int
        Of the first trade of a ring and any other one the smaller is at least this part of the larger.
    minimum_share_bp : int
        The units that go round are at least this part of what was traded in the market on the day of the first trade.
    """

    window_minutes: int = Field(gt=0)
    longest_ring: int = Field(ge=2, le=6)
    quantity_match_bp: int = Field(gt=0, le=10_000)
    minimum_share_bp: int = Field(ge=0, le=10_000)
    citation: LocalText
    verified: bool = False


class Ramping(Declared):
    """In the last minutes one owner has at least this share of one side, and the price moved his way at least so far."""

    last_minutes: int = Field(gt=0)
    own_share_bp: int = Field(gt=0, le=10_000)
    price_move_bp: int = Field(gt=0)
    citation: LocalText
    verified: bool = False


class Thresholds(Declared):
    """All thresholds of a span of time."""

    valid_from: dt.date
    valid_to: dt.date | None = None
    large_position: LargePosition
    wash_trades: WashTrades
    ramping: Ramping


class ThresholdFile(Declared):
    """The file: spans that do not overlap."""

    periods: tuple[Thresholds, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _apart(self) -> Self:
        spans = sorted(self.periods, key=lambda one: one.valid_from)
        for one, other in zip(spans, spans[1:], strict=False):
            if one.valid_to is None or one.valid_to >= other.valid_from:
                raise ValueError(f"the periods from {one.valid_from} and {other.valid_from} overlap")
        return self


_FILE = Path(__file__).with_name("thresholds.yaml")


def thresholds(on: dt.date) -> Thresholds:
    """The thresholds that hold on a day.

    Raises
    ------
    NoThresholds
        When none do.

    Examples
    --------
    >>> thresholds(dt.date(2017, 6, 1)).ramping.last_minutes
    15
    """
    for one in declaration_at(_FILE, ThresholdFile).periods:
        if one.valid_from <= on and (one.valid_to is None or on <= one.valid_to):
            return one
    raise NoThresholds(
        Text(
            zh=f"{on:%Y-%m-%d} 没有监控阈值，请在 thresholds.yaml 中声明。",
            en=f"There are no thresholds of supervision for {on:%Y-%m-%d}: declare them in thresholds.yaml.",
        )
    )

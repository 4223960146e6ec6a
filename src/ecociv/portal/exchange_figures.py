"""Rights as the registry's pages show them: names of instruments, regions and accounts, serial blocks, units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from ecociv.exchange.instruments import regions
from ecociv.exchange.instruments.declaration import national
from ecociv.exchange.queries import accounts, when
from ecociv.exchange.registry import MONEY, Block, Kind, State
from ecociv.exchange.surveillance import KINDS
from ecociv.plan.package import zone_directory
from ecociv.portal.filters import Choice
from ecociv.portal.zone import language, zone_key

LOCAL = ZoneInfo("Asia/Shanghai")
_OWN_REFERENCES: dict[str, str | Promise] = {
    "order": gettext_lazy("order no. %(number)s"),
    "trade": gettext_lazy("trade no. %(number)s"),
    "offer": gettext_lazy("listing no. %(number)s"),
    "block": gettext_lazy("block trade no. %(number)s"),
}
"""Words for what the engine of the exchange numbers itself."""

SHOWN_BLOCKS = 6
"""Serial blocks of a holding on a page; all of them are in the files."""


def instrument_name(key: str) -> str:
    """Name of an instrument; money is named too."""
    tongue = language()
    if key == MONEY:
        return "资金（分）" if tongue == "zh" else "Money (fen)"
    found = next((one for one in national().instruments if one.key == key), None)
    return found.label.in_language(tongue) if found else key


def unit_name(key: str) -> str:
    """Unit of an instrument."""
    found = next((one for one in national().instruments if one.key == key), None)
    return found.unit_label.in_language(language()) if found else ""


def region_name(key: str) -> str:
    """Name of a region or basin; empty where units belong to the whole country."""
    found = regions(zone_directory(zone_key())).get(key)
    return found.label.in_language(language()) if found else key


def state_name(state: str) -> str:
    """Name of a state of units."""
    try:
        return State(state).label.in_language(language())
    except ValueError:
        return state


def kind_name(kind: str) -> str:
    """Name of a kind of movement."""
    try:
        return Kind(kind).label.in_language(language())
    except ValueError:
        return kind


def reference_text(written: str) -> str:
    """What a claim or a movement of the exchange rests on: its own numbers in words, a document as it is cited.

    The engine writes "order 12" where no document was given; such a text is no title that may stay untranslated.
    """
    word, _space, number = written.partition(" ")
    if word not in _OWN_REFERENCES or not number.isdigit():
        return written
    return str(_OWN_REFERENCES[word]) % {"number": number}


def alert_name(kind: str) -> str:
    """Name of a kind of alert."""
    return KINDS[kind].in_language(language()) if kind in KINDS else kind


def account_names() -> dict[str, str]:
    """Names of all accounts by key."""
    return dict(accounts(zone_key()).values_list("account", "name"))


def local_time(at: int) -> dt.datetime:
    """A moment of the journal by the clock of China."""
    return when(at).astimezone(LOCAL)


def blocks_text(blocks: Iterable[Block]) -> str:
    """Serial blocks in a line.

    >>> blocks_text([(1, 300), (501, 501)])
    '1–300, 501'
    """
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in blocks)


def instrument_choices() -> list[Choice]:
    """All instruments to choose from."""
    tongue = language()
    return [Choice(one.key, one.label.in_language(tongue)) for one in national().instruments]


def region_choices() -> list[Choice]:
    """All regions and basins to choose from."""
    tongue = language()
    return [
        Choice(key, one.label.in_language(tongue)) for key, one in regions(zone_directory(zone_key())).items()
    ]


def state_choices() -> list[Choice]:
    """All states to choose from."""
    tongue = language()
    return [Choice(state.value, state.label.in_language(tongue)) for state in State]


def kind_choices() -> list[Choice]:
    """All kinds of movement to choose from."""
    tongue = language()
    return [Choice(kind.value, kind.label.in_language(tongue)) for kind in Kind]

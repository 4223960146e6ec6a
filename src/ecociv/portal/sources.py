"""From a leaf of the arithmetic to the pages of what it was read from: its series, and the return that reported it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.urls import NoReverseMatch, reverse

from ecociv.core.trace import Trace, TraceInput
from ecociv.evidence.declared import declared_files
from ecociv.evidence.mapping import place_name
from ecociv.evidence.returns.forms import load_forms
from ecociv.people.permissions import allowed
from ecociv.people.policy import Action
from ecociv.portal.observed import network_titles
from ecociv.portal.zone import language, zone_key
from ecociv.registers.loading import kinds

_KEY = re.compile(
    r"(?P<sample>sample/)?(?P<network>[a-z0-9_-]+)/(?P<place>[a-z0-9_-]+)/(?P<property>[A-Za-z0-9_.-]+)"
)
_ENTRY = re.compile(r"register:(?P<kind>[a-z0-9-]+)/(?P<key>.+)")
_PERIOD = re.compile(r"\d{4}(-\d{2}|-?Q[1-4])?")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure was read: its series with the pages that show it. An address is "" where there is no page."""

    key: str
    title: str
    place: str
    digest: str
    row: str
    series_url: str
    return_url: str


def source_of(source_id: str, valid: str = "", *, inside: bool = False) -> Source | None:
    """The source that a leaf names as ``<series>@<digest>:<row>``, ``<series>`` or ``register:<kind>/<key>``; none for others.

    ``valid`` is the period that the leaf speaks of: a return is of one period. ``inside`` as in :func:`return_address`.
    """
    key, _at, rest = source_id.partition("@")
    parts = _KEY.fullmatch(key)
    if parts is None:
        return _entry_of(source_id)
    digest, _colon, row = rest.partition(":")
    network, place = parts["network"], parts["place"]
    return Source(
        key,
        title_of(network),
        place_name(zone_key(), place).in_language(language()),
        digest,
        row,
        _address("portal:series-detail", key),
        return_address(key, valid, inside=inside),
    )


def _entry_of(source_id: str) -> Source | None:
    """The page of an entry on a register, with the name of the register; none where it names no entry."""
    parts = _ENTRY.fullmatch(source_id)
    kind = kinds(zone_key()).get(parts["kind"]) if parts else None
    if parts is None or kind is None:
        return None
    address = _address("portal:register-entry", kind.key, parts["key"])
    return Source(source_id, kind.name.in_language(language()), "", "", "", address, "")


def return_address(key: str, period: str, *, inside: bool = False) -> str:
    """Address of the return that reports a series for a period; "" where it is on no form.

    The public sees what was accepted; people of the zone (``inside``) are led to all its revisions.
    """
    parts = _KEY.fullmatch(key)
    if parts is None or _PERIOD.fullmatch(period) is None:
        return ""
    if parts["network"] not in {form.key for form in load_forms(zone_key())}:
        return ""
    data = "sample" if parts["sample"] else "real"
    return _address(
        "portal:return-history" if inside else "portal:return", data, parts["network"], parts["place"], period
    )


def leaves_of(trace: Trace | TraceInput) -> list[TraceInput]:
    """The leaves of an arithmetic; a leaf alone is its own."""
    return [trace] if isinstance(trace, TraceInput) else list(trace.leaves())


def reads_returns(user: Any) -> bool:
    """Whether somebody sees more of the returns than what was accepted: their revisions and steps."""
    return allowed(user, Action.READ, zone=zone_key(), public=False)


def title_of(network: str) -> str:
    """Title of a form or of a network of stations; its key where neither is declared."""
    for form in load_forms(zone_key()):
        if form.key == network:
            return form.title.in_language(language())
    zone = zone_key()
    return _networks(declared_files(zone, "mappings/*.yaml"), language()).get(network, network)


@lru_cache(maxsize=8)
def _networks(_files: tuple[tuple[str, int], ...], _language: str) -> dict[str, str]:
    """Titles of networks, read again when a mapping changes."""
    return network_titles()


def _address(name: str, *parts: str) -> str:
    try:
        return reverse(name, args=parts)
    except NoReverseMatch:
        return ""

"""Sealed bids that are not opened yet: which lines of the registry and of the journal would give them away.

A bid holds money, so its price shows in the movement by which it is held. Until the auction is served these lines are for
the bidder alone; the journal itself and its export on the machine hold them, or nothing could be replayed.
"""

from __future__ import annotations

import json

from django.db.models import Q

from ecociv.exchange.projections.models import OfferRow


def sealed_offers(venue: str) -> set[int]:
    """Numbers of the auctions whose bids nobody may see yet."""
    return set(OfferRow.objects.filter(venue=venue, mode="sealed", state="open").values_list("number", flat=True))


def sealed_claims(venue: str) -> set[str]:
    """Documents and claims under which money of sealed bids is held."""
    rows = OfferRow.objects.filter(venue=venue, mode="sealed", state="open").values_list("bids", flat=True)
    return {f"bid {bid['bid']}" for bids in rows for bid in json.loads(bids)}


def giving_away(venue: str) -> Q:
    """The movements that would tell what was bid."""
    claims = sealed_claims(venue)
    return Q(claim__in=claims) | Q(document__in=claims)


def held_under_seal(venue: str, account: str, until: int | None = None) -> int:
    """Fen that are held for sealed bids of an account, those made after a moment left out."""
    rows = OfferRow.objects.filter(venue=venue, mode="sealed", state="open").values_list("bids", flat=True)
    return sum(
        bid["reserved"]
        for bids in rows
        for bid in json.loads(bids)
        if bid["account"] == account and (until is None or bid["at"] <= until)
    )

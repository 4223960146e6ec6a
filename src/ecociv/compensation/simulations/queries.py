"""Reading the variants that were kept, and computing one again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Prefetch

from ecociv.compensation.simulations.comparing import Simulation
from ecociv.compensation.simulations.models import KeptVariant, VariantPutAway
from ecociv.compensation.simulations.running import what_if


def kept_variants(
    zone: str, agreement: str = "", *, away: bool = False, as_of: dt.datetime | None = None
) -> list[KeptVariant]:
    """The variants of a zone (of one agreement, if named) as known at a moment, the newest first.

    Parameters
    ----------
    away
        Whether those that were removed are among them.
    """
    rows = KeptVariant.objects.filter(zone=zone).select_related("author")
    moves = VariantPutAway.objects.order_by("pk")
    if agreement:
        rows = rows.filter(agreement=agreement)
    if as_of is not None:
        rows, moves = rows.filter(recorded_at__lte=as_of), moves.filter(recorded_at__lte=as_of)
    found = list(
        rows.prefetch_related(Prefetch("moves", queryset=moves, to_attr="known_moves")).order_by("-serial")
    )
    return [each for each in found if away or not is_away(each)]


def is_away(variant: KeptVariant) -> bool:
    """Whether it is put away, of the moves that were read with it."""
    moves: list[VariantPutAway] = variant.known_moves  # type: ignore[attr-defined]
    return bool(moves) and moves[-1].away


def kept_variant(zone: str, serial: int) -> KeptVariant | None:
    """One variant by its number."""
    return KeptVariant.objects.filter(zone=zone, serial=serial).first()


@dataclass(frozen=True, slots=True)
class Again:
    """A kept variant computed again from what was known then."""

    made: Simulation
    digest: str
    same: bool


def computed_again(variant: KeptVariant) -> Again:
    """Compute a kept variant again: its own agreement, years and terms, and the evidence as known when it was kept.

    The digest has to be the same. Where it is not, the evidence of that moment or the arithmetic has changed, which
    neither may.

    Raises
    ------
    OutOfForce, TermRefused
        Years or terms that the rules of today no longer take.
    """
    made = what_if(
        variant.declared, variant.first_year, variant.last_year, variant.terms, as_of=variant.known_at
    )
    digest = made.digest()
    return Again(made, digest, digest == variant.digest)

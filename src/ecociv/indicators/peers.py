"""Standing among peers: who they are, and the dated rule that says which level counts as advanced. Pure but for the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, model_validator

from ecociv.core.periods import OutsideValidity, Validity
from ecociv.core.targets import Direction, PeerStanding
from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.evidence.declared import DeclarationError, Declared, LocalText, zone_declaration
from ecociv.evidence.mapping import load_places

FILE = "peers.yaml"


class PeerGroup(Declared):
    """Places that are compared with each other, the zone's own among them."""

    key: str
    name: LocalText
    members: tuple[str, ...] = Field(min_length=2)


class PeerRule(Declared):
    """What a level among peers is taken to mean, between two dates."""

    key: str
    name: LocalText
    group: str
    series: tuple[str, ...]
    from_: date = Field(alias="from")
    to: date | None = None
    method: Literal["best-share"]
    share: tuple[int, int]
    least_ranked: int = Field(ge=2)
    basis: LocalText
    verified: bool

    @model_validator(mode="after")
    def _a_share(self) -> Self:
        above, below = self.share
        if not 0 < above <= below:
            raise ValueError(f"the share {above}/{below} lies above 0 and up to 1")
        return self

    @property
    def validity(self) -> Validity:
        """The days on which the rule holds."""
        return Validity(self.from_, self.to)

    def places_ahead(self, ranked: int) -> int:
        """How many of ``ranked`` places make the level: the share rounded down, but one at least.

        11 x 1/3 = 3.67, so 3.
        """
        return max(1, ranked * self.share[0] // self.share[1])


class Peers(Declared):
    """Groups and rules of a zone."""

    groups: tuple[PeerGroup, ...]
    rules: tuple[PeerRule, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        known = {group.key for group in self.groups}
        for place, rule in enumerate(self.rules):
            if rule.group not in known:
                raise ValueError(f"rule {rule.key} compares within {rule.group!r}, which is no group")
            for other in self.rules[place + 1 :]:
                shared = set(rule.series) & set(other.series)
                if other.key == rule.key and shared and rule.validity.overlaps(other.validity):
                    raise ValueError(
                        f"two rules {rule.key} hold at once for series {', '.join(sorted(shared))}"
                    )
        return self

    def group(self, key: str) -> PeerGroup:
        """The group with this key; ``KeyError`` when there is none."""
        return {group.key: group for group in self.groups}[key]

    def rule(self, key: str, series: str, year: int) -> PeerRule:
        """The rule that holds at the end of ``year``.

        Raises
        ------
        OutsideValidity
            When none does: a level is never judged by the rule of another time.
        """
        day = date(year, 12, 31)
        named = [rule for rule in self.rules if rule.key == key and series in rule.series]
        for rule in named:
            if rule.validity.contains(day):
                return rule
        known = "; ".join(str(rule.validity) for rule in named) or "none"
        raise OutsideValidity(
            f"No rule {key!r} for series {series} holds on {day} (declared: {known}). "
            f"Declare one with its dates in {FILE}."
        )


@dataclass(frozen=True, slots=True)
class Ranked:
    """One place in the order; equal figures share a rank."""

    place: str
    value: Decimal
    rank: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How a place stands among its peers in a year, or why that cannot be said."""

    rule: PeerRule
    ranked: tuple[Ranked, ...]
    without: tuple[str, ...]
    home: Ranked | None
    threshold: Decimal | None
    reason: Reason | None = None

    @property
    def context(self) -> PeerStanding | None:
        """For the judgement of a target relative to peers; none where there is no level."""
        if self.threshold is None:
            return None
        rank = None if self.home is None else self.home.rank
        return PeerStanding(self.rule.key, self.threshold, rank, len(self.ranked))


def stand(
    rule: PeerRule,
    members: tuple[str, ...],
    figures: Mapping[str, Decimal | None],
    home: str,
    direction: Direction,
) -> Standing:
    """Rank the members by their figures of one year and find the level.

    Parameters
    ----------
    rule
        The rule of that year.
    members
        Keys of the places compared.
    figures
        Published figure of each; none where a place has no valid one.
    home
        Key of the zone's own place.
    direction
        Which way is better; ``KEEP`` has no order.

    Examples
    --------
    >>> from ecociv.indicators.peers import load_peers, stand
    >>> rule = load_peers("jingdezhen").rules[0]
    >>> members = tuple("abcdefghi")
    >>> figures = {name: Decimal(100 - place) for place, name in enumerate(members)}
    >>> found = stand(rule, members, figures, "c", Direction.INCREASE)
    >>> found.threshold, found.home.rank, len(found.ranked)     # 9 x 1/3 = 3: the third best is 98
    (Decimal('98'), 3, 9)
    """
    if direction is Direction.KEEP:
        raise ValueError(
            "Places cannot be ranked where neither side is better; declare 'increase' or 'decrease'."
        )
    with_figure = [(place, value) for place in members if (value := figures.get(place)) is not None]
    ordered = sorted(
        with_figure,
        key=lambda pair: (-pair[1] if direction is Direction.INCREASE else pair[1], members.index(pair[0])),
    )
    ranked: list[Ranked] = []
    for position, (place, value) in enumerate(ordered, start=1):
        tied = ranked and ranked[-1].value == value
        ranked.append(Ranked(place, value, ranked[-1].rank if tied else position))
    without = tuple(place for place in members if figures.get(place) is None)
    own = next((entry for entry in ranked if entry.place == home), None)
    if len(ranked) < rule.least_ranked:
        reason = Reason(
            "too-few-peers",
            Text(
                zh="有有效数值的同类地区只有{ranked}个，少于规则要求的{least}个，无法确定先进水平",
                en="Only {ranked} peers have a valid figure and the rule asks for {least}: there is no level to compare with",
            ).fill(ranked=len(ranked), least=rule.least_ranked),
            {"ranked": len(ranked), "least": rule.least_ranked},
        )
        return Standing(rule, tuple(ranked), without, own, None, reason)
    threshold = ranked[rule.places_ahead(len(ranked)) - 1].value
    return Standing(rule, tuple(ranked), without, own, threshold)


def load_peers(zone: str) -> Peers:
    """The peers of a zone.

    Raises
    ------
    DeclarationError
        With file and line.
    """
    peers = zone_declaration(zone, FILE, Peers)
    places = load_places(zone).by_key
    unknown = {member for group in peers.groups for member in group.members if member not in places}
    if unknown:
        raise DeclarationError(
            f"{FILE}:1: members {', '.join(sorted(unknown))} are not declared among the zone's places."
        )
    return peers

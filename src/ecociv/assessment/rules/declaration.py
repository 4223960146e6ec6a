"""What a rule set (考核办法) declares: categories, items, weights, caps, vetoes, grades, and how absence is handled.

A rule set is dated and cited. What was not read in the primary text, or is our own declaration, says ``verified: false``
with the reason. What one model cannot see by itself is checked in `ecociv.assessment.rules.consistency`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from ecociv.assessment.rules.functions import Function, Number
from ecociv.assessment.rules.sources import Source
from ecociv.core.digests import digest_of_json
from ecociv.core.missing import Missing
from ecociv.core.trace import Citation
from ecociv.evidence.declared import Declared, LocalText

Key = str


class OutsideValidity(ValueError):
    """A rule set was asked about a year for which it does not hold; nothing stands in silently."""


class Cited(Declared):
    """Something that rests on a document, or on our declaration, and says which."""

    document: str
    clause: str = ""
    year: int | None = None
    verified: bool
    reason: LocalText | None = Field(default=None, description="why it is not verified")

    @model_validator(mode="after")
    def _said(self) -> Cited:
        if self.verified == (self.reason is not None):
            raise ValueError("`verified: false` needs a `reason`, `verified: true` has none")
        return self

    def citation(self) -> Citation:
        """The same in the form that traces hold."""
        return Citation(self.document, self.clause, self.year, self.verified)


class Fixed(Declared):
    """A fixed score in place of an absent figure (缺数记固定分)."""

    fixed: Number = Field(ge=0)


Treatment = Literal["redistribute", "zero", "exclude"] | Fixed
"""Weight shared in the category; score 0; the unit is left out of the ranking; a fixed score."""


class Absence(Declared):
    """What happens without a figure, for each kind of absence; the number zero is a figure and not among them.

    ``unjudged``: there is a figure, but its target cannot be judged. ``everywhere``: no unit of the group has a figure;
    it goes before the kinds where it is given.
    """

    missing: Treatment
    planned: Treatment
    not_applicable: Treatment = Field(alias="not-applicable")
    withheld: Treatment
    delegated: Treatment
    unjudged: Treatment
    everywhere: Treatment | None = None

    def of(self, kind: Missing | None) -> Treatment:
        """The treatment of a kind of absence; None is a figure that cannot be judged."""
        treatments: dict[Missing | None, Treatment] = {
            Missing.MISSING: self.missing,
            Missing.PLANNED: self.planned,
            Missing.NOT_APPLICABLE: self.not_applicable,
            Missing.WITHHELD: self.withheld,
            Missing.DELEGATED: self.delegated,
            None: self.unjudged,
        }
        return treatments[kind]


class Item(Declared):
    """One item (指标项): a figure, a function and a weight within its category."""

    title: LocalText
    source: Source
    unit: str = "1"
    function: Function
    weight: Number = Field(gt=0)
    binding: bool = False
    groups: tuple[Key, ...] = Field(default=(), description="peer groups it applies to; none is all")
    absence: Absence | None = None
    shared: bool = Field(default=False, description="split between lead and supporting bodies")
    effort: Number | None = Field(
        default=None, gt=0, description="declared effort of moving it, in any one unit"
    )
    basis: Cited | None = None
    about: LocalText | None = None


class Category(Declared):
    """A category (类别); the weights of its items add up to ``items_sum``, so that a slip is seen."""

    title: LocalText
    items_sum: Number
    items: dict[Key, Item] = Field(min_length=1)


class WeightRow(Declared):
    """Weights of the categories in a period, for some peer groups or for all.

    ``share`` is the part of the whole Party and government assessment, in percent, that this rule set's total stands for.
    ``items`` sets other weights of items within their category.
    """

    from_: date = Field(alias="from")
    to: date | None = None
    groups: tuple[Key, ...] = ()
    categories: dict[Key, Number]
    items: dict[Key, dict[Key, Number]] = Field(default_factory=dict)
    share: Number | None = Field(default=None, gt=0, le=100)
    basis: Cited

    def holds_on(self, day: date) -> bool:
        """Whether the row is in force on a day."""
        return self.from_ <= day and (self.to is None or day <= self.to)


class PeerGroup(Declared):
    """Units that are compared with each other, and with no others (主体功能区或同类单位)."""

    title: LocalText
    members: tuple[Key, ...] = ()
    kinds: tuple[str, ...] = Field(
        default=(), description="kinds of organisations that belong here unless named elsewhere"
    )
    basis: Cited


class Effect(Declared):
    """What a veto or a cap does: exactly one of the three."""

    unqualified: Literal[True] | None = None
    grade_at_most: Key | None = None
    score_at_most: Number | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _exactly_one(self) -> Effect:
        if (
            sum(value is not None for value in (self.unqualified, self.grade_at_most, self.score_at_most))
            != 1
        ):
            raise ValueError("give exactly one of `unqualified`, `grade_at_most`, `score_at_most`")
        return self


class Veto(Declared):
    """One-vote veto (一票否决): where its count reaches ``at_least``, the effect holds whatever the score."""

    title: LocalText
    source: Source
    at_least: Number = Field(default=Decimal(1), gt=0)
    effect: Effect
    basis: Cited


class Condition(Declared):
    """When a cap holds: an item or a category scores below a bound, or so many binding items miss full score."""

    item: Key | None = None
    category: Key | None = None
    below: Number | None = Field(default=None, gt=0)
    missed_binding: int | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _exactly_one(self) -> Condition:
        if sum(value is not None for value in (self.item, self.category, self.missed_binding)) != 1:
            raise ValueError("give exactly one of `item`, `category`, `missed_binding`")
        if (self.below is None) != (self.missed_binding is not None):
            raise ValueError("an item or a category needs `below`; `missed_binding` has none")
        return self


class Cap(Declared):
    """An upper limit of score or grade under a condition (封顶)."""

    title: LocalText
    when: Condition
    effect: Effect
    basis: Cited


class Adjustment(Declared):
    """Plus or minus points (加分项、扣分项): ``each`` for every one counted, ``limit`` at most."""

    title: LocalText
    sign: Literal["plus", "minus"]
    source: Source
    each: Number = Field(gt=0)
    limit: Number = Field(gt=0)
    effort: Number | None = Field(default=None, gt=0)
    basis: Cited


class Grade(Declared):
    """A grade (等级) from a score on; the last one has none and takes what is left."""

    key: Key
    title: LocalText
    from_: Number | None = Field(default=None, alias="from")


class Ranking(Declared):
    """How ranks are given: equals share a rank (1, 2, 2, 4), or follow on (1, 2, 2, 3), after the tie-breakers."""

    ties: Literal["competition", "dense"] = "competition"
    tie_breakers: tuple[Key, ...] = Field(
        default=(), description="categories whose score decides between equal totals"
    )
    least_ranked: int = Field(
        default=1, gt=0, description="with fewer comparable units in a group there is no rank"
    )
    unqualified: Literal["last", "unranked"] = "last"


class Split(Declared):
    """How a duty's credit is split (牵头与配合分摊): the lead's part, and the part that supporting bodies share evenly."""

    lead: Number = Field(gt=0, le=100)
    support: Number = Field(ge=0, le=100)
    basis: Cited

    @model_validator(mode="after")
    def _whole(self) -> Split:
        if self.lead + self.support != 100:
            raise ValueError(f"lead {self.lead} and support {self.support} must add up to 100")
        return self


class Uncertainty(Declared):
    """How far the weights could plausibly lie from those declared (relative), for rank intervals."""

    weight_spread: Number = Field(ge=0, lt=1)
    coverage: Number = Field(default=Decimal("0.9"), gt=0, le=1)
    basis: Cited


class Digits(Declared):
    """Decimals of a score of an item, of a category and of the total; each rounded once (GB/T 8170)."""

    item: int = Field(default=2, ge=0, le=6)
    category: int = Field(default=2, ge=0, le=6)
    total: int = Field(default=2, ge=0, le=6)


class Objections(Declared):
    """How long a published score may be objected to (申诉期限): working days after the day of publication."""

    working_days: int = Field(gt=0, le=250)
    basis: Cited


class RuleSet(Declared):
    """A declared rule set. ``key`` names the method; ``version`` the edition of it."""

    key: Key
    version: str
    title: LocalText
    about: LocalText
    unit_kind: Literal["county", "department", "city", "province"]
    from_: date = Field(alias="from")
    to: date | None = None
    basis: Cited
    full: Number = Field(default=Decimal(100), gt=0)
    digits: Digits = Digits()
    peer_groups: dict[Key, PeerGroup] = Field(min_length=1)
    categories: dict[Key, Category] = Field(min_length=1)
    weights_sum: Number = Field(gt=0)
    weights: tuple[WeightRow, ...] = Field(min_length=1)
    raised: tuple[Key, ...] = Field(
        default=(), description="categories whose weight never falls from one row to the next"
    )
    absence: Absence
    redistribution: Literal["proportional", "equal"] = "proportional"
    empty_category: Literal["redistribute", "zero", "exclude"] = "redistribute"
    adjustments: dict[Key, Adjustment] = Field(default_factory=dict)
    plus_limit: Number | None = Field(default=None, gt=0)
    minus_limit: Number | None = Field(default=None, gt=0)
    may_exceed_full: bool = False
    vetoes: dict[Key, Veto] = Field(default_factory=dict)
    caps: dict[Key, Cap] = Field(default_factory=dict)
    grades: tuple[Grade, ...] = ()
    ranking: Ranking = Ranking()
    split: Split | None = None
    uncertainty: Uncertainty | None = None
    objections: Objections | None = Field(
        default=None, description="time to object to a published score; none takes no objections"
    )

    @property
    def items(self) -> dict[Key, Item]:
        """Every item by key, in the order of the file."""
        return {key: item for category in self.categories.values() for key, item in category.items.items()}

    @property
    def category_of(self) -> dict[Key, Key]:
        """The category of each item."""
        return {item: key for key, category in self.categories.items() for item in category.items}

    def in_force(self, on: date) -> bool:
        """Whether the rule set holds on a day.

        Examples
        --------
        >>> from ecociv.assessment.rules.load import load_rule_set
        >>> load_rule_set("green-development-2016").in_force(date(2015, 12, 31))
        False
        """
        return self.from_ <= on and (self.to is None or on <= self.to)

    def absence_of(self, item: Key) -> Absence:
        """How absence is handled for an item: as the item says, or else the rule set."""
        return self.items[item].absence or self.absence

    def group_of(self, unit: Key, kind: str = "") -> Key | None:
        """The peer group that names the unit, or else that takes its kind of organisation; None for no group."""
        named = (key for key, group in self.peer_groups.items() if unit in group.members)
        by_kind = (key for key, group in self.peer_groups.items() if kind and kind in group.kinds)
        return next(named, None) or next(by_kind, None)

    def row_for(self, year: int, group: Key) -> WeightRow:
        """The weights of a group in a year, those in force on its last day.

        Raises
        ------
        OutsideValidity
            When the rule set does not hold then; asking outside validity is an error, never a default.
        """
        day = date(year, 12, 31)
        if not self.in_force(day):
            until = f"to {self.to}" if self.to else "on"
            raise OutsideValidity(
                f"Rule set {self.key} holds from {self.from_} {until}; it has no weights for {year}. "
                "Choose a year within, or another rule set."
            )
        rows = [row for row in self.weights if row.holds_on(day) and (not row.groups or group in row.groups)]
        if not rows:
            raise OutsideValidity(
                f"Rule set {self.key} declares no weights of group {group!r} for {year}; add a row to `weights`."
            )
        return rows[0]

    def to_json(self) -> dict[str, object]:
        """The whole declaration as plain JSON values, which `RuleSet.model_validate` reads back."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    @property
    def digest(self) -> str:
        """SHA-256 of the declaration; two rule sets with one digest score alike."""
        return digest_of_json(self.to_json())

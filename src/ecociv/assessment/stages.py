"""The words of a round: its stages, and whose score a score is. Pure: no Django."""

from __future__ import annotations

from enum import StrEnum

from ecociv.core.text import Text


class Stage(StrEnum):
    """Where a round of assessment stands (考核阶段)."""

    DRAFT = "draft"
    SELF_SCORING = "self-scoring"
    REVIEW = "review"
    AUDIT = "audit"
    SIGNED = "signed"

    @property
    def label(self) -> Text:
        """The stage in words."""
        return _STAGES[self]

    @property
    def following(self) -> Stage | None:
        """The next stage; none after sign-off.

        >>> Stage.DRAFT.following, Stage.SIGNED.following
        (<Stage.SELF_SCORING: 'self-scoring'>, None)
        """
        order = list(Stage)
        place = order.index(self) + 1
        return order[place] if place < len(order) else None


class ScoredBy(StrEnum):
    """Whose score it is: of the unit itself (自评), of the reviewers (评审), of the auditors (审计)."""

    SELF = "self"
    REVIEW = "review"
    AUDIT = "audit"

    @property
    def label(self) -> Text:
        """Whose score, in words."""
        return _SCORED[self]

    @property
    def open_in(self) -> frozenset[Stage]:
        """The stages in which such a score can be given; a review may still be corrected while the audit goes on."""
        return _OPEN[self]


class AmountKind(StrEnum):
    """What the number of an entry is: the score itself, or a figure from which the rule makes the score."""

    SCORE = "score"
    VALUE = "value"


_STAGES = {
    Stage.DRAFT: Text(zh="准备", en="in preparation"),
    Stage.SELF_SCORING: Text(zh="单位自评", en="self-scoring"),
    Stage.REVIEW: Text(zh="评审", en="review"),
    Stage.AUDIT: Text(zh="审计复核", en="audit"),
    Stage.SIGNED: Text(zh="已签发", en="signed off"),
}
_SCORED = {
    ScoredBy.SELF: Text(zh="自评", en="self score"),
    ScoredBy.REVIEW: Text(zh="评审", en="review score"),
    ScoredBy.AUDIT: Text(zh="审计", en="audit score"),
}
_OPEN = {
    ScoredBy.SELF: frozenset({Stage.SELF_SCORING}),
    ScoredBy.REVIEW: frozenset({Stage.REVIEW, Stage.AUDIT}),
    ScoredBy.AUDIT: frozenset({Stage.AUDIT}),
}

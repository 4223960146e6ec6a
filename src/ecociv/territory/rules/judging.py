"""What rules say of what was found on a site: one finding a rule, and the verdict of all findings. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.territory.layers.kinds import layer_kind
from ecociv.territory.rules.declaration import Rule
from ecociv.territory.rules.loading import SpaceRules
from ecociv.territory.rules.purposes import Purpose


class Answer(StrEnum):
    """What a site check comes to."""

    PERMITTED = "permitted"
    CONDITIONS = "conditions"
    UNDECIDED = "undecided"
    NOT_PERMITTED = "not-permitted"


ANSWERS = {
    Answer.PERMITTED: Text(zh="符合", en="Permitted"),
    Answer.CONDITIONS: Text(zh="有条件符合", en="Permitted with conditions"),
    Answer.UNDECIDED: Text(zh="无法判定", en="Cannot be decided"),
    Answer.NOT_PERMITTED: Text(zh="不符合", en="Not permitted"),
}


class Status(StrEnum):
    """What a rule means for the site."""

    STANDS = "stands"
    """It forbids the purpose there."""
    CONDITION = "condition"
    """Something has to be done or obtained."""
    MET = "met"
    """The document asked for was named."""
    OPEN = "open"
    """Whether it applies depends on what was not said."""
    ENCOURAGES = "encourages"
    SLIVER = "sliver"
    """Too little of the site to count."""


_STATUS_ANSWERS = {
    Status.STANDS: Answer.NOT_PERMITTED,
    Status.OPEN: Answer.UNDECIDED,
    Status.CONDITION: Answer.CONDITIONS,
}
_SEVERITY = (Answer.NOT_PERMITTED, Answer.UNDECIDED, Answer.CONDITIONS, Answer.PERMITTED)


@dataclass(frozen=True)
class Finding:
    """One rule that the site meets.

    Attributes
    ----------
    unsaid
        What has to be said before the rule can be applied.
    """

    rule: Rule
    status: Status
    unsaid: tuple[str, ...] = ()


def judge(
    rule: Rule,
    purpose: Purpose,
    documents: Mapping[str, str],
    *,
    function_zones: Iterable[str] | None = None,
    sliver: bool = False,
) -> Finding | None:
    """What a rule means for a site that its line touches; none where it is about something else.

    Parameters
    ----------
    documents
        Number of each document at hand, by key of the exemption.
    function_zones
        Function zones in which the site lies; None where that is unknown.
    sliver
        Whether so little is touched that it does not count.
    """
    applies = purpose.falls_under(rule)
    unsaid = purpose.unsaid(rule)
    if rule.function_zones and applies is not False:
        if function_zones is None:
            applies, unsaid = None, (*unsaid, "function-zone")
        elif not set(rule.function_zones) & set(function_zones):
            applies = False
    if applies is False or (rule.effect == "encourages" and applies is None):
        return None
    if sliver:
        return Finding(rule, Status.SLIVER)
    if applies is None:
        return Finding(rule, Status.OPEN, unsaid)
    if rule.effect == "encourages":
        return Finding(rule, Status.ENCOURAGES)
    if rule.exemption and documents.get(rule.exemption, "").strip():
        return Finding(rule, Status.MET)
    return Finding(rule, Status.STANDS if rule.effect == "forbids" else Status.CONDITION)


def answer_of(statuses: Iterable[Status], reasons: Iterable[Reason] = ()) -> Answer:
    """The verdict: one no makes a no, then what is unknown, then conditions.

    >>> answer_of([Status.CONDITION, Status.ENCOURAGES]).value, answer_of([]).value
    ('conditions', 'permitted')
    >>> answer_of([Status.OPEN, Status.STANDS]).value
    'not-permitted'
    """
    answers = {_STATUS_ANSWERS.get(status, Answer.PERMITTED) for status in statuses}
    answers |= {Answer.UNDECIDED for reason in reasons if reason.code in UNDECIDING}
    answers |= {
        Answer.NOT_PERMITTED if reason.data.get("effect") == "forbids" else Answer.CONDITIONS
        for reason in reasons
        if reason.code == "restricted-line"
    }
    return next((each for each in _SEVERITY if each in answers), Answer.PERMITTED)


UNDECIDING = frozenset(
    {
        "layer-missing",
        "not-covered",
        "outside-zone",
        "zone-boundary-missing",
        "restricted-not-consulted",
        "layer-unreadable",
    }
)
"""Codes of reasons for which nothing can be said with certainty."""


def missing_layers(rules: SpaceRules, present: Iterable[str], purpose: Purpose, on: dt.date) -> list[Reason]:
    """One reason for each kind that the zone requires for such a project on a day and does not have."""
    there = set(present)
    found = []
    for one in rules.required:
        concerned = not one.traits or any(purpose.traits.get(trait) is not False for trait in one.traits)
        if one.from_ <= on and concerned and one.layer not in there:
            found.append(
                Reason(
                    "layer-missing",
                    Text(
                        zh="{on}没有生效的“{kind}”图层，无法判定：{reason}。",
                        en="No layer “{kind}” is in force on {on}, so nothing can be said: {reason}.",
                    ).fill(on=on.isoformat(), kind=kind_name(one.layer), reason=one.reason),
                    {"layer": one.layer, "on": on},
                )
            )
    return found


def unconsulted(rules: SpaceRules, present: Iterable[str], purpose: Purpose, on: dt.date) -> list[str]:
    """Kinds that have a rule about such a project on a day and no layer that was consulted."""
    there = set(present)
    wanted = dict.fromkeys(
        rule.layer
        for rule in rules.rules
        if rule.holds(on) and rule.effect != "encourages" and purpose.falls_under(rule) is not False
    )
    return [kind for kind in wanted if kind not in there]


def kind_name(kind: str) -> Text:
    """Name of a kind of layer."""
    return layer_kind(kind).name

"""From facts to the class that is proposed, with its reasons and why it is not the next better one. Pure: no Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ecociv.accounts.audit.declaration import ConclusionClass, Condition, RuleSet
from ecociv.accounts.audit.methods import Weaker
from ecociv.core.decimals import plain
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.verdicts import Reason

Facts = Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class Proposal:
    """The class that the rules propose; the auditor decides.

    Attributes
    ----------
    proposed : ConclusionClass or None
        None where too little is known.
    reasons : tuple of Reason
        Conditions that put the term into the class.
    against : tuple of Reason
        Conditions of the next better class that do not hold, or could not be judged.
    """

    rules: str
    proposed: ConclusionClass | None
    reasons: tuple[Reason, ...]
    against: tuple[Reason, ...]
    facts: tuple[tuple[str, Text, Decimal | None], ...]

    def to_json(self) -> dict[str, object]:
        """As plain JSON values."""
        return {
            "rules": self.rules,
            "class": self.proposed.key if self.proposed else None,
            "name": self.proposed.name.to_mapping() if self.proposed else None,
            "reasons": [one.to_json() for one in self.reasons],
            "against": [one.to_json() for one in self.against],
            "facts": {key: None if value is None else plain(value) for key, _, value in self.facts},
        }


def propose(rules: RuleSet, facts: Facts) -> Proposal:
    """The class that follows from the facts.

    A fact that is not known never makes a class worse, and never fulfils a condition of a better one.

    Raises
    ------
    KeyError
        When a declared fact is not given; say none where it is not known.

    Examples
    --------
    >>> import datetime as dt
    >>> from ecociv.accounts.audit.declaration import rules_on
    >>> rules = rules_on(dt.date(2026, 1, 1))
    >>> known = dict.fromkeys(rules.facts, Decimal(0)) | {"determinable": Decimal(1), "targets_met": Decimal(1), "gains": Decimal(2)}
    >>> propose(rules, known).proposed.key
    'good'
    >>> propose(rules, known | {"grave_findings": Decimal(1)}).proposed.key
    'fairly-poor'
    """
    listed = tuple((key, one.name, facts[key]) for key, one in rules.facts.items())
    lacking = tuple(_reason(rules, one, facts[one.fact], holds=False) for one in rules.needs if not one.holds(facts[one.fact]))
    if lacking:
        return Proposal(rules.key, None, lacking, (), listed)
    place = _place(rules, facts)
    chosen = rules.classes[place]
    reasons = tuple(
        _reason(rules, one, facts[one.fact], holds=True) for one in (*chosen.all, *chosen.any) if one.holds(facts[one.fact])
    )
    return Proposal(rules.key, chosen, reasons, _against(rules, facts, place), listed)


def propose_within(rules: RuleSet, facts: Facts, by_peers: Facts, share: Decimal, limits: Weaker) -> Proposal:
    """The class that follows where much of the evidence is weaker than peers.

    Parameters
    ----------
    facts
        Counting every measure.
    by_peers
        The same, with the losses that only weaker evidence shows left out.
    share
        Of the judged measures, those that peers judged; from ``limits.least_by_peers`` on nothing is limited.

    Notes
    -----
    No better class than ``limits.best``; none worse than ``limits.worst`` unless `by_peers` leads there.
    """
    free = propose(rules, facts)
    if free.proposed is None or share >= limits.least_by_peers:
        return free
    keys = [one.key for one in rules.classes]
    place, best, worst = (keys.index(key) for key in (free.proposed.key, limits.best, limits.worst))
    told = {"share": plain(round_half_even(share * 100, 0)), "least": plain(limits.least_by_peers * 100)}
    if place < best:
        capped = _limited("capped-weaker-evidence", "仅{share}%的判断有同类地区作比较（至少{least}%），属较弱证据，建议不高于“{name}”",
                          "Only {share} % of what was judged rests on peers ({least} % are needed): no better class than {name} is proposed", rules, best, told)  # fmt: skip
        reasons = tuple(_reason(rules, one, facts[one.fact], holds=True) for one in rules.classes[best].all if one.holds(facts[one.fact]))
        return Proposal(rules.key, rules.classes[best], reasons, (capped,), free.facts)
    bound = max(worst, _place(rules, by_peers))
    if place > bound:
        held = _limited("held-weaker-evidence", "损失仅由较弱证据显示（{share}%的判断有同类地区作比较，至少{least}%），建议不低于“{name}”",
                        "Losses are shown by weaker evidence only ({share} % of what was judged rests on peers, {least} % are needed): "
                        "no worse class than {name} is proposed", rules, bound, told)  # fmt: skip
        chosen = rules.classes[bound]
        reasons = tuple(_reason(rules, one, by_peers[one.fact], holds=True) for one in chosen.any if one.holds(by_peers[one.fact]))
        return Proposal(rules.key, chosen, (*reasons, held), _against(rules, facts, bound), free.facts)
    return free


def _limited(code: str, zh: str, en: str, rules: RuleSet, place: int, told: Mapping[str, str]) -> Reason:
    return Reason(code, Text(zh=zh, en=en).fill(name=rules.classes[place].name, **told), dict(told))


def _place(rules: RuleSet, facts: Facts) -> int:
    for place in range(len(rules.classes) - 1, -1, -1):
        if any(one.holds(facts[one.fact]) for one in rules.classes[place].any):
            return place
    for place, one in enumerate(rules.classes):
        if one.all and all(each.holds(facts[each.fact]) for each in one.all):
            return place
    return next(place for place, one in enumerate(rules.classes) if not one.all and not one.any)


def _against(rules: RuleSet, facts: Facts, place: int) -> tuple[Reason, ...]:
    """What keeps the term from the next better class."""
    if place == 0:
        return ()
    better = rules.classes[place - 1]
    wanted = better.all or tuple(one for one in rules.classes[place].any if one.holds(facts[one.fact]))
    if better.all:
        return tuple(_reason(rules, one, facts[one.fact], holds=False) for one in wanted if not one.holds(facts[one.fact]))
    return tuple(_reason(rules, one, facts[one.fact], holds=True) for one in wanted)


def _reason(rules: RuleSet, condition: Condition, value: Decimal | None, *, holds: bool) -> Reason:
    name = rules.facts[condition.fact].name
    if value is None:
        return Reason(
            f"unknown-{condition.fact.replace('_', '-')}",
            Text(zh="{name}：无法得知", en="{name}: not known").fill(name=name),
            {"fact": condition.fact},
        )
    signs = ("≥", "<") if condition.at_least is not None else ("≤", ">")
    sign = signs[0 if holds else 1]
    shown = plain(round_half_even(value, 4).normalize() + 0)
    text = Text(zh="{name}：{value} {sign} {limit}", en="{name}: {value} {sign} {limit}")
    return Reason(
        condition.code if holds else f"not-{condition.code}",
        text.fill(name=name, value=shown, sign=sign, limit=plain(condition.limit)),
        {"fact": condition.fact, "value": value, "limit": condition.limit},
    )

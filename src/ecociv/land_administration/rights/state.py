"""What the register says of a unit: parties, who holds which share of which right, and restrictions. Pure: no Django.

The words follow the Land Administration Domain Model (ISO 19152:2012): a unit is an ``LA_BAUnit``, a holding an
``LA_Right``, a restriction an ``LA_Restriction``, a document an ``LA_Source``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ecociv.core.text import Text
from ecociv.land_administration.rights.declaration import Rules


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who holds rights. ``identifier`` (a credit code, an identity card) is shown to officers only."""

    key: str
    name: str
    kind: str
    identifier: str = ""


@dataclass(frozen=True, slots=True)
class Holding:
    """A share of a right, held by a party, for good or until a day."""

    right: str
    party: str
    share: Fraction = Fraction(1)
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Restriction:
    """Something that limits the rights, by a document."""

    kind: str
    text: str
    document: str
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class UnitState:
    """Everything the register says of one unit after one registration.

    Attributes
    ----------
    quantities : mapping
        Declared amounts besides the area, such as ``{"volume": ("1200", "m3")}``; figures as plain decimals.
    """

    name: str
    parties: tuple[Party, ...]
    holdings: tuple[Holding, ...]
    restrictions: tuple[Restriction, ...] = ()
    quantities: Mapping[str, tuple[str, str]] | None = None

    def says_the_same(self, other: UnitState) -> bool:
        """Whether two states say the same, whatever keys their parties have and in whatever order they stand.

        >>> one = UnitState("x", (Party("a", "甲", "body"),), (Holding("use", "a"),), (), {})
        >>> two = UnitState("x", (Party("p1", "甲", "body"), Party("p2", "乙", "body")), (Holding("use", "p1"),))
        >>> one.says_the_same(two), one.says_the_same(replace(two, name="y"))
        (True, False)
        """
        return self._content() == other._content()

    def _content(self) -> tuple[object, ...]:
        parties = {one.key: (one.name, one.kind, one.identifier) for one in self.parties}
        holdings = [
            (one.right, parties.get(one.party, ()), one.share, str(one.until)) for one in self.holdings
        ]
        return self.name, sorted(holdings), sorted(map(repr, self.restrictions)), dict(self.quantities or {})

    def party(self, key: str) -> Party | None:
        """A party by its key."""
        return next((one for one in self.parties if one.key == key), None)

    def to_json(self) -> dict[str, Any]:
        """As it is kept: shares as ``1/3``, days as ISO text."""
        return {
            "name": self.name,
            "parties": [
                {"key": one.key, "name": one.name, "kind": one.kind, "identifier": one.identifier}
                for one in self.parties
            ],
            "holdings": [
                {"right": one.right, "party": one.party, "share": str(one.share), "until": _day(one.until)}
                for one in self.holdings
            ],
            "restrictions": [
                {"kind": one.kind, "text": one.text, "document": one.document, "until": _day(one.until)}
                for one in self.restrictions
            ],
            "quantities": {key: list(value) for key, value in (self.quantities or {}).items()},
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> UnitState:
        """The state as it was kept."""
        return cls(
            kept["name"],
            tuple(Party(**one) for one in kept["parties"]),
            tuple(
                Holding(one["right"], one["party"], Fraction(one["share"]), _date(one["until"]))
                for one in kept["holdings"]
            ),
            tuple(
                Restriction(one["kind"], one["text"], one["document"], _date(one["until"]))
                for one in kept["restrictions"]
            ),
            {key: (value[0], value[1]) for key, value in kept.get("quantities", {}).items()},
        )


_SHARE = re.compile(r"[0-9]{1,9}(?:/[0-9]{1,9}|\.[0-9]{1,9})?")


def share_of(text: str) -> Fraction:
    """A share as it is written: ``1``, ``1/3`` or ``0.25``, kept exactly.

    Raises
    ------
    ValueError
        When it is written in another way (a power of ten could fill the memory), or lies outside 0 to 1.

    >>> share_of(" 1／3 "), share_of("0.25")
    (Fraction(1, 3), Fraction(1, 4))
    """
    given = text.strip().replace("／", "/")
    if not _SHARE.fullmatch(given) or given.partition("/")[2].strip("0") == "" and "/" in given:
        raise ValueError(f"{text[:40]!r} is no share: write 1, 1/3 or 0.25")
    share = Fraction(given)
    if not 0 < share <= 1:
        raise ValueError(f"the share {given} does not lie above 0 and at most at 1")
    return share


def faults(state: UnitState, rules: Rules) -> list[Text]:
    """One sentence for each thing that keeps a state from being registered."""
    found: list[Text] = []
    if not state.name.strip():
        found.append(Text(zh="请填写登记单元名称。", en="Give the unit a name."))
    keys = [one.key for one in state.parties]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        found.append(Text(zh=f"当事人编号“{key}”重复。", en=f"Two parties have the key {key!r}."))
    kinds = {one.key for one in rules.party_kinds}
    found.extend(_text_faults(state))
    for party in state.parties:
        if not party.name.strip():
            found.append(Text(zh=f"当事人“{party.key}”没有名称。", en=f"Party {party.key!r} has no name."))
        if party.kind not in kinds:
            found.append(
                Text(
                    zh=f"当事人“{party.key}”的类型“{party.kind}”不存在：{'、'.join(sorted(kinds))}。",
                    en=f"Party {party.key!r} is of no known kind ({party.kind!r}): {', '.join(sorted(kinds))}.",
                )
            )
    found.extend(_holding_faults(state, rules))
    restrictions = {one.key for one in rules.restrictions}
    for restriction in state.restrictions:
        if restriction.kind not in restrictions:
            found.append(
                Text(
                    zh=f"没有限制类型“{restriction.kind}”。",
                    en=f"{restriction.kind!r} is no kind of restriction.",
                )
            )
        if not restriction.text.strip() or not restriction.document.strip():
            found.append(
                Text(
                    zh="限制须写明内容和依据文件。",
                    en="A restriction needs its words and the document it rests on.",
                )
            )
    return found


LONGEST = 500
"""Characters of a name or of the words of a restriction."""


def _text_faults(state: UnitState) -> Iterable[Text]:
    """Texts that no column or page could show, and keys (public) that give away an identifier (which is not)."""
    texts = [state.name, *(text for one in state.parties for text in (one.key, one.name, one.identifier))]
    texts += [text for one in state.restrictions for text in (one.text, one.document)]
    texts += [part for key, value in (state.quantities or {}).items() for part in (key, *value)]
    for text in texts:
        if len(text) > LONGEST:
            yield Text(
                zh=f"“{text[:20]}…”有 {len(text)} 个字，最多 {LONGEST} 个。",
                en=f"“{text[:20]}…” has {len(text)} characters; {LONGEST} at most.",
            )
        if any(ord(character) < 32 or ord(character) == 127 for character in text):
            yield Text(zh=f"{text[:20]!r} 含有控制字符。", en=f"{text[:20]!r} has control characters.")
    for party in state.parties:
        if len(party.identifier) > 5 and party.identifier in party.key:
            yield Text(
                zh="当事人编号是公开的，不能含证件号码。",
                en="The key of a party is public: it must not hold the identifier.",
            )


def _holding_faults(state: UnitState, rules: Rules) -> Iterable[Text]:
    for holding in state.holdings:
        if rules.right(holding.right) is None:
            yield Text(zh=f"没有权利类型“{holding.right}”。", en=f"{holding.right!r} is no kind of right.")
        if state.party(holding.party) is None:
            yield Text(
                zh=f"权利人“{holding.party}”不在当事人中。",
                en=f"The holder {holding.party!r} is not among the parties.",
            )
        if not 0 < holding.share <= 1:
            yield Text(
                zh=f"份额 {holding.share} 须大于0、不超过1。",
                en=f"A share of {holding.share} is not above 0 and at most 1.",
            )
    for right in rules.rights:
        shares = [one.share for one in state.holdings if one.right == right.key]
        total = sum(shares, Fraction(0))
        if right.whole and total != 1:
            yield Text(
                zh=f"{right.name.zh}的份额之和是 {total}，须为1。",
                en=f"The shares of {right.name.en.lower()} add up to {total}; they have to be 1.",
            )
        elif total > 1:
            yield Text(
                zh=f"{right.name.zh}的份额之和是 {total}，超过1。",
                en=f"The shares of {right.name.en.lower()} add up to {total}, more than 1.",
            )


class TransferRefused(ValueError):
    """A transfer that the register does not cover."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def transferred(
    state: UnitState, right: str, giver: str, taker: Party, share: Fraction, day: dt.date
) -> UnitState:
    """The state after a share of a right passed from one party to another; shares are neither made nor lost.

    A restriction of seizure stops every transfer.

    Raises
    ------
    TransferRefused
        When the giver holds less than the share, the taker has the key of somebody else, or the unit is seized on the
        day.
    """
    seized = [
        one for one in state.restrictions if one.kind == "seizure" and (one.until is None or day <= one.until)
    ]
    if seized:
        raise TransferRefused(
            Text(
                zh=f"该单元已查封（{seized[0].document}），不能转移登记。",
                en=f"The unit is seized ({seized[0].document}); no transfer can be registered.",
            )
        )
    if taker.key == giver:
        raise TransferRefused(
            Text(zh="转出方和转入方是同一当事人。", en="The giver and the taker are the same party.")
        )
    known = state.party(taker.key)
    if known is not None and (known.name, known.identifier) != (taker.name, taker.identifier):
        raise TransferRefused(
            Text(
                zh=f"当事人编号“{taker.key}”在登记簿中是“{known.name}”，不是“{taker.name}”。请给转入方另编编号。",
                en=f"The key {taker.key!r} is that of {known.name} on the register, not of {taker.name}; give the taker another.",
            )
        )

    def given(one: Holding) -> bool:
        return one.right == right and one.party == giver and (one.until is None or day <= one.until)

    held = sum((one.share for one in state.holdings if given(one)), Fraction(0))
    if not 0 < share <= held:
        raise TransferRefused(
            Text(
                zh=f"转让份额 {share} 须大于0且不超过转出方持有的 {held}。",
                en=f"The share of {share} is not above 0 and within the {held} that the giver holds.",
            )
        )
    left, holdings, passed = share, [], []
    for one in state.holdings:
        taken = min(left, one.share) if given(one) else Fraction(0)
        left -= taken
        if taken:
            # What passes keeps the day on which it ends.
            passed.append(Holding(right, taker.key, taken, one.until))
        if one.share > taken:
            holdings.append(replace(one, share=one.share - taken))
    for new in passed:
        place = next(
            (
                n
                for n, one in enumerate(holdings)
                if (one.right, one.party, one.until) == (right, taker.key, new.until)
            ),
            None,
        )
        if place is None:
            holdings.append(new)
        else:
            holdings[place] = replace(holdings[place], share=holdings[place].share + new.share)
    parties = state.parties if state.party(taker.key) else (*state.parties, taker)
    if not any(one.party == giver for one in holdings):
        # Who holds nothing any more is read in the registrations before.
        parties = tuple(one for one in parties if one.key != giver)
    return replace(state, parties=parties, holdings=tuple(holdings))


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None

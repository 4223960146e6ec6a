"""What a site is wanted for: an industry of GB/T 4754 and the traits that rules ask about, each yes, no or unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ecociv.core.text import Text
from ecociv.territory.rules.declaration import INDUSTRY, Rule, Trait
from ecociv.territory.rules.loading import SpaceRules

DIVISION_LENGTH = 3
"""Letter and two digits."""


class PurposeRefused(ValueError):
    """A purpose that the rules do not know; ``text`` says which there are."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True)
class Purpose:
    """A project as far as the rules ask.

    Attributes
    ----------
    code : str
        As asked for: a key of the list or a code of GB/T 4754.
    traits : mapping of str to bool or None
        None is unknown.
    """

    code: str
    name: Text
    industry: str
    traits: Mapping[str, bool | None]

    def in_industry(self, pattern: str) -> bool | None:
        """Whether it belongs to an industry; None where it is stated more widely than the rule asks."""
        if self.industry.startswith(pattern):
            return True
        return None if pattern.startswith(self.industry) else False

    def falls_under(self, rule: Rule) -> bool | None:
        """Whether a rule is about such a project; None where that depends on what was not said."""
        parts: list[bool | None] = [self.traits.get(trait) for trait in rule.traits]
        if rule.industries:
            parts.append(_any(self.in_industry(each) for each in rule.industries))
        if rule.unless:
            lifted = _any(self.traits.get(trait) for trait in rule.unless)
            parts.append(None if lifted is None else not lifted)
        if False in parts:
            return False
        return None if None in parts else True

    def unsaid(self, rule: Rule) -> tuple[str, ...]:
        """Traits that a rule asks about and nobody has answered; ``industry`` where that is too wide."""
        asked = [trait for trait in (*rule.traits, *rule.unless) if self.traits.get(trait) is None]
        if rule.industries and _any(self.in_industry(each) for each in rule.industries) is None:
            asked.append("industry")
        return tuple(dict.fromkeys(asked))

    def to_json(self) -> dict[str, object]:
        """Plain values for a record."""
        return {
            "code": self.code,
            **{f"name_{tongue}": words for tongue, words in self.name.to_mapping().items()},
            "industry": self.industry,
            "yes": sorted(key for key, value in self.traits.items() if value),
            "no": sorted(key for key, value in self.traits.items() if value is False),
            "unknown": sorted(key for key, value in self.traits.items() if value is None),
        }


def purpose_of(code: str, rules: SpaceRules, *, yes: Iterable[str] = (), no: Iterable[str] = ()) -> Purpose:
    """A purpose by its key or by a code of GB/T 4754, with what is said of it besides.

    Parameters
    ----------
    code
        Such as ``housing``, ``C26`` or ``A0313``. Codes are known to division level; what follows narrows them.
    yes, no
        Traits that the applicant states.

    Raises
    ------
    PurposeRefused
        An unknown key, section, division or trait; a trait stated both ways.

    Examples
    --------
    >>> from ecociv.territory.rules.loading import space_rules
    >>> farm = purpose_of("A03", space_rules("jingdezhen"))
    >>> farm.traits["livestock"], farm.traits["large-scale"], farm.traits["building"]
    (True, None, False)
    """
    known = {each.key: each for each in rules.purposes.traits}
    said_yes, said_no = set(yes), set(no)
    for trait in sorted((said_yes | said_no) - set(known)):
        raise PurposeRefused(
            Text(
                zh=f"没有项目特征“{trait}”：{'、'.join(known)}。",
                en=f"{trait!r} is no trait of a project: {', '.join(known)}.",
            )
        )
    if both := sorted(said_yes & said_no):
        raise PurposeRefused(
            Text(zh=f"“{both[0]}”既说是又说否。", en=f"{both[0]!r} is stated both as true and as false.")
        )
    listed = next((each for each in rules.purposes.purposes if each.key == code), None)
    industry = listed.industry if listed else code
    traits = _traits(industry, rules, known)
    for entry in (listed,) if listed else ():
        traits |= dict.fromkeys(entry.has, True) | dict.fromkeys(entry.lacks, False)
    traits |= dict.fromkeys(said_yes, True) | dict.fromkeys(said_no, False)
    return Purpose(code, listed.name if listed else industry_name(industry, rules), industry, traits)


def industry_name(code: str, rules: SpaceRules) -> Text:
    """Name of the division or section that a code lies in.

    Raises
    ------
    PurposeRefused
        When there is none.
    """
    section = next((each for each in rules.industries.sections if each.key == code[:1]), None)
    if section is None or not re.fullmatch(INDUSTRY, code):
        raise _unknown(code, rules)
    if len(code) == 1:
        return Text(zh=f"{code} {section.name.zh}", en=f"{code} {section.name.en}")
    division = next((each for each in section.divisions if each.key == code[1:DIVISION_LENGTH]), None)
    if division is None:
        raise _unknown(code, rules)
    return Text(zh=f"{code} {division.name.zh}", en=f"{code} {division.name.en}")


def _traits(industry: str, rules: SpaceRules, known: Mapping[str, Trait]) -> dict[str, bool | None]:
    industry_name(industry, rules)
    found: dict[str, bool | None] = {
        key: False if trait.default == "claimed" else None for key, trait in known.items()
    }
    section = next(each for each in rules.industries.sections if each.key == industry[0])
    layers = [section.traits]
    layers += [each.traits for each in section.divisions if each.key == industry[1:DIVISION_LENGTH]]
    for layer in layers:
        found |= dict.fromkeys(layer.has, True) | dict.fromkeys(layer.lacks, False)
    return found


def _unknown(code: str, rules: SpaceRules) -> PurposeRefused:
    keys = [each.key for each in rules.purposes.purposes]
    return PurposeRefused(
        Text(
            zh=f"不认识用途“{code[:40]}”：填写清单中的用途（{'、'.join(keys)}）或GB/T 4754的门类、大类代码（如C26）。",
            en=f"{code[:40]!r} is no purpose: give one of the list ({', '.join(keys)}) or a code of GB/T 4754 such as C26.",
        )
    )


def _any(answers: Iterable[bool | None]) -> bool | None:
    seen = set(answers)
    if True in seen:
        return True
    return None if None in seen else False

"""The form of the compensation simulator: variants read from the address, their terms as fields, the address written back.

Everything stands in the address, so that it works without scripts and can be sent to somebody: ``a.<path>`` is a term of
the first variant, ``a.more`` terms of it that no field shows, ``a.title`` its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from ecociv.compensation.agreements.declaration import Agreement, Version
from ecociv.compensation.simulations.catalogue import FORMULAS
from ecociv.compensation.simulations.drafts import Draft, read_draft
from ecociv.compensation.simulations.layout import Field, Group, Spell
from ecociv.compensation.simulations.leaves import KIND, OUT, WITHOUT
from ecociv.compensation.simulations.terms import NoTerm, lines_of, terms_in
from ecociv.core.text import Text
from ecociv.portal.zone import language

LETTERS = ("a", "b", "c")
TITLE, MORE, AS_IN_FORCE = "title", "more", "in-force"
LONGEST_TITLE, LONGEST_MORE, LONGEST_VALUE = 60, 4000, 40


@dataclass(frozen=True, slots=True)
class ShownField:
    """One term as a field of the page."""

    name: str
    id: str
    label: str
    help: str
    unit: str
    bounds: str
    source: str
    unconfirmed: bool
    value: str
    in_force: str
    choices: tuple[tuple[str, str], ...]
    without: str
    is_without: bool
    required: bool
    changed: bool
    whole: bool
    errors: tuple[str, ...]

    @property
    def described_by(self) -> str:
        """Ids of what describes it, for a screen reader."""
        return f"{self.id}-about {self.id}-errors" if self.errors else f"{self.id}-about"


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """Fields that belong together, with what can be left out of them or added."""

    key: str
    id: str
    title: str
    fields: tuple[ShownField, ...]
    steps: tuple[ShownGroup, ...]
    out_name: str
    is_out: bool
    own: bool
    add: str
    errors: tuple[str, ...]

    @property
    def touched(self) -> bool:
        """Whether something in it was changed or is wrong, so that it stands open."""
        own = self.is_out or self.own or bool(self.errors)
        return (
            own
            or any(one.changed or one.errors for one in self.fields)
            or any(one.touched for one in self.steps)
        )


@dataclass
class Variant:
    """One variant of the page."""

    letter: str
    title: str
    typed: dict[str, str]
    written: str
    draft: Draft
    more_errors: tuple[str, ...] = ()
    addable: tuple[tuple[str, str], ...] = ()
    groups: tuple[ShownGroup, ...] = field(default=())

    @property
    def shown(self) -> str:
        """Its letter and name."""
        upper = self.letter.upper()
        return f"{upper} {self.title}" if self.title else _("Variant %(letter)s") % {"letter": upper}

    @property
    def ready(self) -> bool:
        """Whether it can be computed."""
        return self.draft.ready and not self.more_errors

    @property
    def errors(self) -> tuple[str, ...]:
        """Faults that belong to no field, in the reader's language."""
        paths = {f.path for g in self.draft.groups for f in g.all_fields()} | {
            g.key for group in self.draft.groups for g in group.all_groups()
        }
        return tuple(
            (f"{path}: " if path else "") + text.in_language(language())
            for path, texts in self.draft.faults.items()
            if path not in paths
            for text in texts
        )

    @property
    def other_kind(self) -> str:
        """The kind of formula where it is another than in force."""
        return self.draft.typed.get(KIND, "")

    @property
    def notes(self) -> tuple[str, ...]:
        """What was set along with what was typed."""
        return tuple(text.in_language(language()) for text in self.draft.notes)

    @property
    def touched(self) -> bool:
        """Whether anything of it is worth keeping in the address."""
        return bool(self.draft.typed or self.written.strip() or self.title)

    def pairs(self, letter: str | None = None) -> list[tuple[str, str]]:
        """What an address has to say of it."""
        mark = letter or self.letter
        found = [(f"{mark}.{path}", text) for path, text in sorted(self.draft.typed.items())]
        if self.title:
            found.insert(0, (f"{mark}.{TITLE}", self.title))
        if self.written.strip():
            found.append((f"{mark}.{MORE}", self.written.strip()))
        return found


def read_variants(
    query: QueryDict, versions: Mapping[int, Version], measured: Mapping[str, Text]
) -> list[Variant]:
    """The variants of an address: each that says something, and the one that is being written."""
    begun = _begun(query, versions, measured)
    found = []
    for letter in LETTERS:
        said = said_of(query, letter)
        if said or letter == edited(query):
            found.append(_variant(letter, said, versions, measured, begun))
    return found


def edited(query: QueryDict) -> str:
    """The letter of the variant whose fields are shown."""
    asked = query.get("edit", LETTERS[0])
    return asked if asked in LETTERS else LETTERS[0]


def said_of(query: QueryDict, letter: str) -> dict[str, str]:
    """What an address says of a variant, by path; of several values "none" wins, the box beside the field."""
    found = {}
    for name, values in query.lists():
        mark, dot, path = name.partition(".")
        if mark == letter and dot and path:
            texts = [each.strip() for each in values if each.strip()]
            if texts:
                found[path] = next((each for each in texts if each in (OUT, WITHOUT)), texts[-1])
    return found


def _begun(query: QueryDict, versions: Mapping[int, Version], measured: Mapping[str, Text]) -> str:
    """The name of the list to which a step or an item is being added; empty for none."""
    asked = query.get("add", "")
    return asked if asked.partition(".")[0] in LETTERS else ""


def _variant(
    letter: str,
    said: dict[str, str],
    versions: Mapping[int, Version],
    measured: Mapping[str, Text],
    begun: str,
) -> Variant:
    title = said.pop(TITLE, "")[:LONGEST_TITLE]
    written = said.pop(MORE, "")[:LONGEST_MORE]
    chosen, shape = said.pop("item", ""), said.pop("shape", None)
    typed = {path: text[:LONGEST_VALUE] for path, text in said.items()}
    if shape is not None and shape != typed.get(KIND, AS_IN_FORCE):
        # The fields on the page were those of another formula: they say nothing about the one just chosen.
        typed = {
            path: text for path, text in typed.items() if path == KIND or not path.startswith("formula.")
        }
    if typed.get(KIND) == AS_IN_FORCE:
        del typed[KIND]
    more: dict[str, Any] = {}
    more_errors: tuple[str, ...] = ()
    try:
        more = terms_in(written)
    except NoTerm as refused:
        more_errors = (refused.text.in_language(language()),)
    mark, _dot, place = begun.partition(".")
    paths: tuple[str, ...] = ()
    if mark == letter and place == "formula.items":
        if chosen in measured:
            typed |= {f"formula.items.{chosen}.property": chosen}
            typed.pop(f"formula.items.{chosen}", None)
            paths = (f"formula.items.{chosen}",)
    elif mark == letter and place:
        first = read_draft(versions, typed, measured, more)
        steps = [group for each in first.groups if each.adds == place for group in each.steps]
        paths = (f"{place}.{len(steps)}",)
    draft = read_draft(versions, typed, measured, more, paths)
    return Variant(letter, title, typed, written, draft, more_errors, _addable(draft, versions, measured))


def _addable(
    draft: Draft, versions: Mapping[int, Version], measured: Mapping[str, Text]
) -> tuple[tuple[str, str], ...]:
    """Measured properties of which there is no item yet."""
    if draft.kind == "p-index":
        return ()
    used = {str(item.property) for version in versions.values() for item in version.formula.items.values()}
    keys = {group.key.split(".")[2] for group in draft.groups if group.key.startswith("formula.items.")}
    return tuple(
        (key, name.in_language(language()))
        for key, name in measured.items()
        if key not in used and key not in keys
    )


def shown_groups(variant: Variant) -> tuple[ShownGroup, ...]:
    """The terms of a variant as the page shows them."""
    return tuple(_group(variant, each) for each in variant.draft.groups)


def _group(variant: Variant, group: Group) -> ShownGroup:
    is_out = variant.typed.get(group.key) == OUT
    return ShownGroup(
        key=group.key,
        id=_id(variant.letter, group.key),
        title=group.title.in_language(language()),
        fields=() if is_out else tuple(_field(variant, each) for each in group.fields),
        steps=() if is_out else tuple(_group(variant, each) for each in group.steps),
        out_name=f"{variant.letter}.{group.key}" if group.removable else "",
        is_out=is_out,
        own=group.own and not group.key.startswith("formula.downstream_pays") and group.removable,
        add=f"{variant.letter}.{group.adds}" if group.adds and not is_out else "",
        errors=_errors(variant, group.key),
    )


def _field(variant: Variant, one: Field) -> ShownField:
    tongue, term = language(), one.term
    typed = variant.typed.get(one.path, "") or variant.draft.typed.get(one.path, "")
    can_do_without = term.without is not None and any(spell.value is not None for spell in one.in_force)
    words = term.without.in_language(tongue) if term.without else ""
    return ShownField(
        name=f"{variant.letter}.{one.path}",
        id=_id(variant.letter, one.path),
        label=term.label.in_language(tongue),
        help=term.help.in_language(tongue),
        unit=term.unit.in_language(tongue) if term.unit else "",
        bounds=term.bounds.in_language(tongue) if term.bounds else "",
        source=str(one.citation) if one.citation else "",
        unconfirmed=bool(one.citation and not one.citation.verified),
        value="" if typed == WITHOUT and term.without else typed,
        in_force=spells_in_words(one.in_force, dict(term.choices), words),
        choices=tuple((key, words.in_language(tongue)) for key, words in term.choices),
        without=words if can_do_without else "",
        is_without=typed == WITHOUT,
        required=one.own and term.required,
        changed=one.path in variant.draft.typed,
        whole=term.whole,
        errors=_errors(variant, one.path),
    )


def spells_in_words(spells: Sequence[Spell], choices: Mapping[str, Text], without: str) -> str:
    """What is in force in which years: one value, or each with its years."""
    words = [_value_in_words(spell.value, choices, without) for spell in spells]
    if len(spells) == 1:
        return words[0]
    return " · ".join(f"{word} ({spell.years})" for word, spell in zip(words, spells, strict=True))


def _value_in_words(value: str | None, choices: Mapping[str, Text], without: str) -> str:
    if value is None:
        return without or "—"
    if value in choices:
        return choices[value].in_language(language())
    try:
        return f"{Decimal(value):,f}"
    except InvalidOperation:
        return value


def _errors(variant: Variant, path: str) -> tuple[str, ...]:
    return tuple(text.in_language(language()) for text in variant.draft.faults.get(path, ()))


def _id(letter: str, path: str) -> str:
    return f"{letter}-{path.replace('.', '-')}"


def kind_choices(versions: Mapping[int, Version]) -> list[tuple[str, str, bool]]:
    """The kinds of formula to choose from, and whether one of them is in force."""
    in_force = {version.formula.kind for version in versions.values()}
    return [(key, words.in_language(language()), key in in_force) for key, words in FORMULAS.items()]


def changed_terms(variant: Variant) -> list[tuple[str, str, str]]:
    """What was changed, in words: the term, what is in force, the other value."""
    found: list[tuple[str, str, str]] = []
    tongue = language()
    for group in variant.draft.groups:
        for each in group.all_groups():
            step = "" if each is group else f" · {each.title.in_language(tongue)}"
            name = f"{group.title.in_language(tongue)}{step}"
            if variant.draft.typed.get(each.key) == OUT:
                found.append((name, _("in the agreement"), _("taken out")))
                continue
            for one in each.fields:
                if (typed := variant.draft.typed.get(one.path)) is None:
                    continue
                without = one.term.without.in_language(tongue) if one.term.without else ""
                value = None if typed == WITHOUT else typed
                choices = dict(one.term.choices)
                unit = f" {one.term.unit.in_language(tongue)}" if one.term.unit and value is not None else ""
                found.append(
                    (
                        f"{name}: {one.term.label.in_language(tongue)}",
                        spells_in_words(one.in_force, choices, without) if one.in_force else "—",
                        _value_in_words(value, choices, without) + unit,
                    )
                )
    if variant.draft.typed.get(KIND):
        found.insert(0, (_("Formula"), "—", FORMULAS[variant.draft.kind].in_language(tongue)))
    found += [(line, "—", "") for line in variant.written.splitlines() if line.strip()]
    return found


def address_of(
    agreement: Agreement, years: tuple[int, int], variants: Iterable[Variant], as_of: str = "", **more: str
) -> str:
    """The address of a comparison without what it need not say; variants are lettered anew."""
    pairs = [("agreement", agreement.key), ("first", str(years[0])), ("last", str(years[1]))]
    for letter, variant in zip(LETTERS, [each for each in variants if each.touched], strict=False):
        pairs += variant.pairs(letter)
    if as_of:
        pairs.append(("as_of", as_of))
    return f"?{urlencode(pairs + list(more.items()))}"


def pairs_of_terms(
    letter: str, title: str, typed: Mapping[str, str], more: Mapping[str, Any]
) -> dict[str, str]:
    """Terms as an address says them of a variant."""
    found = {f"{letter}.{path}": text for path, text in typed.items()}
    if title:
        found[f"{letter}.{TITLE}"] = title[:LONGEST_TITLE]
    if more:
        found[f"{letter}.{MORE}"] = "\n".join(lines_of(more))
    return found

"""A variant as it is being written in a form: what was typed by path, read into terms, with a fault at each field. Pure: no Django.

An empty field is what is in force, in every year its own; so only what somebody changes becomes a term. Three words are
typed for what is no number: ``out`` for an item or step that is left out, ``none`` for a cap that is done without, and
``formula.kind`` for another kind of formula, whose fields then have all to be written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from ecociv.compensation.agreements.declaration import Version
from ecociv.compensation.simulations.catalogue import Term
from ecociv.compensation.simulations.layout import Field, Group, Layout
from ecociv.compensation.simulations.leaves import KIND, OUT, WITHOUT, leaves
from ecociv.compensation.simulations.starting import starting_formula
from ecociv.compensation.simulations.terms import KINDS, TermRefused, changed
from ecociv.core.decimals import shortest
from ecociv.core.text import Text

MOST_STEPS = 12
"""Steps of one price; a form with more is a slip."""
MOST_DECIMALS = 9
_KEY = re.compile(r"[a-z0-9_-]{1,40}")
Faults = dict[str, tuple[Text, ...]]


@dataclass(frozen=True)
class Draft:
    """A variant as it was read.

    Attributes
    ----------
    typed : dict of str to str
        What was typed and matters, by path: what an address has to keep.
    terms : dict of str to Any
        The terms; empty where nothing was changed.
    faults : dict of str to tuple of Text
        Faults by the path of their field or group; under ``""`` those of the variant as a whole.
    waiting : tuple of str
        Paths of fields that have to be written and are still empty, of a formula, an item or a step just begun.
    """

    typed: Mapping[str, str]
    terms: Mapping[str, Any]
    groups: tuple[Group, ...]
    kind: str
    faults: Mapping[str, tuple[Text, ...]]
    waiting: tuple[str, ...]
    notes: tuple[Text, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether it can be computed."""
        return bool(self.terms) and not self.faults and not self.waiting


def read_draft(
    versions: Mapping[int, Version],
    typed: Mapping[str, str],
    measured: Mapping[str, Text],
    more: Mapping[str, Any] | None = None,
    begun: Iterable[str] = (),
) -> Draft:
    """Read what was typed.

    Parameters
    ----------
    versions
        The version in force in each year compared.
    measured
        Concentrations that are measured at the sections, by observed property: what an item may be of.
    more
        Terms that no field shows; what is typed goes before them.
    begun
        Paths under which something was just added: its empty fields are no faults yet.
    """
    reader = _Reader(versions, dict(typed), measured, dict(more or {}), tuple(begun))
    return reader.read()


class _Reader:
    """One reading of a draft."""

    def __init__(
        self,
        versions: Mapping[int, Version],
        typed: dict[str, str],
        measured: Mapping[str, Text],
        more: dict[str, Any],
        begun: tuple[str, ...],
    ) -> None:
        self.versions, self.measured, self.more, self.begun = versions, measured, more, begun
        self.typed = {path: text.strip() for path, text in typed.items() if text.strip()}
        self.reference = versions[max(versions)]
        self.content = self.reference.content()
        kinds = {version.formula.kind for version in versions.values()}
        kind = self.typed.get(KIND, "")
        self.replaced = kind in KINDS and (kind != self.reference.formula.kind or len(kinds) > 1)
        self.kind = kind if self.replaced else self.reference.formula.kind
        self.faults: Faults = {}
        self.waiting: list[str] = []
        self.values: dict[str, Any] = {}
        self.notes: list[Text] = []
        self.was = self.content["formula"]

    def read(self) -> Draft:
        """Shape, fields, values, terms, and what the loader says to them."""
        if self.replaced:
            self._begin_formula()
        self._items()
        self._rows()
        if method := self.typed.get("formula.method"):
            self.content["formula"]["method"] = method
        layout = Layout(self.versions, self.content, self.replaced, self.measured)
        groups = layout.groups()
        for group in groups:
            for each in group.all_groups():
                if OUT not in (self.typed.get(group.key), self.typed.get(each.key)):
                    for field in each.fields:
                        self._value(field)
        terms = self.more | self._terms(groups)
        if not self.faults and not self.waiting and terms:
            self._judge(terms)
        return Draft(
            self._kept(groups), terms, groups, self.kind, self.faults, tuple(self.waiting), tuple(self.notes)
        )

    def _begin_formula(self) -> None:
        begun = starting_formula(self.reference, self.kind, self.measured)
        if not any(path.startswith("formula.") and path != KIND for path in self.typed):
            leaves(self.typed, {}, begun, "formula")
            self.begun = (*self.begun, "formula")
            self.notes.append(_CARRIED)
        self.was = {"items": {}}
        # Steps are those that were typed, not those that the formula began with.
        self.content["formula"] = begun | ({"downstream_pays": []} if "downstream_pays" in begun else {})
        if (
            self.kind == "p-index"
            and self.reference.calendar.period != "year"
            and "calendar.period" not in self.typed
        ):
            self.typed["calendar.period"] = "year"
            self.notes.append(
                Text(
                    zh="P 值按年结算，结算周期已改为按年。",
                    en="The P index is settled by the year; the period was set to it.",
                )
            )

    def _items(self) -> None:
        items = self.content["formula"]["items"]
        asked = dict.fromkeys(
            path.split(".")[2]
            for path in self.typed
            if path.startswith("formula.items.") and path.count(".") > 2
        )
        for key in filter(_KEY.fullmatch, asked):
            if key not in items and f"formula.items.{key}" not in self.typed and self.kind != "p-index":
                name = self.measured.get(self.typed.get(f"formula.items.{key}.property", key))
                items[key] = {
                    "property": None,
                    "name": (name or Text(zh=key, en=key)).to_mapping(),
                    "steps": [],
                }
        for key, item in items.items():
            name = self.measured.get(self.typed.get(f"formula.items.{key}.property", ""))
            if name is not None and key not in self.was["items"] and self.kind != "p-index":
                item["name"] = self._name(key, name).to_mapping()

    def _name(self, key: str, measured: Text) -> Text:
        own = self.reference.formula.items.get(key)  # type: ignore[call-overload]
        return own.name if own is not None else measured

    def _rows(self) -> None:
        """Lists as long as what is in force and what was typed past it."""
        formula = self.content["formula"]
        places = [(f"formula.items.{key}.steps", item, "steps") for key, item in formula["items"].items()]
        if self.kind == "p-index":
            places.append(("formula.downstream_pays", formula, "downstream_pays"))
        for path, holder, leaf in places:
            rows = list(holder.get(leaf) or [])
            places_typed = [
                int(rest) for one in self.typed
                if one.startswith(f"{path}.") and (rest := one.removeprefix(f"{path}.").split(".")[0]).isdecimal()
                and self.typed.get(f"{path}.{rest}") != OUT
            ]  # fmt: skip
            places_typed += [
                int(rest) for one in self.begun
                if one.startswith(f"{path}.") and (rest := one.removeprefix(f"{path}.")).isdecimal()
            ]  # fmt: skip
            most = min(max(places_typed, default=-1) + 1, MOST_STEPS)
            holder[leaf] = rows + [{}] * max(0, most - len(rows))

    def _value(self, field: Field) -> None:
        text, term = self.typed.get(field.path, ""), field.term
        if not text:
            if field.own and term.required:
                if any(field.path.startswith(f"{path}.") for path in self.begun):
                    self.waiting.append(field.path)
                else:
                    self._fault(field.path, Text(zh="请填写这一条。", en="Write this term."))
            return
        if text == WITHOUT and term.without is not None:
            self.values[field.path] = None
            return
        value = (
            self._choice(field, text)
            if term.choices or field.path.endswith(".property")
            else self._number(field, text)
        )
        if value is not None:
            self.values[field.path] = value

    def _choice(self, field: Field, text: str) -> str | None:
        known = dict(field.term.choices)
        if text in known:
            return text
        words = "、".join(each.zh for each in known.values()), ", ".join(each.en for each in known.values())
        self._fault(
            field.path,
            Text(
                zh=f"没有“{text}”，可选：{words[0] or '—'}。",
                en=f"There is no {text!r}; choose: {words[1] or '-'}.",
            ),
        )
        return None

    def _number(self, field: Field, text: str) -> str | None:
        try:
            number = Decimal(text.replace(",", "").replace("，", ""))
        except InvalidOperation:
            number = Decimal("NaN")
        term = field.term
        if not number.is_finite():
            self._fault(field.path, Text(zh=f"“{text}”不是数。", en=f"{text!r} is no number."))
        elif isinstance(exponent := number.as_tuple().exponent, int) and exponent < -MOST_DECIMALS:
            self._fault(
                field.path,
                Text(
                    zh=f"{text} 的小数超过 {MOST_DECIMALS} 位。",
                    en=f"{text} has more than {MOST_DECIMALS} decimals.",
                ),
            )
        elif term.whole and number != number.to_integral_value():
            self._fault(field.path, Text(zh=f"“{text}”不是整数。", en=f"{text!r} is no whole number."))
        elif not _within(term, number):
            bounds = term.bounds
            assert bounds is not None
            self._fault(
                field.path,
                Text(zh=f"{text} 超出范围（{bounds.zh}）。", en=f"{text} lies outside {bounds.en}."),
            )
        else:
            return shortest(number)
        return None

    def _fault(self, path: str, *texts: Text) -> None:
        self.faults[path] = (*self.faults.get(path, ()), *texts)

    def _terms(self, groups: tuple[Group, ...]) -> dict[str, Any]:
        if self.replaced:
            general = {
                path: value
                for group in groups
                if not group.key.startswith("formula")
                for path, value in self._changed(group)
            }
            return {"formula": self._whole(groups)} | general
        found: dict[str, Any] = {}
        for group in groups:
            if self.typed.get(group.key) == OUT:
                if not group.own:
                    found[group.key] = None
            elif group.own:
                found[group.key] = self._said(
                    group, self.content["formula"]["items"][group.key.split(".")[2]]
                )
            else:
                found |= dict(self._changed(group))
                found |= self._steps(group)
        return found

    def _changed(self, group: Group) -> Iterable[tuple[str, Any]]:
        for field in group.fields:
            if field.path in self.values:
                value = self.values[field.path]
                if any(not _same(spell.value, value) for spell in field.in_force):
                    yield field.path, value

    def _steps(self, group: Group) -> dict[str, Any]:
        found: dict[str, Any] = {}
        past = sum(not step.own for step in group.steps)
        for step in group.steps:
            out = self.typed.get(step.key) == OUT
            if not step.own:
                found |= {step.key: None} if out else dict(self._changed(step))
            elif not out:
                found[f"{group.adds}.{past}"] = self._leaf_values(step)
                past += 1
        return found

    def _leaf_values(self, group: Group) -> dict[str, Any]:
        return {
            field.path.rsplit(".", 1)[1]: self.values[field.path]
            for field in group.fields
            if field.path in self.values
        }

    def _said(self, group: Group, item: Mapping[str, Any]) -> dict[str, Any]:
        said = {"name": item["name"]} | self._leaf_values(group)
        if group.adds:
            said["steps"] = [
                self._leaf_values(step) for step in group.steps if self.typed.get(step.key) != OUT
            ]
        return said

    def _whole(self, groups: tuple[Group, ...]) -> dict[str, Any]:
        """The whole formula, where it is of another kind."""
        formula, items = self.content["formula"], {}
        general = groups[0]
        for group in groups[1:]:
            if group.key.startswith("formula.items.") and self.typed.get(group.key) != OUT:
                key = group.key.split(".")[2]
                items[key] = self._said(group, formula["items"][key])
        whole: dict[str, Any] = {"kind": self.kind, **self._leaf_values(general), "items": items}
        if self.kind == "p-index":
            whole["downstream_pays"] = [
                self._leaf_values(step) for step in general.steps if self.typed.get(step.key) != OUT
            ]
        else:
            whole["flow"] = formula["flow"]
        return whole

    def _judge(self, terms: Mapping[str, Any]) -> None:
        for version in {id(each): each for each in self.versions.values()}.values():
            try:
                changed(version, terms)
            except TermRefused as refused:
                for fault in refused.faults:
                    self._fault(fault.path, fault.text)
                return

    def _kept(self, groups: tuple[Group, ...]) -> dict[str, str]:
        """What was typed and matters; rows that were added are counted anew, so that none is left out between them."""
        kept = {KIND: self.kind} if self.replaced else {}
        for group in groups:
            if self.typed.get(group.key) == OUT:
                if not group.own or self.replaced:
                    kept[group.key] = OUT
                continue
            self._keep(kept, group, group.key)
            past = sum(not step.own for step in group.steps)
            for step in group.steps:
                out = self.typed.get(step.key) == OUT
                if not step.own:
                    if out:
                        kept[step.key] = OUT
                    else:
                        self._keep(kept, step, step.key)
                elif not out:
                    self._keep(kept, step, f"{group.adds}.{past}")
                    past += 1
        return kept

    def _keep(self, kept: dict[str, str], group: Group, key: str) -> None:
        for field in group.fields:
            value = self.values.get(field.path, "")
            if (
                field.in_force
                and field.path in self.values
                and all(_same(one.value, value) for one in field.in_force)
            ):
                continue
            if field.path in self.typed:
                kept[field.path if key == group.key else f"{key}.{field.path.rsplit('.', 1)[1]}"] = (
                    self.typed[field.path]
                )


_CARRIED = Text(
    zh="能从现行协议和国家通行模式带过来的条款已填好，请逐条核对；其余请填写。",
    en="What could be carried over from the agreement and the national pattern was filled in: look at each, and write the rest.",
)


def _within(term: Term, number: Decimal) -> bool:
    return (
        (term.above is None or number > term.above)
        and (term.least is None or number >= term.least)
        and (term.most is None or number <= term.most)
    )


def _same(stands: str | None, value: Any) -> bool:
    if stands is None or value is None:
        return stands is None and value is None
    try:
        return Decimal(stands) == Decimal(str(value))
    except InvalidOperation:
        return stands == str(value)

"""Reading the rules of space: national files beside this one, then the zone's; every fault with file and line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ecociv.core.digests import digest_of_json
from ecociv.evidence.declared import DeclarationError, line_in, read_declaration, zone_folder
from ecociv.territory.layers.kinds import layer_kinds
from ecociv.territory.rules.declaration import (
    ConflictDefaults,
    ConflictRule,
    Conflicts,
    Exemption,
    Industries,
    NationalRules,
    Priority,
    Purposes,
    RequiredLayer,
    Rule,
    Tolerances,
    ZoneRules,
    matches,
)

NATIONAL = Path(__file__).with_name("national")
LEAST_PRIORITY = 99
"""Of a class that no list ranks."""


@dataclass(frozen=True, eq=False)
class SpaceRules:
    """All rules of a zone: the nation's and its own.

    Attributes
    ----------
    digest : str
        SHA-256 of all that was declared, so that a check names the rules it was made by.
    """

    zone: str
    restricted: str
    required: tuple[RequiredLayer, ...]
    priorities: tuple[Priority, ...]
    exemptions: dict[str, Exemption]
    rules: tuple[Rule, ...]
    conflicts: tuple[ConflictRule, ...]
    conflict_defaults: ConflictDefaults
    industries: Industries
    purposes: Purposes
    tolerances: Tolerances
    digest: str

    def of_layer(self, kind: str, on: dt.date) -> tuple[Rule, ...]:
        """Rules about a kind that are in force on a day, in the order of their declaration."""
        return tuple(rule for rule in self.rules if rule.layer == kind and rule.holds(on))

    def reach(self, kind: str, on: dt.date) -> float:
        """How far beyond its border, in m, a kind matters on a day."""
        return max((rule.within for rule in self.of_layer(kind, on)), default=0.0)

    def priority(self, kind: str, class_key: str) -> int:
        """Rank of a class; the first entry that names it counts."""
        for entry in self.priorities:
            if entry.layer == kind and (
                not entry.classes or any(matches(each, class_key) for each in entry.classes)
            ):
                return entry.priority
        return LEAST_PRIORITY


def space_rules(zone: str) -> SpaceRules:
    """The rules of a zone; a zone without ``space.yaml`` has those of the nation.

    Raises
    ------
    DeclarationError
        One line for each fault: ``file:line: field: what is wrong``.
    """
    own = zone_folder(zone) / "space.yaml"
    return _space_rules(zone, own, own.stat().st_mtime_ns if own.exists() else 0)


@lru_cache(maxsize=16)
def _space_rules(zone: str, own: Path, _changed: int) -> SpaceRules:
    national = read_declaration(NATIONAL / "lines.yaml", NationalRules)
    matrix = read_declaration(NATIONAL / "conflicts.yaml", Conflicts)
    industries = read_declaration(NATIONAL / "industries.yaml", Industries)
    purposes = read_declaration(NATIONAL / "purposes.yaml", Purposes)
    tolerances = read_declaration(NATIONAL / "tolerances.yaml", Tolerances)
    local = read_declaration(own, ZoneRules) if own.exists() else ZoneRules(zone=zone)
    documents = {each.key for each in (*national.exemptions, *local.exemptions)}
    traits = {each.key for each in purposes.traits}
    known = _Known(documents, traits, {d.key for s in industries.sections for d in s.divisions})
    faults = list(known.faults(NATIONAL / "lines.yaml", national.rules, national.priorities, ()))
    faults += _matrix_faults(NATIONAL / "conflicts.yaml", matrix.conflicts)
    if own.exists():
        if local.zone != zone:
            faults.append(
                f"{own.name}:{line_in(own, ['zone'])}: zone: it says {local.zone!r} and lies in the folder of {zone!r}."
            )
        faults += known.faults(own, local.rules, local.priorities, local.required)
        faults += _matrix_faults(own, local.conflicts)
    rules = (*national.rules, *local.rules)
    faults += _twice(own if own.exists() else NATIONAL / "lines.yaml", [rule.key for rule in rules])
    if faults:
        raise DeclarationError("\n".join(faults))
    said = [
        each.model_dump(mode="json", by_alias=True)
        for each in (national, matrix, industries, purposes, tolerances, local)
    ]
    return SpaceRules(
        zone=zone,
        restricted=local.restricted,
        required=local.required,
        priorities=(*local.priorities, *national.priorities),
        exemptions={each.key: each for each in (*national.exemptions, *local.exemptions)},
        rules=rules,
        conflicts=(*local.conflicts, *matrix.conflicts),
        conflict_defaults=matrix.defaults,
        industries=industries,
        purposes=purposes,
        tolerances=tolerances,
        digest=digest_of_json(said),
    )


@dataclass(frozen=True)
class _Known:
    documents: set[str]
    traits: set[str]
    divisions: set[str]

    def faults(
        self,
        path: Path,
        rules: Iterable[Rule],
        priorities: Iterable[Priority],
        required: Iterable[RequiredLayer],
    ) -> Iterator[str]:
        for place, rule in enumerate(rules):
            for field, wrong in self._of_rule(rule):
                line = line_in(path, ["rules", place, field])
                yield f"{path.name}:{line}: rules.{rule.key}.{field}: {wrong}"
        for place, entry in enumerate(priorities):
            for wrong in _kind_faults(entry.layer, entry.classes):
                yield f"{path.name}:{line_in(path, ['priorities', place])}: priorities: {wrong}"
        for place, one in enumerate(required):
            for wrong in (*_kind_faults(one.layer, ()), *_strangers("trait", one.traits, self.traits)):
                yield f"{path.name}:{line_in(path, ['required', place])}: required: {wrong}"

    def _of_rule(self, rule: Rule) -> Iterator[tuple[str, str]]:
        for wrong in _kind_faults(rule.layer, rule.classes):
            yield "classes", wrong
        for wrong in _kind_faults("function-zone", rule.function_zones):
            yield "function_zones", wrong
        for field in ("traits", "unless"):
            for wrong in _strangers("trait", getattr(rule, field), self.traits):
                yield field, wrong
        for code in rule.industries:
            if len(code) > 1 and code[1:3] not in self.divisions:
                yield "industries", f"{code!r} begins with no division of GB/T 4754."
        if rule.exemption and rule.exemption not in self.documents:
            yield "exemption", f"{rule.exemption!r} is not declared under exemptions."
        if rule.effect == "encourages" and rule.exemption:
            yield "exemption", "what is encouraged needs no exemption."


def _strangers(what: str, named: Iterable[str], known: set[str]) -> Iterator[str]:
    for each in named:
        if each not in known:
            yield f"{each!r} is no {what}; there are: {', '.join(sorted(known))}."


def _kind_faults(kind: str, classes: Iterable[str]) -> Iterator[str]:
    declared = layer_kinds().get(kind)
    if declared is None:
        yield f"{kind!r} is no kind of layer; kinds: {', '.join(layer_kinds())}."
        return
    if declared.open:
        return
    there = declared.class_names()
    for pattern in classes:
        if not any(matches(pattern, key) for key in there):
            yield f"{kind} has no class {pattern!r}; classes: {', '.join(there)}."


def _matrix_faults(path: Path, rows: Iterable[ConflictRule]) -> Iterator[str]:
    for place, row in enumerate(rows):
        for side in (row.a, row.b):
            for wrong in _kind_faults(side.layer, side.classes):
                yield f"{path.name}:{line_in(path, ['conflicts', place])}: conflicts.{row.key}: {wrong}"


def _twice(path: Path, keys: list[str]) -> Iterator[str]:
    for key in dict.fromkeys(keys):
        if keys.count(key) > 1:
            yield f"{path.name}:1: rules: the key {key!r} is used twice; a rule of the zone has a key of its own."

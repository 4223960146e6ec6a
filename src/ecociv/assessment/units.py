"""Who is assessed: counties and parks, or the bodies that hold duties of the plan on the day (被考核单位)."""

from __future__ import annotations

import datetime as dt

from ecociv.assessment.rules import RuleSet, Unit
from ecociv.core.text import Text
from ecociv.plan.package import Organisation, OrganisationKind, ZonePackage

_LOCAL = frozenset({OrganisationKind.COUNTY, OrganisationKind.PARK})
_DEPARTMENTS = frozenset({OrganisationKind.GOVERNMENT, OrganisationKind.PARTY})


class UnitUnknown(LookupError):
    """No unit of the rule set goes by that code, key or name."""


def units_of(rules: RuleSet, package: ZonePackage, day: dt.date) -> dict[str, Unit]:
    """The units of a rule set on a day, in the order of the plan, by key.

    A body that handed the whole of its duties on is assessed no more; its successor is. A unit that no peer group of
    the rule set takes is left out: it would be compared with nobody.
    """
    found: dict[str, Unit] = {}
    for body in package.organisations:
        if not _belongs(rules, body) or package.body_on(body.key, day).key != body.key:
            continue
        if body.kind not in _LOCAL and not package.duties_held(body.key, day):
            continue
        if body.since is not None and body.since > day:
            continue
        group = rules.group_of(body.key, body.kind.value)
        group = group or _group_before(rules, package, body)
        if group is not None:
            found[body.key] = Unit(group, Text(zh=body.name, en=body.name_en))
    return found


def unit_named(text: str, package: ZonePackage, units: dict[str, Unit]) -> str:
    """The key of the unit that goes by a division code, a key or a name.

    Raises
    ------
    UnitUnknown
        With the units there are.
    """
    asked = text.strip()
    if asked in units:
        return asked
    for key, unit in units.items():
        if asked in {unit.name.zh, unit.name.en}:
            return key
        if package.has_organisation(key):
            body = package.organisation(key)
            if asked == body.division_code or asked in body.names or asked == body.full_name:
                return key
    counties = {county.code: county for county in package.zone.counties}
    for county in counties.values():
        if asked in {county.code, county.name.zh, county.name.en} and county.key in units:
            return county.key
    listed = ", ".join(f"{key} ({unit.name.zh})" for key, unit in units.items())
    raise UnitUnknown(f"{text!r} is no unit of this assessment; units are: {listed or 'none'}.")


def _belongs(rules: RuleSet, body: Organisation) -> bool:
    if rules.unit_kind == "county":
        return body.kind in _LOCAL
    if rules.unit_kind == "department":
        return body.kind in _DEPARTMENTS
    return False


def _group_before(rules: RuleSet, package: ZonePackage, body: Organisation) -> str | None:
    """The peer group of the bodies whose duties this one took over."""
    for earlier in package.predecessors(body.key):
        group = rules.group_of(earlier.key, earlier.kind.value)
        if group is not None:
            return group
    return None

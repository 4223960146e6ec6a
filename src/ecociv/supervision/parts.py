"""Who answers for a duty: one part for each body that the plan names as its lead. Pure: no Django.

A duty with two leads has two parts, and one body's report does not speak for the other. A part keeps the name that
the plan gave it; whoever holds that body's duties later reports on the same part.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from ecociv.core.text import Text
from ecociv.plan.package import Organisation, OrganisationKind, ProjectOrTask, ZonePackage


@dataclass(frozen=True, slots=True)
class Part:
    """One leading body's part in a duty.

    Attributes
    ----------
    body : str
        Key of the body as the plan names it, or of the group where the plan does not say which members it means;
        "" where the plan names no lead.
    holders : frozenset of str
        Keys of every body whose report counts for the part: the body and those that took over the whole of it.
    """

    body: str
    holders: frozenset[str]

    def answered_by(self, organisation: str) -> bool:
        """Whether a report by this body counts for the part."""
        return not self.body or organisation in self.holders


def parts_of(duty: ProjectOrTask, package: ZonePackage) -> tuple[Part, ...]:
    """The parts of a duty, in the order of the plan.

    A group whose members are certain has a part for each member: every county reports for itself. A group of which
    the plan does not say which members it means ("the departments concerned") is one part that any member may
    answer, so that the silence of a body that may not be meant counts against nobody.
    """
    return _parts(package.leads(duty), package) or (Part("", frozenset()),)


def support_parts_of(duty: ProjectOrTask, package: ZonePackage) -> tuple[Part, ...]:
    """The supporting parts of a duty, found the same way; without bodies that lead it too, and without those above
    the city, which owe the city nothing.
    """
    leading = frozenset[str]().union(*(part.holders for part in parts_of(duty, package)))
    return tuple(
        part
        for part in _parts(package.supports(duty), package)
        if part.body not in leading
        and package.organisation(part.body).kind is not OrganisationKind.PROVINCE_OR_NATION
    )


def is_open_group(part: Part, package: ZonePackage) -> bool:
    """Whether the part is that of a group of which the plan does not say which members it means."""
    return bool(part.body) and package.organisation(part.body).kind is OrganisationKind.GROUP


def _parts(named: Iterable[Organisation], package: ZonePackage) -> tuple[Part, ...]:
    found: dict[str, Part] = {}
    for lead in named:
        members = _members(lead, package)
        if lead.kind is OrganisationKind.GROUP and (lead.uncertain is not None or members == (lead,)):
            holders = frozenset[str]().union(*(held_by(body.key, package) for body in (lead, *members)))
            found.setdefault(lead.key, Part(lead.key, holders))
            continue
        for body in members:
            found.setdefault(body.key, Part(body.key, held_by(body.key, package)))
    return tuple(found.values())


def held_by(key: str, package: ZonePackage) -> frozenset[str]:
    """The body and every later body to which the whole of its duties went, on whatever day."""
    found = {key}
    waiting = [key]
    while waiting:
        for step in package.organisation(waiting.pop()).successors:
            if step.whole and step.to not in found:
                found.add(step.to)
                waiting.append(step.to)
    return frozenset(found)


def leads_on(duty: ProjectOrTask, package: ZonePackage, day: dt.date) -> tuple[Organisation, ...]:
    """The bodies that lead a duty on a day: members in place of groups, successors in place of what is gone."""
    return _on(package.leads(duty), package, day)


def supports_on(duty: ProjectOrTask, package: ZonePackage, day: dt.date) -> tuple[Organisation, ...]:
    """The bodies that support a duty on a day, found the same way."""
    return _on(package.supports(duty), package, day)


def name_of(key: str, package: ZonePackage) -> Text:
    """A body's name in both languages; its key where the plan no longer has it."""
    if not package.has_organisation(key):
        return Text(zh=key or "—", en=key or "—")
    body = package.organisation(key)
    return Text(zh=body.name, en=body.name_en)


def _on(named: Iterable[Organisation], package: ZonePackage, day: dt.date) -> tuple[Organisation, ...]:
    found: dict[str, Organisation] = {}
    for body in named:
        for member in _members(body, package):
            holder = package.body_on(member.key, day)
            found.setdefault(holder.key, holder)
    return tuple(found.values())


def _members(
    body: Organisation, package: ZonePackage, above: frozenset[str] = frozenset()
) -> tuple[Organisation, ...]:
    """The members of a group, of groups within it too; a body that is no group, or names no members, itself."""
    members = package.members(body)
    if members == (body,) or not members:
        return (body,)
    inside = above | {body.key}
    found = {
        each.key: each
        for member in members
        if member.key not in inside
        for each in _members(member, package, inside)
    }
    return tuple(found.values())

"""Whom a notice for a body reaches (通知的逐级兜底). Pure: no Django.

The chain: the officer named on the case, else the contacts of the body, else its head, else the office of the leading
group; and so that nothing is ever told to nobody, else the administrators. Each step says why it was taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ecociv.core.text import Text
from ecociv.people.roles import Role


@dataclass(frozen=True, slots=True)
class Person:
    """An account as the chain sees it; ``post`` is contact, head or other."""

    key: int
    role: Role
    organisation: str = ""
    post: str = "contact"
    active: bool = True


class Step(StrEnum):
    """How far down the chain a notice went."""

    NAMED = "named"
    ROLE = "role"
    OFFICER = "officer"
    CONTACT = "contact"
    HEAD = "head"
    OFFICE = "office"
    ADMINISTRATOR = "administrator"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Reached:
    """Whom a notice goes to and why."""

    people: tuple[int, ...]
    step: Step
    why: Text


def for_body(
    people: Sequence[Person], bodies: Iterable[str], name: Text, officer: int | None = None
) -> Reached:
    """Whom a notice for a body goes to.

    Parameters
    ----------
    people
        Accounts of the zone.
    bodies
        Keys of the bodies that act for it today.
    name
        Its name, for the sentence.
    officer
        The officer named on the case; passed over where the account is closed or belongs to another body.

    Examples
    --------
    >>> head = Person(1, Role.DEPARTMENT_OFFICER, "b", "head")
    >>> closed = Person(2, Role.DEPARTMENT_OFFICER, "b", "contact", active=False)
    >>> reached = for_body([head, closed], ["b"], Text(zh="乙局", en="Bureau B"), officer=2)
    >>> reached.people, reached.step.value
    ((1,), 'head')
    """
    keys = frozenset(bodies)
    active = [person for person in people if person.active]
    own = [person for person in active if person.organisation and person.organisation in keys]
    if found := _keys(own, lambda person: person.key == officer):
        return Reached(
            found,
            Step.OFFICER,
            Text(zh="您是{body}在本案的承办人。", en="You are the officer of {body} on this case.").fill(
                body=name
            ),
        )
    if found := _keys(own, lambda person: person.post == "contact"):
        return Reached(
            found,
            Step.CONTACT,
            Text(zh="您是{body}的联系人。", en="You are a contact of {body}.").fill(body=name),
        )
    if found := _keys(own, lambda person: person.post == "head"):
        return Reached(
            found,
            Step.HEAD,
            Text(
                zh="{body}没有可通知的联系人，因此通知其负责人。",
                en="{body} has no contact to be reached, so its head is told.",
            ).fill(body=name),
        )
    return _office(
        active,
        Text(
            zh="{body}没有可通知的联系人和负责人，因此通知领导小组办公室。",
            en="{body} has neither contact nor head to be reached, so the office of the leading group is told.",
        ).fill(body=name),
    )


def for_role(people: Sequence[Person], role: Role) -> Reached:
    """Whom a notice for a role goes to: all who have it, else the office of the leading group."""
    active = [person for person in people if person.active]
    if found := _keys(active, lambda person: person.role is role):
        return Reached(
            found,
            Step.ROLE,
            Text(zh="您的角色是{role}。", en="You have the role: {role}.").fill(role=role.label),
        )
    return _office(
        active,
        Text(
            zh="没有角色为{role}的可用账号，因此通知领导小组办公室。",
            en="No open account has the role {role}, so the office of the leading group is told.",
        ).fill(role=role.label),
    )


def _office(active: Sequence[Person], why: Text) -> Reached:
    if found := _keys(active, lambda person: person.role is Role.LEADING_GROUP_OFFICE):
        return Reached(found, Step.OFFICE, why)
    found = _keys(active, lambda person: person.role is Role.ADMINISTRATOR)
    return Reached(
        found,
        Step.ADMINISTRATOR if found else Step.NOBODY,
        Text(
            zh="{why}领导小组办公室也没有可用账号，因此通知系统管理员：请开设账号。",
            en="{why} The office has no open account either, so the administrators are told: open one.",
        ).fill(why=why),
    )


def _keys(people: Iterable[Person], wanted: Callable[[Person], bool]) -> tuple[int, ...]:
    return tuple(person.key for person in people if wanted(person))

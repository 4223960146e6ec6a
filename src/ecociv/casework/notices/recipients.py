"""From a part, a body, a role or people to accounts, by the chain of :mod:`ecociv.casework.notices.fallback`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from ecociv.casework.bodies import holders
from ecociv.casework.notices.fallback import Person, Reached, Step, for_body, for_role
from ecociv.core.text import Text
from ecociv.people.models import User
from ecociv.people.roles import Role
from ecociv.plan.queries import current_package

if TYPE_CHECKING:
    from ecociv.casework.models import Case

_NAMED = Text(zh="通知指名给您。", en="It names you.")


@dataclass(frozen=True, slots=True)
class Recipients:
    """To whom something is said: all that are given are told, each once.

    Parameters
    ----------
    part
        A part of the case, or several: bodies that play it today, or the role that plays it.
    body
        Key of a body of the plan, or several.
    role
        A role, or several.
    users
        Accounts.
    """

    part: str | tuple[str, ...] = ()
    body: str | tuple[str, ...] = ()
    role: Role | tuple[Role, ...] = ()
    users: tuple[Any, ...] = ()


def reached(zone: str, to: Recipients, case: Case | None = None) -> list[Reached]:
    """Everybody to be told, with the reason; a person who is reached on several ways stands at the first of them.

    Raises
    ------
    ValueError
        When a part is named and no case, or a part that the case does not have.
    """
    people = _people(zone)
    found = [Reached((user.pk,), Step.NAMED, _NAMED) for user in to.users if user.is_active]
    for key in _several(to.part):
        found += _part(zone, people, key, case)
    officer = case.officer_id if case else None
    found += [_body(zone, people, key, officer) for key in _several(to.body)]
    found += [for_role(people, role) for role in _several(to.role)]
    seen: set[int] = set()
    once = []
    for each in found:
        if new := tuple(key for key in each.people if key not in seen):
            seen.update(new)
            once.append(Reached(new, each.step, each.why))
    return once


def _part(zone: str, people: list[Person], key: str, case: Case | None) -> Iterable[Reached]:
    # The room's models import this module's neighbours: asked for here, they are there.
    from ecociv.casework.recorded import declaration_of

    if case is None:
        raise ValueError(f"The part {key!r} belongs to a case, and no case was given.")
    part = declaration_of(case).parts.get(key)
    if part is None:
        raise ValueError(f"A case of the type {case.type!r} has no part {key!r}.")
    if part.role is not None:
        return [for_role(people, part.role)]
    bodies = case.parties.filter(part=key).values_list("organisation", flat=True)
    return [_body(zone, people, body, case.officer_id) for body in bodies]


def _body(zone: str, people: list[Person], key: str, officer: int | None) -> Reached:
    package = current_package(zone)
    name = Text(zh=key, en=key)
    if package.has_organisation(key):
        body = package.body_on(key, timezone.localdate())
        name = Text(zh=body.name, en=body.name_en)
    return for_body(people, holders(package, key, timezone.localdate()), name, officer)


def _people(zone: str) -> list[Person]:
    accounts = User.objects.filter(zone=zone, is_active=True).exclude(role=Role.VISITOR.value)
    fields = accounts.order_by("pk").values_list("pk", "role", "organisation", "post")
    return [Person(pk, Role(role), organisation, post) for pk, role, organisation, post in fields]


def _several(given: Any) -> tuple[Any, ...]:
    if isinstance(given, str):
        return (given,) if given else ()
    return tuple(given)

"""Who may do what with settlements: the office settles, parties object, the leading group's office decides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ecociv.compensation.agreements.declaration import Agreement
from ecociv.ledger.permissions import keeper_today, may_keep, require_keeper
from ecociv.people import permissions
from ecociv.people.models import User
from ecociv.people.policy import Action
from ecociv.people.roles import Role

DECIDES = (Role.LEADING_GROUP_OFFICE,)
"""Who decides on objections: not the office whose figures are objected to."""


def may_settle(author: Any, zone: str, agreement: Agreement) -> bool:
    """Whether somebody settles an agreement: officers of its office, and commands."""
    return may_keep(author, zone, agreement.office)


def require_office(author: Any, zone: str, agreement: Agreement) -> None:
    """Refuse whoever does not settle an agreement."""
    require_keeper(author, zone, agreement.office)


def _command(author: Any) -> bool:
    return not isinstance(author, User) and isinstance(author, str) and bool(author.strip())


def may_object(author: Any, zone: str, bodies: Iterable[str]) -> bool:
    """Whether somebody speaks for a party."""
    lead = [keeper_today(zone, body) for body in bodies]
    return _command(author) or (
        isinstance(author, User)
        and permissions.allowed(author, Action.ACT_ON_CASE, zone=zone, lead=lead, public=False)
    )


def require_party(author: Any, zone: str, body: str) -> None:
    """Refuse whoever does not speak for a body."""
    if not may_object(author, zone, [body]):
        permissions.require(
            author, Action.ACT_ON_CASE, zone=zone, lead=[keeper_today(zone, body)], public=False
        )


def may_decide(author: Any, zone: str) -> bool:
    """Whether somebody decides on objections."""
    return _command(author) or (
        isinstance(author, User)
        and permissions.allowed(author, Action.SIGN_OFF, zone=zone, roles=DECIDES, public=False)
    )


def require_decider(author: Any, zone: str) -> None:
    """Refuse whoever does not decide on objections."""
    if not may_decide(author, zone):
        permissions.require(author, Action.SIGN_OFF, zone=zone, roles=DECIDES, public=False)

"""The policy applied to a request: the only door from pages and commands to :mod:`ecociv.people.policy`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils.module_loading import import_string
from django.utils.translation import get_language

from ecociv.core.verdicts import Verdict
from ecociv.people.policy import Action, Actor, Policy, Subject
from ecociv.people.roles import Role


@lru_cache(maxsize=8)
def _policy(path: str) -> Policy:
    found: Policy = import_string(path)()
    return found


def actor_of(user: Any) -> Actor:
    """The policy's view of a user; an anonymous user is a visitor."""
    if not getattr(user, "is_authenticated", False):
        return Actor()
    return Actor(role=Role(user.role), zone=user.zone, organisation=user.organisation, active=user.is_active)


def decide(
    user: Any,
    action: Action,
    *,
    zone: str = "",
    lead: Iterable[str] = (),
    public: bool = False,
    roles: Iterable[Role] = (),
) -> Verdict:
    """Ask the policy in use.

    ``lead``: keys of the bodies that lead the subject today; ``roles``: those to whom a declaration gives the action.
    """
    subject = Subject(zone=zone, lead=frozenset(lead), public=public, roles=frozenset(roles))
    return _policy(settings.ECOCIV_POLICY).decide(actor_of(user), action, subject)


def allowed(
    user: Any,
    action: Action,
    *,
    zone: str = "",
    lead: Iterable[str] = (),
    public: bool = False,
    roles: Iterable[Role] = (),
) -> bool:
    """Whether the policy says yes."""
    return bool(decide(user, action, zone=zone, lead=lead, public=public, roles=roles).ok)


def require(
    user: Any,
    action: Action,
    *,
    zone: str = "",
    lead: Iterable[str] = (),
    public: bool = False,
    roles: Iterable[Role] = (),
) -> None:
    """Raise :class:`PermissionDenied` with the policy's sentence, in the reader's language."""
    verdict = decide(user, action, zone=zone, lead=lead, public=public, roles=roles)
    if not verdict.ok:
        language = get_language() or "zh-hans"
        raise PermissionDenied(" ".join(reason.text.in_language(language) for reason in verdict.reasons))

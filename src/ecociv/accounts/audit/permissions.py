"""Who audits, who reads: auditors create and decide; leaders and the office read; the body sees the draft."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from ecociv.accounts.audit.models import LeavingAudit
from ecociv.casework.permissions import bodies_held
from ecociv.people.permissions import allowed, require
from ecociv.people.policy import Action
from ecociv.people.roles import Role

AUDITORS = frozenset({Role.AUDITOR})
READERS = frozenset({Role.AUDITOR, Role.LEADER, Role.LEADING_GROUP_OFFICE})


def require_audit(user: Any, zone: str) -> None:
    """Raise ``PermissionDenied`` for whoever is no auditor of the zone."""
    require(user, Action.ACT_ON_CASE, zone=zone, roles=AUDITORS)


def may_audit(user: Any, zone: str) -> bool:
    """Whether the user audits."""
    return allowed(user, Action.ACT_ON_CASE, zone=zone, roles=AUDITORS)


def may_read_all(user: Any, zone: str) -> bool:
    """Whether the user reads every audit of the zone with its papers."""
    return allowed(user, Action.READ_CASE, zone=zone, roles=READERS)


def require_read_all(user: Any, zone: str) -> None:
    """Raise ``PermissionDenied`` for whoever does not."""
    require(user, Action.READ_CASE, zone=zone, roles=READERS)


def acts_for(user: Any, audit: LeavingAudit) -> bool:
    """Whether the user is an officer of the audited body, or of the one that took over from it."""
    own = getattr(user, "organisation", "")
    if not own or audit.body not in bodies_held(audit.zone, own, timezone.localdate()) | {own}:
        return False
    return allowed(user, Action.ACT_ON_CASE, zone=audit.zone, lead={own})


def require_comment(user: Any, audit: LeavingAudit) -> None:
    """Raise ``PermissionDenied`` for whoever is no officer of the audited body."""
    lead = {user.organisation} if acts_for(user, audit) else {audit.body}
    require(user, Action.ACT_ON_CASE, zone=audit.zone, lead=lead)

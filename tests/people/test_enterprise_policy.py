"""What the account of an enterprise may do: read what is public and its own, and act for its own key alone."""

from __future__ import annotations

import itertools

import pytest
from django.core.exceptions import ValidationError

from ecociv.people.models import User
from ecociv.people.policy import Action, Actor, OrganisationPolicy, Subject
from ecociv.people.roles import Role

ZONE, OWN, OTHER = "jingdezhen", "91360222MA0000001W", "91360222MA00000020"
POLICY = OrganisationPolicy()
ENTERPRISE = Actor(Role.ENTERPRISE, ZONE, OWN)


def may(
    action: Action,
    lead: tuple[str, ...] = (),
    roles: tuple[Role, ...] = (),
    actor: Actor = ENTERPRISE,
    **more: object,
) -> bool:
    subject = Subject(ZONE, frozenset(lead), bool(more.get("public", False)), frozenset(roles))
    return bool(POLICY.decide(actor, action, subject).ok)


def test_it_reads_what_is_public_and_its_own() -> None:
    assert may(Action.READ, public=True)
    assert may(Action.READ, (OWN,))
    assert not may(Action.READ)
    assert not may(Action.READ, (OTHER,))
    assert not may(Action.READ_HISTORY)


def test_it_trades_for_its_own_key_alone() -> None:
    assert may(Action.TRADE, (OWN,))
    assert may(Action.TRADE, (OWN,), (Role.ENTERPRISE,))
    assert not may(Action.TRADE, (OTHER,))
    # A declaration that gives trading to the role gives nobody another's account.
    assert not may(Action.TRADE, (OTHER,), (Role.ENTERPRISE,))


def test_bodies_and_declared_roles_trade_too_and_an_administrator_does_not() -> None:
    reserve = Actor(Role.DEPARTMENT_OFFICER, ZONE, "finance-bureau")
    assert may(Action.TRADE, ("finance-bureau",), actor=reserve)
    assert not may(Action.TRADE, (OWN,), actor=reserve)
    office = Actor(Role.LEADING_GROUP_OFFICE, ZONE)
    assert may(Action.TRADE, (OWN,), (Role.LEADING_GROUP_OFFICE,), actor=office)
    admin = Actor(Role.ADMINISTRATOR, ZONE)
    assert not may(Action.TRADE, (OWN,), (Role.ADMINISTRATOR,), actor=admin)


@pytest.mark.parametrize(
    ("actor", "word"),
    [
        (Actor(Role.ENTERPRISE, "another", OWN), "another-zone"),
        (Actor(Role.ENTERPRISE, ZONE, OWN, active=False), "account-closed"),
        (Actor(Role.ENTERPRISE, ZONE, ""), "not-your-enterprise"),
    ],
)
def test_the_zone_the_account_and_the_key_have_to_be_right(actor: Actor, word: str) -> None:
    # An account without a key does not meet a subject without one.
    for lead in ((OWN,), ("",), ()):
        verdict = POLICY.decide(actor, Action.TRADE, Subject(ZONE, frozenset(lead), public=False))
        assert not verdict.ok and verdict.codes == (word,)


def test_nothing_else_is_ever_allowed_without_its_key() -> None:
    """Whatever is asked, of whatever roles: what leads to another's key, or manages, is refused."""
    for action, roles in itertools.product(Action, ((), (Role.ENTERPRISE,), tuple(Role))):
        assert not may(action, (OTHER,), roles), (action, roles)
    for action in (
        Action.EDIT_PLAN,
        Action.MANAGE_ACCOUNTS,
        Action.MANAGE_REFERENCE,
        Action.RECORD_EVIDENCE,
        Action.REPORT_PROGRESS,
    ):
        assert not may(action, (OWN,), tuple(Role)), action


def test_an_account_names_a_code_that_holds() -> None:
    user = User(username="x", password="x", role=Role.ENTERPRISE.value, organisation=OWN.lower())
    user.clean()
    assert user.organisation == OWN
    for wrong in ("", "市环保局", OWN[:-1] + "X"):
        with pytest.raises(ValidationError):
            User(username="x", role=Role.ENTERPRISE.value, organisation=wrong).clean()

"""The table of rights, line by line: each right from both sides."""

from __future__ import annotations

import pytest

from ecociv.people.policy import Action, Actor, OrganisationPolicy, Subject
from ecociv.people.roles import Role

ZONE = "jingdezhen"
INTERNAL = Subject(ZONE, frozenset({"epb"}), public=False)
PUBLIC = Subject(ZONE, frozenset({"epb"}), public=True)

EDITS = [Action.REPORT_PROGRESS, Action.RECORD_EVIDENCE, Action.EDIT_PLAN, Action.MANAGE_REFERENCE, Action.MANAGE_ACCOUNTS]


def someone(role: Role, organisation: str = "") -> Actor:
    return Actor(role, ZONE, organisation)


def decide(actor: Actor, action: Action, subject: Subject = INTERNAL) -> tuple[bool | None, str]:
    verdict = OrganisationPolicy().decide(actor, action, subject)
    return verdict.ok, verdict.reasons[0].code


@pytest.mark.parametrize(
    ("role", "action", "allowed"),
    [
        (Role.VISITOR, Action.READ, False),
        (Role.DEPARTMENT_OFFICER, Action.READ, True),
        (Role.LEADING_GROUP_OFFICE, Action.READ, True),
        (Role.LEADER, Action.READ, True),
        (Role.AUDITOR, Action.READ, True),
        (Role.LEADING_GROUP_OFFICE, Action.REPORT_PROGRESS, True),
        (Role.LEADING_GROUP_OFFICE, Action.EDIT_PLAN, True),
        (Role.LEADING_GROUP_OFFICE, Action.MANAGE_ACCOUNTS, False),
        (Role.DEPARTMENT_OFFICER, Action.EDIT_PLAN, False),
        (Role.COUNTY_OFFICER, Action.EDIT_PLAN, False),
        (Role.AUDITOR, Action.READ_HISTORY, True),
        (Role.LEADER, Action.READ_HISTORY, True),
        (Role.VISITOR, Action.READ_HISTORY, False),
        (Role.ADMINISTRATOR, Action.MANAGE_REFERENCE, True),
        (Role.ADMINISTRATOR, Action.MANAGE_ACCOUNTS, True),
        (Role.ADMINISTRATOR, Action.REPORT_PROGRESS, False),
        (Role.ADMINISTRATOR, Action.EDIT_PLAN, False),
    ],
)
def test_the_table_of_rights(role: Role, action: Action, allowed: bool) -> None:
    assert decide(someone(role), action)[0] is allowed


@pytest.mark.parametrize("role", [Role.LEADER, Role.AUDITOR])
@pytest.mark.parametrize("action", EDITS)
def test_those_who_only_read_edit_nothing(role: Role, action: Action) -> None:
    """Not even where their own account names the leading body."""
    assert decide(someone(role, "epb"), action)[0] is False


@pytest.mark.parametrize("role", [Role.DEPARTMENT_OFFICER, Role.COUNTY_OFFICER])
@pytest.mark.parametrize("action", [Action.REPORT_PROGRESS, Action.RECORD_EVIDENCE])
def test_an_officer_acts_where_the_own_body_leads_and_nowhere_else(role: Role, action: Action) -> None:
    assert decide(someone(role, "epb"), action) == (True, "lead")
    assert decide(someone(role, "forestry"), action) == (False, "not-the-lead")
    assert decide(someone(role), action) == (False, "no-organisation")


def test_an_empty_body_is_not_the_lead_of_a_duty_without_lead() -> None:
    """"" is in no set of leads, even an empty or odd one."""
    leaderless = Subject(ZONE, frozenset({""}), public=False)
    assert decide(someone(Role.DEPARTMENT_OFFICER), Action.REPORT_PROGRESS, leaderless)[0] is False


def test_public_pages_are_open_to_everybody_and_closed_accounts_to_nobody() -> None:
    assert decide(Actor(), Action.READ, PUBLIC) == (True, "public")
    assert decide(Actor(Role.LEADING_GROUP_OFFICE, ZONE, active=False), Action.READ, INTERNAL)[1] == "account-closed"


def test_people_of_another_zone_stay_out_but_for_administrators() -> None:
    assert decide(Actor(Role.LEADING_GROUP_OFFICE, "fuzhou"), Action.EDIT_PLAN) == (False, "another-zone")
    assert decide(Actor(Role.ADMINISTRATOR, "fuzhou"), Action.MANAGE_ACCOUNTS)[0] is True


def test_a_lead_reads_its_own_history_only() -> None:
    assert decide(someone(Role.DEPARTMENT_OFFICER, "epb"), Action.READ_HISTORY)[0] is True
    assert decide(someone(Role.DEPARTMENT_OFFICER, "forestry"), Action.READ_HISTORY)[0] is False


def test_every_refusal_says_why_in_both_languages() -> None:
    for role in Role:
        for action in Action:
            verdict = OrganisationPolicy().decide(someone(role, "x"), action, INTERNAL)
            assert verdict.reasons
            assert all(reason.text.zh and reason.text.en for reason in verdict.reasons)
            # The visitor edits nothing whatever the action.
            if role is Role.VISITOR:
                assert verdict.ok is False

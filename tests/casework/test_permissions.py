"""Roles x moves x ownership, made from the declarations; what is expected is worked out by a small oracle."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from casework.conftest import ECOLOGY, ZONE
from ecociv.casework.declaration import CaseType
from ecociv.casework.load import load_case_types
from ecociv.casework.models import Case
from ecociv.casework.permissions import may_as, may_note, may_open, may_read, parts_played
from ecociv.people.models import User
from ecociv.people.roles import Role

TYPES = load_case_types(ZONE)
CASES = [(key, move) for key, each in TYPES.items() for move in each.transitions]
OWNERSHIP = ["party", "predecessor-party", "other-body", "no-body", "other-zone", "closed-account"]
OFFICERS = {Role.DEPARTMENT_OFFICER, Role.COUNTY_OFFICER}


def expected(case_type: CaseType, by: tuple[str, ...], role: Role, ownership: str) -> bool:
    """The rule in words: an open account of the zone, and either a role that the move names, or an officer of a body
    that plays a part that the move names. An enterprise plays no body's part. An administrator and a visitor never."""
    if ownership in {"other-zone", "closed-account"} or role in {Role.ADMINISTRATOR, Role.VISITOR}:
        return False
    named = [case_type.parts[part] for part in by]
    if any(part.role == role for part in named):
        return True
    return (
        role in OFFICERS
        and ownership in {"party", "predecessor-party"}
        and any(part.bodies is not None for part in named)
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("plan_in_database")
@pytest.mark.parametrize(("key", "move"), CASES, ids=["-".join(pair) for pair in CASES])
def test_who_may_take_which_move(key: str, move: str, user: Callable[..., User]) -> None:
    case_type = TYPES[key]
    by = case_type.transitions[move].by
    bodies = [part for part, each in case_type.parts.items() if each.bodies is not None]
    for role in Role:
        for ownership in OWNERSHIP:
            # 市环保局's duties went to the bureau of ecology in 2019: a log that names the old body gives rights to the new.
            held = "environmental-protection-bureau" if ownership == "predecessor-party" else ECOLOGY
            organisation = {"other-body": "finance-bureau", "no-body": ""}.get(ownership, ECOLOGY)
            person = user(
                role.value,
                organisation,
                zone="elsewhere" if ownership == "other-zone" else ZONE,
                is_active=ownership != "closed-account",
            )
            parties = dict.fromkeys(bodies, (held,))
            found = may_as(person, ZONE, case_type, by, parties, timezone.localdate()).ok
            assert found == expected(case_type, by, role, ownership), (role, ownership)


@pytest.mark.django_db
@pytest.mark.usefixtures("plan_in_database")
@pytest.mark.parametrize("key", sorted(TYPES))
def test_who_may_open(key: str, user: Callable[..., User]) -> None:
    case_type = TYPES[key]
    for role in Role:
        for organisation in ("", ECOLOGY):
            own = expected(case_type, case_type.open_by, role, "party" if organisation else "no-body")
            assert may_open(user(role.value, organisation), ZONE, case_type).ok == own, (role, organisation)


def test_parts_follow_the_successors_by_date(case: Case, user: Callable[..., User]) -> None:
    import datetime as dt

    old = user("department_officer", "environmental-protection-bureau")
    new = user("department_officer", ECOLOGY)
    case.parties.update(organisation="environmental-protection-bureau")
    # The duties moved on 1 January 2019.
    assert parts_played(old, case, day=dt.date(2018, 12, 31)) == {"responsible"}
    assert parts_played(new, case, day=dt.date(2018, 12, 31)) == frozenset()
    assert parts_played(old, case, day=dt.date(2019, 1, 1)) == frozenset()
    assert parts_played(new, case, day=dt.date(2019, 1, 1)) == {"responsible"}


@pytest.mark.parametrize(
    ("role", "organisation", "reads", "notes"),
    [
        ("visitor", "", False, False),
        ("department_officer", ECOLOGY, True, True),
        ("department_officer", "finance-bureau", False, False),
        ("county_officer", "finance-bureau", False, False),
        ("leading_group_office", "", True, True),
        ("leader", "", True, True),
        ("auditor", "", True, True),
        ("administrator", "", False, False),
    ],
)
def test_a_case_open_to_its_parties(
    case: Case, user: Callable[..., User], role: str, organisation: str, reads: bool, notes: bool
) -> None:
    from ecociv.casework.queries import cases_for

    Case.objects.update(visibility="parties")
    case.refresh_from_db()
    person = user(role, organisation)
    assert may_read(person, case).ok == reads
    assert cases_for(person, ZONE).exists() == reads
    assert may_note(person, case).ok == notes

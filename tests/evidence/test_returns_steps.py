"""From draft to lock and through a restatement: who may take which step, and what each leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from ecociv.evidence import queries as evidence
from ecociv.evidence.models import ReturnDraft, ReturnRevision, ReturnStep, StepKind
from ecociv.evidence.returns import queries
from ecociv.evidence.returns.actions import (
    AcceptReturn,
    BeginRestatement,
    DropRestatement,
    ReturnRefused,
    ReviewReturn,
    SavedMeanwhile,
    SaveDraft,
    SendBack,
    Subject,
    SubmitReturn,
    subject,
)
from ecociv.evidence.returns.actions.base import today
from ecociv.evidence.returns.chain import verify_returns
from ecociv.evidence.returns.drafts import Typed
from ecociv.people.append_only import removals, statements
from ecociv.people.models import AuditEntry, User
from ecociv.people.roles import Role
from evidence.returns_zone import ZONE, TrialDirectory, make_zone

pytestmark = pytest.mark.django_db
BODIES = TrialDirectory()


@pytest.fixture(autouse=True)
def zone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_zone(tmp_path / "zones")
    monkeypatch.setenv("ECOCIV_ZONES", str(tmp_path / "zones"))


def account(name: str, role: Role, organisation: str = "") -> User:
    return User.objects.create_user(name, password="x", role=role, zone=ZONE, organisation=organisation)


@pytest.fixture
def officer() -> User:
    return account("li", Role.DEPARTMENT_OFFICER, "water-new")


@pytest.fixture
def office() -> User:
    return account("wang", Role.LEADING_GROUP_OFFICE)


@pytest.fixture
def city() -> Subject:
    return subject(ZONE, "water", "trial-city", "2015", sample=False)


def typed(total: str, industry: str, other: str) -> dict[str, Typed]:
    return {"use.total": Typed(total), "use.industry": Typed(industry), "use.other": Typed(other)}


def fill(about: Subject, author: Any, *figures: str, **more: Any) -> ReturnDraft:
    more.setdefault("explanations", {})
    return SaveDraft(about, typed(*figures), author, directory=BODIES, **more).execute()


def accepted(about: Subject, officer: User, office: User, *figures: str) -> None:
    fill(about, officer, *figures)
    SubmitReturn(about, officer, BODIES).execute()
    ReviewReturn(about, office, BODIES).execute()
    AcceptReturn(about, office, BODIES).execute()


def test_a_return_walks_from_draft_to_lock(officer: User, office: User, city: Subject) -> None:
    accepted(city, officer, office, "100", "40", "60")
    of = city.on_record()
    assert of is not None
    assert [step.kind for step in queries.steps_of(of)] == [
        "opened",
        "submitted",
        "reviewed",
        "accepted",
        "locked",
    ]
    assert [step.actor_name for step in queries.steps_of(of)] == ["li", "li", "wang", "wang", "wang"]
    assert evidence.observations(["water/trial-city/use.total"])["water/trial-city/use.total"][0].value == 100
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"return.submit", "return.review", "return.accept"} <= actions
    lock = queries.lock_of(queries.obligation_of(city, today(), BODIES))
    assert lock is not None and lock.by == "wang"
    assert "not changed, only restated" in lock.rule.en
    assert "Water Resources Bureau" in lock.opens.en and "Reform Commission" in lock.opens.en


def test_nothing_of_a_draft_or_a_submission_is_evidence(officer: User, city: Subject) -> None:
    fill(city, officer, "100", "40", "60")
    SubmitReturn(city, officer, BODIES).execute()
    assert evidence.observations(["water/trial-city/use.total"]) == {}


@pytest.mark.parametrize(
    ("role", "organisation", "place", "may"),
    [
        (Role.DEPARTMENT_OFFICER, "water-new", "trial-city", True),
        (Role.DEPARTMENT_OFFICER, "water", "trial-city", False),  # its duties went to water-new in 2019
        (Role.DEPARTMENT_OFFICER, "water-new", "north", False),  # the county's own body fills for the county
        (Role.COUNTY_OFFICER, "north-gov", "north", True),
        (Role.COUNTY_OFFICER, "north-gov", "south", False),
        (Role.LEADING_GROUP_OFFICE, "", "south", True),
        (Role.LEADER, "", "trial-city", False),
        (Role.AUDITOR, "", "trial-city", False),
        (Role.ADMINISTRATOR, "", "trial-city", False),
    ],
)
def test_who_may_fill(role: Role, organisation: str, place: str, may: bool) -> None:
    about = subject(ZONE, "water", place, "2015", sample=False)
    user = account("somebody", role, organisation)
    if may:
        assert fill(about, user, "1", "1", "0").version == 1
    else:
        with pytest.raises(PermissionDenied):
            fill(about, user, "1", "1", "0")
        assert not ReturnStep.objects.exists()


def test_nobody_reviews_what_they_or_their_body_filled(officer: User, office: User) -> None:
    about = subject(ZONE, "water", "north", "2015", sample=False)
    fill(about, office, "100", "40", "60")
    SubmitReturn(about, office, BODIES).execute()
    with pytest.raises(PermissionDenied):
        ReviewReturn(about, office, BODIES).execute()
    with pytest.raises(PermissionDenied):
        ReviewReturn(about, officer, BODIES).execute()
    ReviewReturn(about, account("zhao", Role.DEPARTMENT_OFFICER, "reform"), BODIES).execute()


def test_the_reviewing_body_does_not_review_its_own_forms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evidence.returns_zone import STAFF

    make_zone(tmp_path / "zones", staff=STAFF.replace("body: 市委组织部", "body: 市发改委"))
    about = subject(ZONE, "staff", "trial-city", "2015-Q2", sample=False)
    one, two = (account(name, Role.DEPARTMENT_OFFICER, "reform") for name in ("one", "two"))
    SaveDraft(about, {"officials.all": Typed("7")}, one, {}, directory=BODIES).execute()
    SubmitReturn(about, one, BODIES).execute()
    with pytest.raises(PermissionDenied):
        ReviewReturn(about, two, BODIES).execute()
    ReviewReturn(about, account("wang", Role.LEADING_GROUP_OFFICE), BODIES).execute()


def test_a_submission_is_all_or_nothing_with_every_fault(officer: User, city: Subject) -> None:
    fill(city, officer, "100.123", "abc", "")
    with pytest.raises(ReturnRefused) as refused:
        SubmitReturn(city, officer, BODIES).execute()
    assert {each.code for each in refused.value.findings} == {"too-many-decimals", "no-number", "empty"}
    assert not ReturnRevision.objects.exists()
    draft = ReturnDraft.objects.get()
    assert draft.cells["use.industry"] == {"text": "abc"}  # the slip is kept for its author to see


def test_a_warning_needs_an_explanation(officer: User, office: User, city: Subject) -> None:
    """300,000 lies outside the plausible 0 to 200,000."""
    draft = fill(city, officer, "300000", "150000", "150000")
    with pytest.raises(ReturnRefused) as refused:
        SubmitReturn(city, officer, BODIES).execute()
    assert [each.key for each in refused.value.findings] == ["plausible:use.total"]
    fill(
        city,
        officer,
        "300000",
        "150000",
        "150000",
        explanations={"plausible:use.total": "含过境水量"},
        version=draft.version,
    )
    assert SubmitReturn(city, officer, BODIES).execute().explanations == {"plausible:use.total": "含过境水量"}


def test_two_people_do_not_overwrite_each_other(officer: User, city: Subject) -> None:
    colleague = account("sun", Role.DEPARTMENT_OFFICER, "water-new")
    first = fill(city, officer, "100", "40", "60")
    fill(city, colleague, "101", "41", "60", version=first.version)
    with pytest.raises(SavedMeanwhile, match="sun has just saved"):
        fill(city, officer, "102", "42", "60", version=first.version)
    with pytest.raises(SavedMeanwhile):
        fill(city, officer, "102", "42", "60", version=None)
    assert ReturnDraft.objects.get().cells["use.total"] == {"text": "101"}
    with pytest.raises(SavedMeanwhile):
        SubmitReturn(city, officer, BODIES, version=first.version).execute()


def test_sent_back_with_reasons_and_handed_in_again(officer: User, office: User, city: Subject) -> None:
    fill(city, officer, "100", "40", "60")
    SubmitReturn(city, officer, BODIES).execute()
    with pytest.raises(ReturnRefused, match="say why"):
        SendBack(city, office, BODIES, reason=" ").execute()
    SendBack(city, office, BODIES, reason="请核对工业用水").execute()
    with pytest.raises(ReturnRefused, match="sent back"):
        AcceptReturn(city, office, BODIES).execute()
    draft = ReturnDraft.objects.get()
    assert draft.cells["use.industry"] == {"text": "40"}
    fill(city, officer, "105", "45", "60", version=draft.version)
    assert SubmitReturn(city, officer, BODIES).execute().number == 2
    assert [each.kind for each in queries.steps_of(draft.of)] == [
        "opened",
        "submitted",
        "sent-back",
        "submitted",
    ]


def test_a_restatement_moves_only_what_changed(officer: User, office: User, city: Subject) -> None:
    accepted(city, officer, office, "100", "40", "60")
    with pytest.raises(ReturnRefused, match="locked"):
        fill(city, officer, "110", "50", "60")
    with pytest.raises(ReturnRefused, match="say why"):
        BeginRestatement(city, officer, "", BODIES).execute()
    draft = BeginRestatement(city, officer, "漏报一户", BODIES).execute()
    fill(city, officer, "110", "50", "60", version=draft.version, reason=draft.reason)
    SubmitReturn(city, officer, BODIES).execute()
    key = "water/trial-city/use.total"
    assert evidence.observations([key])[key][0].value == 100  # until it is accepted, the old figure stands
    before = queries.entries_of(queries.accepted_of(city))
    after = queries.entries_of(ReturnRevision.objects.get(number=2))
    assert queries.moved_series(city, before, after) == [key, "water/trial-city/use.industry"]
    ReviewReturn(city, office, BODIES).execute()
    AcceptReturn(city, office, BODIES).execute()
    found = evidence.observations([key, "water/trial-city/use.other"], all_revisions=True)
    assert [(each.value, each.revision) for each in found[key]] == [(100, 1), (110, 2)]
    assert len(found["water/trial-city/use.other"]) == 1
    first = ReturnStep.objects.filter(kind="locked").order_by("pk")[0]
    assert queries.accepted_of(city, as_of=first.at).number == 1  # type: ignore[union-attr]
    assert queries.accepted_of(city).number == 2  # type: ignore[union-attr]


def test_a_restatement_can_be_dropped(officer: User, office: User, city: Subject) -> None:
    accepted(city, officer, office, "100", "40", "60")
    BeginRestatement(city, officer, "也许有误", BODIES).execute()
    DropRestatement(city, officer, BODIES).execute()
    assert queries.obligation_of(city, today(), BODIES).state is StepKind.LOCKED
    assert not ReturnDraft.objects.exists()
    with pytest.raises(ReturnRefused):
        DropRestatement(city, officer, BODIES).execute()


def test_an_acceptance_that_was_cut_off_is_finished(
    officer: User, office: User, city: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ecociv.evidence.returns.actions import judging

    fill(city, officer, "100", "40", "60")
    SubmitReturn(city, officer, BODIES).execute()
    ReviewReturn(city, office, BODIES).execute()
    whole = judging.record

    def writes_and_dies(*args: Any, **more: Any) -> Any:
        whole(*args, **more)
        raise KeyboardInterrupt

    monkeypatch.setattr(judging, "record", writes_and_dies)
    with pytest.raises(KeyboardInterrupt):
        AcceptReturn(city, office, BODIES).execute()
    assert queries.obligation_of(city, today(), BODIES).state is StepKind.ACCEPTED
    monkeypatch.setattr(judging, "record", whole)
    AcceptReturn(city, office, BODIES).execute()
    found = evidence.observations(["water/trial-city/use.total"], all_revisions=True)
    assert len(found["water/trial-city/use.total"]) == 1
    assert [s.kind for s in queries.steps_of(city.on_record())][-2:] == ["accepted", "locked"]  # type: ignore[arg-type]


def _close(table: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements(connection.vendor, table):
            cursor.execute(statement)


def _open(table: str) -> None:
    with connection.cursor() as cursor:
        for statement in removals(connection.vendor, table):
            cursor.execute(statement)


@pytest.mark.parametrize(
    "table", ["evidence_returnrevision", "evidence_returnstep", "evidence_departmentalreturn"]
)
def test_the_database_itself_refuses_a_change(officer: User, office: User, city: Subject, table: str) -> None:
    accepted(city, officer, office, "100", "40", "60")
    _close(table)
    for sql in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id + 1000"):
        with pytest.raises(DatabaseError, match="added, never changed"), transaction.atomic():
            connection.cursor().execute(sql)


@pytest.mark.parametrize(
    ("tamper", "order"),
    [
        (lambda: ReturnRevision.objects.filter(order=2).update(cells={}), 2),
        (lambda: ReturnRevision.objects.filter(order=1).update(hash="0" * 64), 1),
        (lambda: ReturnRevision.objects.filter(order=2).update(order=9), 2),
        (lambda: ReturnRevision.objects.filter(order=3).update(body_name="别处"), 3),
    ],
)
def test_the_chain_names_its_first_break(
    officer: User, office: User, tamper: Callable[[], Any], order: int
) -> None:
    for year in ("2013", "2014", "2015"):
        about = subject(ZONE, "water", "trial-city", year, sample=False)
        fill(about, officer, "100", "40", "60")
        SubmitReturn(about, officer, BODIES).execute()
    assert verify_returns() is None
    for table in ("evidence_returnrevision",):
        _open(table)
    tamper()
    found = verify_returns()
    assert found is not None and (found.chain, found.order) == ("returns", order)
    assert found.to_json()["code"] in {"order-broken", "statement-altered", "seal-altered"}

"""Plan items in the database: loading, revising, reading as of a day, and that nothing is overwritten."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from ecociv.people import audit
from ecociv.people.append_only import statements
from ecociv.people.models import AuditEntry, User
from ecociv.people.recorded import AppendOnlyError
from ecociv.people.roles import Role
from ecociv.plan.actions import ItemChange, LoadZonePackage, PlanChangeRefused, RevisePlan
from ecociv.plan.models import ItemKind, PlanItemRevision, RevisionSource
from ecociv.plan.package import load_zone
from ecociv.plan.package.load import payload
from ecociv.plan.queries import (
    ZoneNotLoaded,
    changes_since,
    current_package,
    forget_packages,
    history,
    latest_revisions,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_packages() -> Any:
    forget_packages()
    yield
    forget_packages()


@pytest.fixture
def loaded() -> Any:
    return LoadZonePackage("jingdezhen").execute()


@pytest.fixture
def office(loaded: Any) -> User:
    return User.objects.create_user(
        "office", password="long enough 1", role=Role.LEADING_GROUP_OFFICE, zone="jingdezhen"
    )


def changed_task(number: int, **fields: Any) -> ItemChange:
    row = latest_revisions("jingdezhen").get(kind=ItemKind.TASK, key=str(number))
    return ItemChange(ItemKind.TASK, str(number), {**row.payload, **fields})


def test_loading_writes_each_item_once_and_a_second_run_writes_nothing(loaded: Any) -> None:
    package = load_zone("jingdezhen")
    items = 1 + len(package.organisations) + 49 + 176 + 53
    assert (loaded.added, loaded.revised, loaded.unchanged) == (items, (), 0)
    again = LoadZonePackage("jingdezhen").execute()
    assert (again.added, again.revised, again.unchanged) == (0, (), items)
    assert PlanItemRevision.objects.count() == items


def test_the_database_gives_the_same_package_as_the_files(loaded: Any) -> None:
    from_files, from_database = load_zone("jingdezhen"), current_package("jingdezhen")
    assert from_database.digest == from_files.digest
    assert from_database.summary() == from_files.summary()
    assert from_database.series("9")[1].target(2020) == from_files.series("9")[1].target(2020)


def test_a_zone_that_is_not_loaded_says_how_to_load_it() -> None:
    with pytest.raises(ZoneNotLoaded, match="ecociv zone load jingdezhen"):
        current_package("jingdezhen")


def test_a_revision_keeps_the_earlier_one_readable_as_of_its_day(office: User) -> None:
    before = current_package("jingdezhen").task(12)
    title = {"zh": "新的标题", "en": "A new title"}
    (revision,) = RevisePlan("jingdezhen", [changed_task(12, title=title)], office, "clearer title").execute()
    assert revision.revision == 2
    assert current_package("jingdezhen").task(12).title.zh == "新的标题"
    earlier = current_package("jingdezhen", as_of=revision.recorded_at - dt.timedelta(microseconds=1))
    assert earlier.task(12).title == before.title
    assert [row.revision for row in history("jingdezhen", "task", "12")] == [2, 1]
    assert [row.pk for row in changes_since("jingdezhen", revision.recorded_at)] == [revision.pk]
    entry = AuditEntry.objects.latest("pk")
    assert (entry.actor_id, entry.subject_key, entry.reason) == (office.pk, "12", "clearer title")
    assert audit.verify() is None


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in (Role.LEADING_GROUP_OFFICE, Role.VISITOR)]
)
def test_only_the_office_revises_the_plan(loaded: Any, role: Role) -> None:
    person = User(username="somebody", role=role, zone="jingdezhen", organisation="water-affairs-bureau")
    person.set_password("long enough 1")
    person.save()
    with pytest.raises(PermissionDenied):
        RevisePlan("jingdezhen", [changed_task(12, due=2019)], person, "because").execute()
    assert PlanItemRevision.objects.filter(revision=2).count() == 0


def test_the_office_of_another_zone_does_not(loaded: Any) -> None:
    stranger = User.objects.create_user(
        "stranger", password="long enough 1", role=Role.LEADING_GROUP_OFFICE, zone="atlantis"
    )
    with pytest.raises(PermissionDenied):
        RevisePlan("jingdezhen", [changed_task(12, due=2019)], stranger, "because").execute()


def test_a_change_that_breaks_the_plan_is_refused_whole(office: User) -> None:
    good = changed_task(12, due=2019)
    bad = changed_task(13, lead=["市火星局"])
    worse = changed_task(14, due="next year")
    with pytest.raises(PlanChangeRefused) as refused:
        RevisePlan("jingdezhen", [good, bad], office, "because").execute()
    assert any("市火星局" in problem for problem in refused.value.problems)
    with pytest.raises(PlanChangeRefused, match="task:14"):
        RevisePlan("jingdezhen", [good, worse], office, "because").execute()
    assert PlanItemRevision.objects.filter(revision=2).count() == 0


def test_a_change_needs_a_reason_and_a_change_to_nothing_is_none(office: User) -> None:
    with pytest.raises(PlanChangeRefused, match="reason"):
        RevisePlan("jingdezhen", [changed_task(12, due=2019)], office, "  ").execute()
    with pytest.raises(PlanChangeRefused, match="nothing"):
        RevisePlan("jingdezhen", [], office, "because").execute()
    assert RevisePlan("jingdezhen", [changed_task(12)], office, "because").execute() == []


def test_what_people_edited_survives_a_new_version_of_the_package(
    office: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    RevisePlan("jingdezhen", [changed_task(12, due=2019)], office, "the province moved the date").execute()
    unchanged = LoadZonePackage("jingdezhen").execute()
    assert not unchanged.changed and not unchanged.kept
    package = load_zone("jingdezhen")
    new_task = type(package.tasks[0]).model_validate({**payload(package.task(12)), "start": 2016})
    newer = type(package)(
        package.zone,
        package.organisations,
        package.indicators,
        [new_task if t.number == 12 else t for t in package.tasks],
        package.projects,
    )
    monkeypatch.setattr("ecociv.plan.actions.load_zone", lambda key: newer)
    kept = LoadZonePackage("jingdezhen").execute()
    assert kept.kept == ("task:12",) and not kept.changed
    replaced = LoadZonePackage("jingdezhen", replace_edited=True).execute()
    assert replaced.revised == ("task:12",)
    assert current_package("jingdezhen").task(12).start.year == 2016  # type: ignore[union-attr]
    sources = [row.source for row in history("jingdezhen", "task", "12")]
    assert sources == [RevisionSource.PACKAGE, RevisionSource.PAGE, RevisionSource.PACKAGE]


def test_a_revision_is_never_changed_or_deleted(loaded: Any) -> None:
    row = PlanItemRevision.objects.first()
    assert row is not None
    with pytest.raises(AppendOnlyError):
        row.save()
    with pytest.raises(AppendOnlyError):
        row.delete()
    with connection.cursor() as cursor:
        for closing in statements(connection.vendor, "plan_planitemrevision"):  # the test database is opened for clean-up
            cursor.execute(closing)
    for statement in ("UPDATE plan_planitemrevision SET reason = 'x'", "DELETE FROM plan_planitemrevision"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert PlanItemRevision.objects.filter(reason="x").count() == 0

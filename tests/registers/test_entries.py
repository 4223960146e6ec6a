"""Entering, revising and moving, read on any day and as known at any moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from ecociv.core.missing import Missing
from ecociv.people import audit
from ecociv.people.models import User
from ecociv.people.recorded import AppendOnlyError
from ecociv.registers.actions import ChangeState, EntryRefused, RegisterEntry, ReviseEntry
from ecociv.registers.models import EntryRevision
from ecociv.registers.queries import entries, entry, history, readable, referring
from registers.situations import FACTORY, NAMES, OTHER, PERMIT, ZONE, permit_values

PERMITS = "discharge-permit"


def enter_factory(author: object, **more: object) -> EntryRevision:
    return RegisterEntry(
        zone=ZONE, kind="enterprise", key=FACTORY, author=author, values={**NAMES, **more}
    ).execute()


def test_values_come_back_as_what_they_are(permit: str) -> None:
    found = entry(ZONE, PERMITS, permit)
    assert found is not None
    # Exact decimals by the keys of the pollutants, days as days, choices by key.
    assert found.values["permitted"] == {"cod": Decimal("12000"), "ammonia-nitrogen": Decimal("800")}
    assert found.values["valid-to-day"] == dt.date(2019, 12, 31)
    assert found.values["management"] == "key"
    assert found.shown("permitted", "zh") == "化学需氧量=12000; 氨氮=800"
    assert found.holder == FACTORY


def test_a_reason_for_nothing_is_kept_and_is_not_zero(user: Callable[..., User]) -> None:
    enter_factory(user(), **{"sensitive-distance": "不适用"})
    found = entry(ZONE, "enterprise", FACTORY)
    assert found is not None
    assert found.values["sensitive-distance"] is Missing.NOT_APPLICABLE
    assert "key-unit" not in found.values


@pytest.mark.parametrize(
    ("changed", "field", "word"),
    [
        ({"holder": OTHER}, "holder", "enter it first"),
        ({"permitted": "化学需氧量=-1"}, "permitted", "less than 0"),
        ({"permitted": "COD=1; COD=2"}, "permitted", "occurs twice"),
        ({"permitted": "汞=1"}, "permitted", "no choice"),
        ({"management": "strict"}, "management", "no choice"),
        ({"valid-to-day": "2016-12-31"}, "valid-to-day", "before it begins"),
        ({"valid-to-day": "31 Dec"}, "valid-to-day", "no day"),
        ({"site": ""}, "site", "Give the site"),
        ({"colour": "red"}, "colour", "no field"),
    ],
)
def test_a_fault_names_its_field_and_nothing_is_recorded(
    factory: str, changed: dict[str, str], field: str, word: str
) -> None:
    with pytest.raises(EntryRefused) as refused:
        RegisterEntry(
            zone=ZONE, kind=PERMITS, key=PERMIT, author="test", values=permit_values(**changed)
        ).execute()
    assert [one.field for one in refused.value.faults] == [field]
    assert word in str(refused.value)
    assert entry(ZONE, PERMITS, PERMIT) is None


def test_every_fault_is_said_at_once(factory: str) -> None:
    with pytest.raises(EntryRefused) as refused:
        RegisterEntry(zone=ZONE, kind=PERMITS, key="123", author="test", values={"holder": factory}).execute()
    assert {one.field for one in refused.value.faults} == {
        "key",
        "site",
        "management",
        "permitted",
        "valid-from-day",
        "valid-to-day",
    }


def test_a_key_is_used_once_and_written_in_one_way(user: Callable[..., User]) -> None:
    enter_factory(user())
    with pytest.raises(EntryRefused, match="on record already"):
        RegisterEntry(
            zone=ZONE, kind="enterprise", key=FACTORY.lower(), author="test", values=NAMES
        ).execute()


def test_only_the_keepers_enter(user: Callable[..., User]) -> None:
    for role, body in [
        ("department_officer", "forestry-bureau"),
        ("leader", ""),
        ("administrator", ""),
        ("enterprise", FACTORY),
        ("visitor", ""),
    ]:
        with pytest.raises(PermissionDenied):
            enter_factory(user(role, body))
    enter_factory(user("department_officer", "ecology-and-environment-bureau"))
    assert audit.verify() is None


def test_a_revision_changes_what_it_names_from_its_day_on(permit: str) -> None:
    ReviseEntry(
        zone=ZONE,
        kind=PERMITS,
        key=permit,
        author="test",
        on=dt.date(2018, 7, 1),
        changes={"permitted": "COD=9000; NH3-N=800"},
        reason="减量",
    ).execute()
    before, after = (
        entry(ZONE, PERMITS, permit, dt.date(2018, 6, 30)),
        entry(ZONE, PERMITS, permit, dt.date(2018, 7, 1)),
    )
    assert before is not None and after is not None
    assert before.values["permitted"]["cod"] == 12000  # type: ignore[index]
    assert after.values["permitted"]["cod"] == 9000  # type: ignore[index]
    assert after.values["site"] == before.values["site"]
    assert entry(ZONE, PERMITS, permit, dt.date(2016, 12, 31)) is None


def test_a_correction_reaches_on_until_the_field_was_changed(permit: str) -> None:
    def revise(day: dt.date, **changes: str) -> None:
        ReviseEntry(
            zone=ZONE, kind=PERMITS, key=permit, author="test", on=day, changes=changes, reason="更正"
        ).execute()

    revise(dt.date(2018, 1, 1), site="二厂")
    known = timezone.now()
    # The name was wrong from the beginning, and the receiving water was never entered.
    revise(dt.date(2017, 1, 1), site="甲厂", **{"receiving-water": "昌江"})

    def said(day: dt.date, as_of: dt.datetime | None = None) -> tuple[object, object]:
        found = entry(ZONE, PERMITS, permit, day, as_of)
        assert found is not None
        return found.values["site"], found.values.get("receiving-water")

    assert said(dt.date(2017, 6, 1)) == ("甲厂", "昌江")
    assert said(dt.date(2018, 6, 1)) == ("二厂", "昌江")
    assert said(dt.date(2017, 6, 1), known) == ("甲陶瓷一厂", None)
    # Two stretches were written again: 1 + 1 + 2 revisions, none of them lost.
    assert [row.revision for row in history(ZONE, PERMITS, permit)] == [4, 3, 2, 1]


def test_moves_follow_the_declared_life_cycle(permit: str, user: Callable[..., User]) -> None:
    def move(to: str, **more: object) -> None:
        ChangeState(
            **{  # type: ignore[arg-type]
                "zone": ZONE,
                "kind": PERMITS,
                "key": permit,
                "author": user(),
                "on": dt.date(2017, 3, 1),
                "to": to,
                "document": "环许1号",
                **more,
            }
        ).execute()

    with pytest.raises(EntryRefused, match="it can go to: Issued, Cancelled"):
        move("revoked")
    with pytest.raises(EntryRefused, match="document"):
        move("issued", document="")
    with pytest.raises(PermissionDenied):
        move("issued", author=user("department_officer", "forestry-bureau"))
    move("issued")
    with pytest.raises(EntryRefused, match="lies before"):
        move("suspended", on=dt.date(2017, 2, 28))
    move("suspended", on=dt.date(2018, 1, 1))
    for day, state, in_force in [
        (dt.date(2017, 2, 28), "applied", False),
        (dt.date(2017, 3, 1), "issued", True),
        (dt.date(2017, 12, 31), "issued", True),
        (dt.date(2018, 1, 1), "suspended", False),
    ]:
        found = entry(ZONE, PERMITS, permit, day)
        assert found is not None
        assert (found.state, found.in_force) == (state, in_force)
    assert [one.key for one in entries(ZONE, PERMITS, dt.date(2017, 6, 1), state="issued")] == [permit]
    assert entries(ZONE, PERMITS, dt.date(2017, 6, 1), state="applied") == []


def test_the_term_ends_on_its_last_day(permit: str) -> None:
    ChangeState(
        zone=ZONE, kind=PERMITS, key=permit, author="test", on=dt.date(2017, 1, 1), to="issued", document="x"
    ).execute()
    last = entry(ZONE, PERMITS, permit, dt.date(2019, 12, 31))
    after = entry(ZONE, PERMITS, permit, dt.date(2020, 1, 1))
    assert last is not None and after is not None
    assert (last.in_force, after.in_force) == (True, False)


def test_whoever_decided_on_an_older_revision_is_told(permit: str) -> None:
    def revise(site: str) -> None:
        ReviseEntry(
            zone=ZONE, kind=PERMITS, key=permit, author="test", seen=1, changes={"site": site}, reason="x"
        ).execute()

    revise("二厂")
    with pytest.raises(EntryRefused, match="There is revision 2 by now"):
        revise("三厂")


def test_visitors_and_other_enterprises_read_the_open_fields_alone(
    factory: str, user: Callable[..., User]
) -> None:
    found = entries(ZONE, "enterprise")
    own, other, officer = user("enterprise", FACTORY), user("enterprise", OTHER), user("leader", "")
    assert readable(own, found)[0].values["contact"] == "某人"
    assert readable(officer, found)[0].author_name == "test"
    for reader in (other, None):
        seen = readable(reader, found)[0]
        assert "contact" not in seen.values and "contact" not in seen.content
        assert seen.author_name == seen.document == ""


def test_what_refers_to_an_entry_is_found(permit: str) -> None:
    assert [one.key for one in referring(ZONE, "enterprise", FACTORY)] == [permit]


def test_rows_stay_as_they_were_recorded(factory: str) -> None:
    row = EntryRevision.objects.get()
    row.state = "closed"
    with pytest.raises(AppendOnlyError):
        row.save()
    with pytest.raises(AppendOnlyError):
        row.delete()


def test_the_database_keeps_them_too(factory: str) -> None:
    from ecociv.people.append_only import removals, statements

    table = EntryRevision._meta.db_table
    with connection.cursor() as cursor:
        for statement in statements(connection.vendor, table):
            cursor.execute(statement)
        try:
            with pytest.raises(DatabaseError), transaction.atomic():
                EntryRevision.objects.update(state="closed")
        finally:
            for statement in removals(connection.vendor, table)[
                : 1 if connection.vendor == "postgresql" else 0
            ]:
                cursor.execute(statement)

"""The record of changes: sealed entry by entry, never changed."""

from __future__ import annotations

import threading

import pytest
from django.db import DatabaseError, connection, transaction

from ecociv.people import audit
from ecociv.people.append_only import removals, statements
from ecociv.people.models import AuditEntry, NeverChanged, User

pytestmark = pytest.mark.django_db


def write(key: str = "9", **fields: object) -> AuditEntry:
    return audit.record(
        actor="import", action="edit", subject_kind="task", subject_key=key, zone="jingdezhen", **fields  # type: ignore[arg-type]
    )


def test_an_entry_keeps_who_what_and_both_digests() -> None:
    officer = User.objects.create(username="wang", display_name="王工", role="department_officer", organisation="epb")
    entry = audit.record(
        actor=officer, action="report", subject_kind="task", subject_key="9", before=None, after={"done": 1}, reason="月报"
    )
    assert (entry.actor, entry.actor_name, entry.actor_organisation) == (officer, "王工", "epb")
    assert entry.before_digest == "" and len(entry.after_digest) == 64
    # What the digest covers is the content, not the order of its keys.
    assert audit.digest_of({"b": 2, "a": 1}) == audit.digest_of({"a": 1, "b": 2})
    assert audit.digest_of({"a": 1}) != audit.digest_of({"a": 2})


def test_the_name_stays_as_it_was_on_that_day() -> None:
    officer = User.objects.create(username="wang", display_name="王工")
    entry = audit.record(actor=officer, action="report", subject_kind="task", subject_key="9")
    officer.display_name = "王局"
    officer.save()
    entry.refresh_from_db()
    assert entry.actor_name == "王工"


def test_no_way_through_the_models_changes_an_entry() -> None:
    entry = write()
    with pytest.raises(NeverChanged, match="only added to"):
        entry.save()
    with pytest.raises(NeverChanged):
        entry.delete()
    with pytest.raises(NeverChanged):
        AuditEntry.objects.filter(pk=entry.pk).update(reason="other")
    with pytest.raises(NeverChanged):
        AuditEntry.objects.all().delete()
    with pytest.raises(NeverChanged):
        AuditEntry.objects.bulk_create([AuditEntry(subject_key="x")])


@pytest.mark.parametrize("change", ["UPDATE people_auditentry SET reason = 'x'", "DELETE FROM people_auditentry"])
def test_the_database_refuses_too(change: str) -> None:
    write()
    with connection.cursor() as cursor:
        for statement in statements(connection.vendor, "people_auditentry"):
            cursor.execute(statement)
        try:
            with pytest.raises(DatabaseError, match="never changed or removed"), transaction.atomic():
                cursor.execute(change)
            # Adding is still possible.
            write("10")
        finally:
            for statement in removals(connection.vendor, "people_auditentry"):
                cursor.execute(statement)
    assert AuditEntry.objects.count() == 2


def test_the_chain_holds_and_says_where_it_was_broken() -> None:
    """Whoever has the right to drop the trigger still leaves a broken chain behind."""
    first, second, third = write("1"), write("2"), write("3")
    assert audit.verify() is None
    with connection.cursor() as cursor:
        for statement in removals(connection.vendor, "people_auditentry"):
            cursor.execute(statement)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_auditentry SET reason = 'better' WHERE id = %s", [second.pk])
    broken = audit.verify()
    assert broken is not None and broken.entry == second.pk and "altered" in broken.message
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_auditentry SET reason = '' WHERE id = %s", [second.pk])
        assert audit.verify() is None
        cursor.execute("DELETE FROM people_auditentry WHERE id = %s", [second.pk])
    broken = audit.verify()
    assert broken is not None and broken.entry == third.pk and "taken out" in broken.message
    assert first.pk < second.pk


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_time_make_one_chain() -> None:
    """Four threads, five entries each: 20 entries, no fork."""
    errors: list[Exception] = []

    def worker(name: str) -> None:
        try:
            for number in range(5):
                write(f"{name}{number}")
        except DatabaseError as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=worker, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert AuditEntry.objects.count() == 20
    assert audit.verify() is None

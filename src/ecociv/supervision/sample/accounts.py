"""The sample accounts in whose name sample data is put on record."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from ecociv.people.models import User
from ecociv.plan.package import Task, ZonePackage
from ecociv.supervision.parts import leads_on

ACCOUNTS = ("department", "county", "office", "leader", "auditor")


def sample_accounts(zone: str) -> dict[str, User]:
    """The sample accounts of a zone by name; empty unless all of them are there."""
    found = {user.username: user for user in User.objects.filter(zone=zone, username__in=ACCOUNTS)}
    return found if set(found) == set(ACCOUNTS) else {}


def tasks_led(user: User, package: ZonePackage, day: dt.date) -> list[Task]:
    """The tasks that the user's body leads on a day, in the order of the plan."""
    return [
        task
        for task in package.tasks
        if user.organisation in {body.key for body in leads_on(task, package, day)}
    ]


def body_of(user: User, package: ZonePackage) -> str:
    """The user's body; for the office, the body that the leading group's office sits in."""
    return user.organisation or package.resolve(package.zone.leading_group_office).key


def at(day: dt.date, hour: int = 9) -> dt.datetime:
    """An hour of a day by the server's clock, and never ahead of now."""
    return min(timezone.make_aware(dt.datetime.combine(day, dt.time(hour))), timezone.now())

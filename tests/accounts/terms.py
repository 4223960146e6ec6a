"""A county's term to be audited: the generated returns as figures, an official with a post, accounts of those who act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from accounts.situations import ZONE, sample_figures
from ecociv.accounts import queries
from ecociv.people.models import User
from ecociv.supervision.responsibility.actions import PostDraft, RecordOfficial, RecordPost
from ecociv.supervision.responsibility.models import Official

FIRST, LAST = dt.date(2013, 1, 15), dt.date(2017, 6, 30)
COUNTY = "fuliang-county"


@contextmanager
def sample_returns() -> Iterator[None]:
    """The accounts read the generated returns of the sample zone; sections and layers have nothing."""
    queries._sheet.cache_clear()
    with mock.patch.object(queries, "read_figures", lambda zone, as_of: sample_figures()):
        yield
    queries._sheet.cache_clear()


def person(username: str, role: str, organisation: str = "") -> User:
    """An account."""
    return User.objects.create(
        username=username, display_name=username, role=role, organisation=organisation, zone=ZONE
    )


def magistrate(office: User) -> Official:
    """The head of a county from 2013 to the middle of 2017."""
    official = RecordOfficial(ZONE, "王五", "", office).execute()
    post = PostDraft(COUNTY, "县长", FIRST, LAST, "任字1号", without_document="档案未移交")
    RecordPost(official, post, office).execute()
    return official

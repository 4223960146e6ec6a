"""What pages of the markets are tested with: an exchange of its own for each test, an open day, and who is logged in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from ecociv.people.models import User
from ecociv.people.roles import Role
from portal.market_day import KILN, POWER, ZONE, fresh_journal, open_market

Member = Callable[..., Client]


@pytest.fixture
def own_exchange() -> Iterator[None]:
    """Nothing that another test sent to the exchange is remembered."""
    with fresh_journal():
        yield


@pytest.fixture
def open_day(db: None, own_exchange: None) -> None:
    """A market with two enterprises, open, nothing traded."""
    open_market()


@pytest.fixture
def member(db: None) -> Member:
    """Makes a browser in which an account of a body is logged in."""

    def make(organisation: str, role: str = "enterprise") -> Client:
        user, _ = User.objects.get_or_create(
            username=f"{role}-{organisation}", role=Role(role).value, organisation=organisation, zone=ZONE
        )
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def kiln(member: Member) -> Client:
    """The browser of the kiln."""
    return member(KILN)


@pytest.fixture
def power(member: Member) -> Client:
    """The browser of the power plant."""
    return member(POWER)

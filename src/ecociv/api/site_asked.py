"""What a program asks about a site, read from JSON members: the same for the REST resource and the OGC process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from ecociv.api.access import Caller
from ecociv.api.problems import Problem
from ecociv.people.tokens import Scope
from ecociv.territory.models import SiteCheck
from ecociv.territory.site_check.actions import SiteRequest

LONGEST = 200


@dataclass(frozen=True, slots=True)
class SiteAsked:
    """A site request with the name of the project and the moment of knowledge."""

    request: SiteRequest
    title: str
    as_of: dt.datetime | None


def site_asked(said: dict[str, Any], wrong: Callable[[str], Problem]) -> SiteAsked:
    """Read the members of a site request.

    Parameters
    ----------
    said
        ``geometry`` and ``purpose`` are known to be there.
    wrong
        The problem for a member that is not written as it should be, by its name.

    Raises
    ------
    Problem
        Of ``wrong``.
    """
    members = _Members(said, wrong)
    request = SiteRequest(
        geometry=said["geometry"],
        purpose=members.text("purpose"),
        on=members.day("on") or timezone.localdate(),
        crs=members.text("crs"),
        repair=said.get("repair") is True,
        yes=members.texts("has"),
        no=members.texts("lacks"),
        documents=members.by_name("documents"),
    )
    return SiteAsked(request, members.text("title"), members.moment("as_of"))


def recorded(check: SiteCheck) -> dict[str, Any]:
    """A check on record as JSON values: its number, digest and time, then its result."""
    return {
        "number": check.number,
        "reference": check.reference,
        "digest": check.digest,
        "recorded_at": check.recorded_at.isoformat(),
        "withheld": check.withheld,
        **check.result,
    }


def require_read_scope(caller: Caller) -> None:
    """Refuse a token that may not read evidence.

    Raises
    ------
    Problem
        403.
    """
    if caller.token is not None and Scope.READ.value not in caller.token.scopes:
        raise Problem(
            403,
            "Forbidden",
            "该令牌没有evidence:read权限。",
            "This token does not have the scope evidence:read.",
        )


@dataclass(frozen=True, slots=True)
class _Members:
    said: dict[str, Any]
    wrong: Callable[[str], Problem]

    def text(self, name: str) -> str:
        value = self.said.get(name, "")
        if not isinstance(value, str) or "\x00" in value or len(value) > LONGEST:
            raise self.wrong(name)
        return value

    def texts(self, name: str) -> list[str]:
        value = self.said.get(name, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self.wrong(name)
        return value

    def by_name(self, name: str) -> dict[str, str]:
        value = self.said.get(name, {})
        if not isinstance(value, dict) or not all(
            isinstance(each, str) and "\x00" not in each for each in value.values()
        ):
            raise self.wrong(name)
        return value

    def day(self, name: str) -> dt.date | None:
        if self.said.get(name) is None:
            return None
        try:
            return dt.date.fromisoformat(self.said[name])
        except (TypeError, ValueError) as error:
            raise self.wrong(name) from error

    def moment(self, name: str) -> dt.datetime | None:
        if self.said.get(name) is None:
            return None
        try:
            found = dt.datetime.fromisoformat(self.said[name])
        except (TypeError, ValueError) as error:
            raise self.wrong(name) from error
        return timezone.make_aware(found) if timezone.is_naive(found) else found

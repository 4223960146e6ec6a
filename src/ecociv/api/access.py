"""Who asks, what they see, and what they may send."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from ecociv.api.leads import Lead, lead_on
from ecociv.api.problems import Problem
from ecociv.evidence.disclosure import public_places
from ecociv.evidence.models import ObservedProperty, Place, Sensor, Series
from ecociv.people.addresses import client_address
from ecociv.people.models import AccessToken
from ecociv.people.permissions import allowed, decide
from ecociv.people.policy import Action
from ecociv.people.tokens import Scope, token_of

WRONG_TOKENS = 20
"""Wrong tokens from one address before it is put off."""
COOL_OFF = 15 * 60
"""Seconds for which they count."""

_Served = TypeVar("_Served", Sensor, ObservedProperty)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody at the interfaces: a token's account, a person who is logged in, or anyone."""

    user: Any
    token: AccessToken | None = None
    _leads: dict[str, Lead | None] = field(default_factory=dict, init=False, compare=False, repr=False)

    def series(self) -> QuerySet[Series]:
        """The series that the caller may read."""
        return self._narrowed(self.disclosed(), "place__key", "network")

    def disclosed(self) -> QuerySet[Series]:
        """The series whose being there is no secret to the caller, whether its token reaches them or not."""
        found = Series.objects.select_related("place", "property", "sensor")
        return found if self._reads_all() else found.filter(public_places("place__"))

    def places(self) -> QuerySet[Place]:
        """The places that the caller may read."""
        found = Place.objects.all()
        if not self._reads_all():
            found = found.filter(public_places())
        if self.token is not None and self.token.places:
            found = found.filter(key__in=self.token.places)
        return found

    def sensors(self) -> QuerySet[Sensor]:
        """The instruments and methods that the caller may read.

        What a token is narrowed to does not matter here: an instrument in use elsewhere can be named for a new series.
        """
        return self._serving(Sensor.objects.all(), "sensor")

    def properties(self) -> QuerySet[ObservedProperty]:
        """The observed properties that the caller may read."""
        return self._serving(ObservedProperty.objects.all(), "property")

    def refusal(self, series: Series) -> Problem | None:
        """Why the caller may not send readings of a series; none when it may."""
        return self.refusal_for(series.organisation, series.network, series.place.key)

    def refusal_for(self, organisation: str, network: str, place: str) -> Problem | None:
        """Why the caller may not record for a body at a place; none when it may."""
        if self.token is None:
            return Problem(
                401,
                "Unauthorized",
                "写入数据需要访问令牌：Authorization: Bearer …（在“我的账号”中生成）。",
                "Sending data needs an access token: Authorization: Bearer … (made under “My account”).",
                headers={"WWW-Authenticate": 'Bearer realm="ecociv"'},
            )
        if Scope.WRITE.value not in self.token.scopes:
            return Problem(
                403,
                "Forbidden",
                "该令牌没有evidence:write权限。",
                "This token does not have the scope evidence:write.",
            )
        if (self.token.networks and network not in self.token.networks) or (
            self.token.places and place not in self.token.places
        ):
            return Problem(
                403,
                "Forbidden",
                "该令牌不包括监测网{network}的地点{place}。",
                "This token does not reach the place {place} of the network {network}.",
                network=network,
                place=place,
            )
        lead = self._lead(organisation)
        verdict = decide(
            self.user, Action.RECORD_EVIDENCE, zone=settings.ECOCIV_ZONE, lead={lead.key} if lead else ()
        )
        if verdict.ok:
            return None
        if lead is not None and "not-the-lead" in verdict.codes:
            return Problem(
                403,
                "Forbidden",
                "这些数据由牵头单位{zh}或领导小组办公室报送。",
                "These data are sent by the body that leads them, or by the office of the leading group. The lead is {en}.",
                zh=lead.name.zh,
                en=lead.name.en,
            )
        problem = Problem(403, "Forbidden", "-", "-")
        problem.text = verdict.reasons[0].text
        return problem

    def _lead(self, organisation: str) -> Lead | None:
        if organisation not in self._leads:
            self._leads[organisation] = lead_on(settings.ECOCIV_ZONE, organisation, timezone.localdate())
        return self._leads[organisation]

    def _reads_all(self) -> bool:
        if self.token is not None and Scope.READ.value not in self.token.scopes:
            return False
        return allowed(self.user, Action.READ, zone=settings.ECOCIV_ZONE, public=False)

    def _serving(self, found: QuerySet[_Served], relation: str) -> QuerySet[_Served]:
        if self._reads_all():
            return found
        its = Series.objects.filter(**{relation: OuterRef("pk")})
        return found.filter(Exists(its.filter(public_places("place__"))) | ~Exists(its))

    def _narrowed(self, found: QuerySet[Series], place: str, network: str) -> QuerySet[Series]:
        if self.token is None:
            return found
        if self.token.networks:
            found = found.filter(**{f"{network}__in": self.token.networks})
        if self.token.places:
            found = found.filter(**{f"{place}__in": self.token.places})
        return found


def caller_of(request: HttpRequest) -> Caller:
    """Who asks.

    A token comes as ``Authorization: Bearer TOKEN``, or as the password of ``Basic`` for clients that know no other.
    A session counts for reading alone, so that no page elsewhere can send data with a reader's cookie.

    Raises
    ------
    Problem
        401 for a token that opens nothing; 429 after many of these from one address.
    """
    header = request.headers.get("Authorization", "")
    if not header:
        return Caller(getattr(request, "user", AnonymousUser()))
    where = f"api-wrong-token:{client_address(request)}"
    if int(cache.get(where, 0)) >= WRONG_TOKENS:
        raise Problem(
            429,
            "TooManyRequests",
            "该地址多次使用无效令牌，请在{minutes}分钟后再试。",
            "Too many wrong tokens came from this address; try again in {minutes} minutes.",
            headers={"Retry-After": str(COOL_OFF)},
            minutes=COOL_OFF // 60,
        )
    token = token_of(_secret(header))
    if token is None:
        cache.add(where, 0, COOL_OFF)
        try:
            cache.incr(where)
        except ValueError:  # it has just run out
            cache.set(where, 1, COOL_OFF)
        raise Problem(
            401,
            "Unauthorized",
            "令牌无效、已到期或已停用。请在“我的账号”中重新生成。",
            "The token is wrong, has expired or was revoked. Make a new one under “My account”.",
            headers={"WWW-Authenticate": 'Bearer realm="ecociv"'},
        )
    return Caller(token.user, token)


def sender_of(request: HttpRequest) -> Caller:
    """Who sends: a caller with a token.

    Raises
    ------
    Problem
        401 without one, besides what :func:`caller_of` raises.
    """
    caller = caller_of(request)
    if caller.token is None:
        raise caller.refusal_for("", "", "") or Problem(401, "Unauthorized", "请使用令牌。", "Use a token.")
    return caller


def _secret(header: str) -> str:
    kind, _, rest = header.partition(" ")
    if kind.lower() == "bearer":
        return rest.strip()
    if kind.lower() == "basic":
        try:
            return base64.b64decode(rest.strip(), validate=True).decode("utf-8").partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""

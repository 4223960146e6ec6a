"""Making, using and revoking access tokens."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from ecociv.core.text import Text
from ecociv.people import audit
from ecociv.people.models import AccessToken, User

PREFIX = "ecociv_"
# A token in use is written down at most this often, so that a stream of readings is not a stream of writes.
USE_NOTED_EVERY = timedelta(minutes=1)


class Scope(StrEnum):
    """What a token may do.

    >>> Scope("evidence:write").label.en
    'send readings and files'
    """

    WRITE = "evidence:write"
    READ = "evidence:read"

    @property
    def label(self) -> Text:
        """In a few words, in both languages."""
        return _LABELS[self]


_LABELS = {
    Scope.WRITE: Text(zh="报送数据和文件", en="send readings and files"),
    Scope.READ: Text(zh="读取数据", en="read series and observations"),
}


class TokenRefused(ValueError):
    """A token cannot be made as asked for."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def digest_of_token(token: str) -> str:
    """SHA-256 of the token. It has 256 random bits, so that no slow digest is needed against guessing."""
    return hashlib.sha256(token.encode("utf-8")).hexdigest()


@dataclass(slots=True)
class CreateToken:
    """Make a token of an account; the token itself is returned once and kept nowhere.

    Parameters
    ----------
    user
        Whose rights it has.
    actor
        Who makes it: the account itself, or the name of a command.
    expires_at
        From when on it opens nothing; never, when not given.
    networks, places
        Keys; where given, only the series of these are reached.
    """

    user: User
    name: str
    scopes: Sequence[str]
    actor: Any
    expires_at: datetime | None = None
    networks: Sequence[str] = ()
    places: Sequence[str] = ()

    def check(self) -> None:
        """Refuse what would make no usable token.

        Raises
        ------
        TokenRefused, PermissionDenied
        """
        if isinstance(self.actor, User) and self.actor.pk != self.user.pk:
            raise PermissionDenied("A token is made by its own account.")
        if not self.user.is_active:
            raise TokenRefused(Text(zh="该账号已停用。", en="This account is closed."))
        if not 1 <= len(self.name.strip()) <= 80:
            raise TokenRefused(
                Text(zh="令牌名称应为1至80个字符。", en="The name of a token has 1 to 80 characters.")
            )
        known = [scope.value for scope in Scope]
        if not self.scopes or any(scope not in known for scope in self.scopes):
            raise TokenRefused(
                Text(zh="请选择令牌的用途：{known}。", en="Choose what the token may do: {known}.").fill(
                    known=", ".join(known)
                )
            )
        if self.expires_at is not None and self.expires_at <= timezone.now():
            raise TokenRefused(
                Text(
                    zh="到期时间已过，请填以后的日期。", en="The day of expiry has passed; give a later one."
                )
            )

    def execute(self) -> tuple[AccessToken, str]:
        """The record, and the token to hand over."""
        self.check()
        secret = PREFIX + secrets.token_urlsafe(32)
        with transaction.atomic():
            made = AccessToken.objects.create(
                user=self.user,
                name=self.name.strip(),
                hint=secret[: len(PREFIX) + 4],
                digest=digest_of_token(secret),
                scopes=sorted(set(self.scopes)),
                networks=sorted(set(self.networks)),
                places=sorted(set(self.places)),
                created_at=timezone.now(),
                expires_at=self.expires_at,
            )
            audit.record(
                actor=self.actor,
                action="token.create",
                zone=self.user.zone,
                subject_kind="access-token",
                subject_key=f"{self.user.username}/{made.name}",
                after={
                    "hint": made.hint,
                    "scopes": made.scopes,
                    "networks": made.networks,
                    "places": made.places,
                },
            )
        return made, secret


@dataclass(slots=True)
class RevokeToken:
    """Close a token for good. Revoking it again changes nothing."""

    token: AccessToken
    actor: Any

    def check(self) -> None:
        """Only the own account, an administrator or a command closes a token."""
        if isinstance(self.actor, User) and self.actor.pk != self.token.user_id and not self.actor.is_staff:
            raise PermissionDenied("A token is revoked by its own account or an administrator.")

    def execute(self) -> None:
        """Close it and record who did."""
        self.check()
        with transaction.atomic():
            if AccessToken.objects.filter(pk=self.token.pk, revoked_at=None).update(
                revoked_at=timezone.now()
            ):
                audit.record(
                    actor=self.actor,
                    action="token.revoke",
                    zone=self.token.user.zone,
                    subject_kind="access-token",
                    subject_key=f"{self.token.user.username}/{self.token.name}",
                    before={"hint": self.token.hint},
                )
        self.token.refresh_from_db()


def token_of(secret: str) -> AccessToken | None:
    """The token on record that is open now and whose account is open; its use is noted."""
    if not secret.startswith(PREFIX) or len(secret) > 200:
        return None
    now = timezone.now()
    token = AccessToken.objects.select_related("user").filter(digest=digest_of_token(secret)).first()
    if token is None or not token.usable(now) or not token.user.is_active:
        return None
    if token.last_used_at is None or now - token.last_used_at > USE_NOTED_EVERY:
        AccessToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token

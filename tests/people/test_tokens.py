"""Access tokens: made on the own page or by command, shown once, closed for good."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from ecociv.people.models import AccessToken, AuditEntry, User
from ecociv.people.tokens import CreateToken, RevokeToken, TokenRefused, token_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return User.objects.create_user("wu", password="not-a-real-one-1", zone="jingdezhen")


def test_only_the_digest_is_kept_and_the_token_opens_until_it_expires(user: User) -> None:
    record, secret = CreateToken(user, "gateway", ["evidence:read"], user).execute()
    assert secret not in str(AccessToken.objects.values().get())
    assert token_of(secret) == record and token_of(secret + "x") is None and token_of("") is None
    AccessToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert token_of(secret) is None
    AccessToken.objects.update(expires_at=None)
    user.is_active = False
    user.save()
    assert token_of(secret) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": []},
        {"scopes": ["everything"]},
        {"name": " "},
        {"expires_at": timezone.now() - timedelta(days=1)},
    ],
)
def test_a_token_that_could_not_be_used_is_not_made(user: User, wrong: dict[str, Any]) -> None:
    with pytest.raises(TokenRefused) as refused:
        CreateToken(
            **{"user": user, "name": "g", "scopes": ["evidence:read"], "actor": user, **wrong}
        ).execute()
    assert refused.value.text.zh and not AccessToken.objects.exists()


def test_nobody_makes_or_closes_the_token_of_another(user: User) -> None:
    other = User.objects.create_user("lin", password="not-a-real-one-1", zone="jingdezhen")
    with pytest.raises(PermissionDenied):
        CreateToken(user, "g", ["evidence:read"], other).execute()
    record, _ = CreateToken(user, "g", ["evidence:read"], user).execute()
    with pytest.raises(PermissionDenied):
        RevokeToken(record, other).execute()
    client = Client()
    client.force_login(other)
    assert client.post(f"/account/tokens/{record.pk}/revoke/").status_code == 404


def test_the_page_shows_a_new_token_once(user: User) -> None:
    client = Client()
    client.force_login(user)
    page = client.post(
        "/account/tokens/", {"name": "gateway", "scopes": ["evidence:write"], "places": "lean"}
    )
    secret = page.context["secret"]
    assert secret and secret in page.content.decode()
    later = client.get("/account/tokens/").content.decode()
    assert secret not in later and "gateway" in later
    client.post(f"/account/tokens/{AccessToken.objects.get().pk}/revoke/")
    assert token_of(secret) is None
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "token.create",
        "token.revoke",
    ]


def test_the_command_prints_the_token(user: User) -> None:
    from ecociv.cli.token import group

    made = CliRunner().invoke(
        group, ["create", "wu", "--name", "g", "--scope", "evidence:write", "--place", "lean"]
    )
    assert made.exit_code == 0, made.output
    assert token_of(made.output.strip()).places == ["lean"]  # type: ignore[union-attr]
    assert (
        CliRunner().invoke(group, ["create", "nobody", "--name", "g", "--scope", "evidence:write"]).exit_code
        == 3
    )
    assert CliRunner().invoke(group, ["create", "wu", "--name", "g", "--scope", "all"]).exit_code == 3

"""``ecociv token``: access tokens for machines."""

from __future__ import annotations

from datetime import datetime

import click

from ecociv.cli.console import EXIT_CODES, fail, language_option, say, with_django


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Access tokens with which machines send and read data."""


@group.command("create")
@click.argument("user")
@click.option("--name", required=True, help="Which machine uses it.")
@click.option(
    "--scope", "scopes", multiple=True, required=True, help="evidence:write or evidence:read; repeatable."
)
@click.option("--network", "networks", multiple=True, help="Reach only this network; repeatable.")
@click.option("--place", "places", multiple=True, help="Reach only this place; repeatable.")
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="From this day on it opens nothing.")
@language_option
@with_django
def create(
    user: str,
    name: str,
    scopes: tuple[str, ...],
    networks: tuple[str, ...],
    places: tuple[str, ...],
    expires: datetime | None,
    language: str,
) -> None:
    """Make a token of the account USER and print it, once."""
    from django.utils import timezone

    from ecociv.people.models import User
    from ecociv.people.tokens import CreateToken, TokenRefused

    account = User.objects.filter(username=user).first()
    if account is None:
        fail(f"There is no account {user!r}.")
    try:
        _made, secret = CreateToken(
            user=account,
            name=name,
            scopes=scopes,
            actor="ecociv token create",
            expires_at=timezone.make_aware(expires) if expires else None,
            networks=networks,
            places=places,
        ).execute()
    except TokenRefused as refusal:
        fail(refusal.text.in_language(language))
    say(secret)

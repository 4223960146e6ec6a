"""Where a zone's webhook leads: as the administration says, else as the settings do."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings

from ecociv.casework.notices.models import Webhook


@dataclass(frozen=True, slots=True)
class Target:
    """An address with the secret that signs what is sent there."""

    url: str
    secret: str = field(repr=False)


def target_of(zone: str) -> Target | None:
    """The webhook of a zone; none where it has none, or where the one it has is not in use."""
    row = Webhook.objects.filter(zone=zone).first()
    if row is not None:
        return Target(row.url, row.secret) if row.active else None
    if settings.ECOCIV_WEBHOOK_URL and zone == settings.ECOCIV_ZONE:
        return Target(settings.ECOCIV_WEBHOOK_URL, settings.ECOCIV_WEBHOOK_SECRET)
    return None

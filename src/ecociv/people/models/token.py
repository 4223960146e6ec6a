"""Access tokens: what a machine shows in place of a password."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AccessToken(models.Model):
    """A token of one account for one machine. Only its digest is kept: who reads the table cannot use it.

    It can do what its account can do, and of that only what ``scopes`` name; with ``networks`` or ``places`` it
    reaches the series of these alone.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("account"), on_delete=models.PROTECT, related_name="tokens"
    )
    name = models.CharField(_("name"), max_length=80)
    hint = models.CharField(_("begins with"), max_length=16)
    digest = models.CharField(_("digest"), max_length=64, unique=True)
    scopes = models.JSONField(_("may"), default=list)
    networks = models.JSONField(_("networks"), default=list, blank=True)
    places = models.JSONField(_("places"), default=list, blank=True)
    created_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"

    def usable(self, now: datetime) -> bool:
        """Whether it opens anything at this moment."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

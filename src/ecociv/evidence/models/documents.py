"""Files that evidence rests on."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Document(models.Model):
    """A file, named by the digest of its bytes: the same bytes are one document, however often they are sent."""

    sha256 = models.CharField("SHA-256", max_length=64, primary_key=True)
    name = models.CharField(_("file name"), max_length=255)
    size = models.BigIntegerField(_("size in bytes"))
    media_type = models.CharField(_("type"), max_length=100, blank=True, default="")
    stored_as = models.CharField(_("stored as"), max_length=255)
    received_at = models.DateTimeField(_("received at"), auto_now_add=True)
    received_from = models.CharField(_("received from"), max_length=150, blank=True, default="")
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-received_at", "name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.sha256[:12]})"

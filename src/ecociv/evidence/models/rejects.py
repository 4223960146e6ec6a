"""Messages that an intake could not use."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RejectedMessage(models.Model):
    """What came in by a message and was not taken, with the reason.

    A message that can never be used is acknowledged once it is on record here, lest it come again for ever and keep
    the good ones out. ``count`` says how many of the same source and reason came together; ``content`` is the first.
    """

    channel = models.CharField(_("channel"), max_length=24)
    source = models.CharField(
        _("source"), max_length=200, help_text=_("Topic, device, or address of the sender.")
    )
    code = models.CharField(_("reason"), max_length=40)
    detail = models.CharField(_("what was found"), max_length=400, blank=True, default="")
    content = models.TextField(_("content"), blank=True, default="")
    count = models.PositiveIntegerField(_("count"), default=1)
    received_at = models.DateTimeField(_("received at"), db_index=True)

    class Meta:
        verbose_name = _("rejected message")
        verbose_name_plural = _("rejected messages")
        ordering = ["-received_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.channel} {self.source} {self.code}"

"""Single readings that were acknowledged and wait for their way into the observation table."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.evidence.models.series import Series


class InboxReading(models.Model):
    """One reading that came as a message. Once its transaction is committed it is acknowledged and never lost.

    ``batch`` names the flush that takes it to the observation table, and ``flushed_at`` says when that was done. The
    row stays for a while after that, so that a sender who repeats a message is told that it is known: the key is unique.
    """

    key = models.CharField(_("key of the message"), max_length=200, unique=True)
    channel = models.CharField(_("channel"), max_length=24)
    series = models.ForeignKey(Series, verbose_name=_("series"), on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("valid to"))
    value = models.FloatField(_("value"), null=True, blank=True)
    missing = models.CharField(_("why there is none"), max_length=16, blank=True, default="")
    censored = models.CharField(_("below or above"), max_length=1, blank=True, default="")
    censor_limit = models.FloatField(_("limit"), null=True, blank=True)
    quality = models.CharField(_("quality"), max_length=16, default="good")
    quality_reason = models.CharField(_("reason of the mark"), max_length=80, blank=True, default="")
    supplier = models.CharField(_("supplied by"), max_length=150, blank=True, default="")
    note = models.CharField(_("note"), max_length=400, blank=True, default="")
    received_at = models.DateTimeField(_("received at"))
    batch = models.UUIDField(_("batch"), null=True, blank=True, db_index=True)
    flushed_at = models.DateTimeField(_("taken to the table at"), null=True, blank=True, db_index=True)

    class Meta:
        verbose_name = _("reading in the inbox")
        verbose_name_plural = _("readings in the inbox")
        ordering = ["pk"]
        # What waits is searched by series and time. With (series, valid_from) alone SQLite goes through everything that
        # waits instead, since a test for equality on flushed_at looks better to it than a list of series.
        indexes = [
            models.Index(fields=["flushed_at", "series", "valid_from"], name="inbox_by_series_and_time")
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.key}"

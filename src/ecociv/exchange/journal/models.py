"""Tables of the journal and its snapshots."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.exchange.journal.lines import Entry


class JournalEntry(models.Model):
    """One command of a venue with its outcome; rows are only ever added."""

    venue = models.CharField(_("venue"), max_length=60)
    sequence = models.BigIntegerField(_("sequence"))
    at = models.BigIntegerField(_("microseconds since 1970"))
    actor = models.CharField(_("actor"), max_length=150, blank=True)
    key = models.CharField(_("idempotency key"), max_length=120)
    kind = models.CharField(_("kind"), max_length=40)
    command = models.TextField(_("command"))
    outcome = models.TextField(_("outcome"))
    previous = models.CharField(_("digest of the line before"), max_length=64)
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["venue", "sequence"], name="journal_sequence_once"),
            models.UniqueConstraint(fields=["venue", "key"], name="journal_key_once"),
        ]
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")

    def __str__(self) -> str:
        return f"{self.venue} {self.sequence} {self.kind}"

    def as_entry(self) -> Entry:
        """The entry without its table."""
        return Entry(self.sequence, self.at, self.actor, self.key, self.command, self.outcome, self.previous)


class Snapshot(models.Model):
    """The whole state of a venue after an entry, so that recovery need not begin with the first."""

    venue = models.CharField(_("venue"), max_length=60)
    sequence = models.BigIntegerField(_("sequence"))
    entry_digest = models.CharField(_("digest of the entry"), max_length=64)
    state_digest = models.CharField(_("digest of the state"), max_length=64)
    state = models.BinaryField(_("state"))
    written_at = models.DateTimeField(_("written"), auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["venue", "sequence"], name="snapshot_sequence_once")]
        verbose_name = _("snapshot of the exchange")
        verbose_name_plural = _("snapshots of the exchange")

    def __str__(self) -> str:
        return f"{self.venue} {self.sequence}"

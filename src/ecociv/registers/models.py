"""What is on record: revisions of entries, which are only added."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class RevisionKept(Exception):
    """An attempt to change or remove a revision."""


class EntryRevision(models.Model):
    """One revision of one entry: what it says from a day on, as recorded at a moment.

    The plan's append-only base stands on the same floor and cannot be used here; the refusal is the same, and the
    migration closes the table in the database as well.
    """

    refusal: ClassVar[str] = (
        "a revision of a register is never changed or removed; record the next one instead"
    )

    class Event(models.TextChoices):
        """What was recorded."""

        ENTERED = "entered", _("Entered")
        REVISED = "revised", _("Revised")
        MOVED = "moved", _("State changed")

    zone = models.CharField(_("zone"), max_length=64)
    kind = models.CharField(_("kind of register"), max_length=64)
    key = models.CharField(_("key"), max_length=80)
    revision = models.PositiveIntegerField(_("revision"))
    event = models.CharField(_("what"), max_length=16, choices=Event)
    valid_from = models.DateField(_("valid from"))
    state = models.CharField(_("state"), max_length=64)
    content = models.JSONField(_("what the register says"))
    recorded_at = models.DateTimeField(_("recorded at"), db_index=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    author_name = models.CharField(_("recorded by"), max_length=150)
    reason = models.TextField(_("reason"), blank=True, default="")
    document = models.CharField(_("document"), max_length=300, blank=True, default="")
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("revision of an entry")
        verbose_name_plural = _("revisions of entries")
        ordering = ["zone", "kind", "key", "revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "kind", "key", "revision"], name="an_entry_revision_number_is_used_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.key} r{self.revision}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the row; a stored one stays as it is."""
        if self.pk is not None:
            raise RevisionKept(self.refusal)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: what is on record stays."""
        raise RevisionKept(self.refusal)

"""What is on record: revisions of entries, which are only added."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.people.recorded import Recorded, RecordedOnPaper


class EntryRevision(RecordedOnPaper):
    """One revision of one entry: what it says from a day on, as recorded at a moment."""

    refusal = "a revision of a register is never changed or removed; record the next one instead"

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


class EntryFile(Recorded):
    """The paper itself on which a revision rests, by the digest under which the documents of the zone keep it.

    ``public`` says that the public may read it as well, which only an entry of a public kind allows.
    """

    refusal = "a file of a register is never changed or removed; attach the right one beside it"

    zone = models.CharField(_("zone"), max_length=64)
    kind = models.CharField(_("kind of register"), max_length=64)
    key = models.CharField(_("key"), max_length=80)
    revision = models.PositiveIntegerField(_("revision"))
    sha256 = models.CharField("SHA-256", max_length=64)
    file_name = models.CharField(_("file name"), max_length=255)
    size = models.BigIntegerField(_("size in bytes"))
    public = models.BooleanField(_("open to the public"), default=False)
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("file of an entry")
        verbose_name_plural = _("files of entries")
        ordering = ["zone", "kind", "key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "kind", "key", "revision", "sha256"],
                name="a_file_is_attached_to_a_revision_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.key} r{self.revision} {self.file_name}"

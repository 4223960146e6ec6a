"""Files that evidence rests on, and what each is filed as evidence for."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.evidence.library.visibility import FilingQuerySet


class Document(models.Model):
    """A file, named by the digest of its bytes: the same bytes are one document, however often they are sent.

    ``text_sha256`` is the digest of its words alone, where they can be read: two files with the same words in
    another wrapping (another name, another format, saved anew) have it in common.
    """

    sha256 = models.CharField("SHA-256", max_length=64, primary_key=True)
    name = models.CharField(_("file name"), max_length=255)
    size = models.BigIntegerField(_("size in bytes"))
    media_type = models.CharField(_("type"), max_length=100, blank=True, default="")
    stored_as = models.CharField(_("stored as"), max_length=255)
    received_at = models.DateTimeField(_("received at"), auto_now_add=True)
    received_from = models.CharField(_("received from"), max_length=150, blank=True, default="")
    sample = models.BooleanField(_("sample data"), default=False)
    text_sha256 = models.CharField(
        _("digest of the words"), max_length=64, blank=True, default="", db_index=True
    )

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-received_at", "name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.sha256[:12]})"


class DocumentFiling(models.Model):
    """One file as evidence for one claim, as it was said on one day.

    Filings are only added. Those with the same ``record`` are the revisions of one entry of the library: a new
    edition of the file, a correction of what is said about it, or its withdrawal. Earlier ones stay to be read.
    """

    class Change(models.TextChoices):
        """What a revision does to the one before it."""

        FIRST = "first", _("First filing")
        EDITION = "edition", _("New edition")
        CORRECTION = "correction", _("Correction")
        WITHDRAWAL = "withdrawal", _("Withdrawal")

    class Confidentiality(models.TextChoices):
        """Who may see the file."""

        PUBLIC = "public", _("Public")
        INTERNAL = "internal", _("Internal")
        RESTRICTED = "restricted", _("Restricted")

    zone = models.CharField(_("zone"), max_length=64, db_index=True)
    record = models.UUIDField(_("entry"), default=uuid.uuid4, editable=False, db_index=True)
    revision = models.PositiveIntegerField(_("revision"), default=1)
    change = models.CharField(_("change"), max_length=16, choices=Change, default=Change.FIRST)
    document = models.ForeignKey(
        Document, verbose_name=_("file"), on_delete=models.PROTECT, related_name="filings"
    )
    file_name = models.CharField(_("file name"), max_length=255)
    subject = models.CharField(_("evidence for"), max_length=200, db_index=True)
    type = models.CharField(_("type"), max_length=32, db_index=True)
    title = models.CharField(_("title"), max_length=200)
    issuer = models.CharField(_("issued by"), max_length=128, blank=True, default="")
    number = models.CharField(_("document number"), max_length=80, blank=True, default="")
    issued_on = models.DateField(_("date of issue"), null=True, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(
        _("valid to"), null=True, blank=True, help_text=_("The last day on which it holds.")
    )
    confidentiality = models.CharField(
        _("confidentiality"), max_length=16, choices=Confidentiality, default=Confidentiality.INTERNAL
    )
    clause = models.CharField(_("clause it rests on"), max_length=200, blank=True, default="")
    description = models.TextField(_("description"), blank=True, default="")
    owner = models.CharField(_("filed for"), max_length=128, blank=True, default="", db_index=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("account"), null=True, blank=True, on_delete=models.PROTECT
    )
    author_name = models.CharField(_("filed by"), max_length=150)
    reason = models.TextField(_("reason"), blank=True, default="")
    recorded_at = models.DateTimeField(_("recorded at"))
    sample = models.BooleanField(_("sample data"), default=False)

    objects = FilingQuerySet.as_manager()

    class Meta:
        verbose_name = _("filing")
        verbose_name_plural = _("filings")
        ordering = ["record", "revision"]
        constraints = [
            models.UniqueConstraint(fields=["record", "revision"], name="one_filing_of_each_revision")
        ]
        indexes = [models.Index(fields=["zone", "subject", "type"], name="filing_by_subject")]

    def __str__(self) -> str:
        return f"{self.title} ({self.subject}, {self.revision})"


class FilingReader(models.Model):
    """A role or a body that may see a restricted filing, besides the body it was filed for and the plan's office."""

    class Kind(models.TextChoices):
        """Of what the key is."""

        ROLE = "role", _("Role")
        BODY = "body", _("Body")

    filing = models.ForeignKey(
        DocumentFiling, verbose_name=_("filing"), on_delete=models.CASCADE, related_name="readers"
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    key = models.CharField(_("role or body"), max_length=128)

    class Meta:
        verbose_name = _("reader of a filing")
        verbose_name_plural = _("readers of filings")
        ordering = ["filing", "kind", "key"]
        constraints = [
            models.UniqueConstraint(fields=["filing", "kind", "key"], name="a_reader_is_named_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"

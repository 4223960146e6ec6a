"""The register of issued documents (发文登记): numbers that are never used twice, and annulments beside them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.evidence.models import Document
from ecociv.people.recorded import AppendOnlyModel

_REFUSAL = "an issued document is never changed or removed; annul it with a reason and issue another"


class IssuedDocument(AppendOnlyModel):
    """A document with its number (发文字号), the file that went out, and what it was composed from.

    ``series`` is the office's short name in the number (机关代字). ``as_of`` and ``parameters`` are everything that the
    document depends on beside the record, so that it can be composed again; ``content_digest`` is the digest of what it
    said then, ``document`` the file under the digest of its bytes.
    """

    refusal = _REFUSAL

    zone = models.CharField(_("zone"), max_length=64)
    series = models.CharField(_("series"), max_length=20)
    year = models.PositiveSmallIntegerField(_("year"))
    serial = models.PositiveIntegerField(_("serial"))
    kind = models.CharField(_("kind"), max_length=40)
    title = models.CharField(_("title"), max_length=300)
    addressees = models.CharField(_("addressees"), max_length=500)
    dated = models.DateField(_("date of the document"))
    language = models.CharField(_("language"), max_length=2)
    as_of = models.DateTimeField(_("as known at"))
    parameters = models.JSONField(_("parameters"), default=dict)
    content_digest = models.CharField(_("digest of the content"), max_length=64)
    software = models.CharField(_("version of the software"), max_length=32)
    document = models.ForeignKey(Document, verbose_name=_("file"), on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(_("file name"), max_length=255)
    sample = models.BooleanField(_("sample data"), default=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("issued by"), on_delete=models.PROTECT, related_name="+"
    )
    author_name = models.CharField(_("issued by"), max_length=150)
    organisation = models.CharField(_("body"), max_length=128, blank=True, default="")
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("issued document")
        verbose_name_plural = _("issued documents")
        ordering = ["zone", "series", "year", "serial"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "series", "year", "serial"], name="reporting_one_document_a_number"
            ),
            models.CheckConstraint(condition=models.Q(serial__gte=1), name="reporting_serial_from_1"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """As printed, such as 景生态办〔2017〕12号."""
        return f"{self.series}〔{self.year}〕{self.serial}号"


class Annulment(AppendOnlyModel):
    """That an issued document does not hold (作废), and why; its number stays used."""

    refusal = "an annulment is never changed or removed; issue the document again under a new number"

    issued = models.OneToOneField(
        IssuedDocument, verbose_name=_("document"), on_delete=models.PROTECT, related_name="annulment"
    )
    reason = models.TextField(_("reason"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("annulled by"), on_delete=models.PROTECT, related_name="+"
    )
    author_name = models.CharField(_("annulled by"), max_length=150)
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("annulment")
        verbose_name_plural = _("annulments")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="reporting_annulment_says_why")
        ]

    def __str__(self) -> str:
        return f"{self.issued}: {self.reason[:40]}"

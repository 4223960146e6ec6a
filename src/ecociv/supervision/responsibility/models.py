"""Officials (领导干部) and the posts they held, as append-only revisions."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ecociv.evidence.models import Document
from ecociv.people.recorded import AppendOnlyModel
from ecociv.supervision.responsibility.posts import Post


class Recorded(AppendOnlyModel):
    """A row that is added and never changed; a correction is the next row."""

    refusal = "a record of responsibility or inspection is never changed or removed; add the next one"

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("author"), on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        abstract = True


class Official(Recorded):
    """A person who answers for duties; the number stays for life, whatever the name or the post."""

    zone = models.CharField(_("zone"), max_length=64, db_index=True)
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("official")
        verbose_name_plural = _("officials")
        ordering = ["id"]

    def __str__(self) -> str:
        newest = self.names.order_by("-revision").first()
        return newest.name if newest else f"{self.pk}"


class OfficialName(Recorded):
    """The name of an official, with what tells two of the same name apart."""

    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="names")
    revision = models.PositiveIntegerField(_("revision"))
    name = models.CharField(_("name"), max_length=64)
    note = models.CharField(_("to tell apart"), max_length=120, blank=True, default="")
    reason = models.TextField(_("reason of the correction"), blank=True, default="")

    class Meta:
        verbose_name = _("name of an official")
        verbose_name_plural = _("names of officials")
        ordering = ["official", "revision"]
        constraints = [
            models.UniqueConstraint(fields=["official", "revision"], name="supervision_one_name_revision"),
            models.CheckConstraint(
                condition=models.Q(revision=1) | ~models.Q(reason=""), name="supervision_name_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} r{self.revision}"


class PostHolding(Recorded):
    """A post (任职) of an official in a body; posts are numbered for each person, corrections are revisions."""

    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="posts")
    number = models.PositiveIntegerField(_("number"))
    revision = models.PositiveIntegerField(_("revision"))
    body = models.CharField(_("body"), max_length=128, db_index=True)
    title = models.CharField(_("post"), max_length=64)
    starts = models.DateField(_("first day in post"))
    ends = models.DateField(_("last day in post"), null=True, blank=True)
    source = models.CharField(_("document of appointment"), max_length=200)
    document = models.ForeignKey(
        Document, verbose_name=_("file"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    without_document = models.CharField(_("why there is no file"), max_length=400, blank=True, default="")
    withdrawn = models.BooleanField(_("recorded by mistake"), default=False)
    reason = models.TextField(_("reason of the correction"), blank=True, default="")

    class Meta:
        verbose_name = _("post of an official")
        verbose_name_plural = _("posts of officials")
        ordering = ["official", "number", "revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["official", "number", "revision"], name="supervision_one_post_revision"
            ),
            models.CheckConstraint(
                condition=models.Q(ends__isnull=True) | models.Q(ends__gte=models.F("starts")),
                name="supervision_post_ends_after",
            ),
            models.CheckConstraint(
                condition=models.Q(revision=1) | ~models.Q(reason=""), name="supervision_post_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.official_id} {self.body} {self.title} {self.starts}"

    def as_post(self) -> Post:
        """The post as the rules read it."""
        return Post(
            number=self.number,
            revision=self.revision,
            body=self.body,
            title=self.title,
            starts=self.starts,
            ends=self.ends,
            source=self.source,
            recorded_on=timezone.localdate(self.recorded_at),
            withdrawn=self.withdrawn,
            document=self.document_id or "",
            without_document=self.without_document,
        )

    def content(self) -> dict[str, Any]:
        """What is on record, as plain values."""
        return {
            "body": self.body,
            "title": self.title,
            "starts": self.starts.isoformat(),
            "ends": self.ends.isoformat() if self.ends else None,
            "source": self.source,
            "document": self.document_id,
            "without_document": self.without_document,
            "withdrawn": self.withdrawn,
            "reason": self.reason,
        }

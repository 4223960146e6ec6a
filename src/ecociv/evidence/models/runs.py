"""Runs that brought observations in, with what was wrong in each row."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.core.text import Text
from ecociv.evidence.models.documents import Document


class ImportRun(models.Model):
    """One batch of observations: a file, a return, a correction, messages. Who brought it, why, and what came of it.

    Observations name the run that wrote them, so that author and reason of every revision are known. ``intent`` is
    what the run is about to write (rows and their digest), put down before it writes: whoever finds a run that was cut
    off knows by it whether the table holds exactly what was meant.
    """

    class State(models.TextChoices):
        """Where a run stands."""

        STARTED = "started", _("Started")
        FINISHED = "finished", _("Finished")
        REFUSED = "refused", _("Refused")
        INTERRUPTED = "interrupted", _("Interrupted")

    class Kind(models.TextChoices):
        """What a run does."""

        FILE = "file", _("File loaded")
        CORRECTION = "correction", _("Correction")
        RETURN = "return", _("Statistical return")
        MESSAGES = "messages", _("Messages from stations")
        QUALITY = "quality", _("Quality marks")
        BULK = "bulk", _("Bulk data")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.FILE)
    zone = models.CharField(_("zone"), max_length=64, db_index=True)
    document = models.ForeignKey(
        Document,
        verbose_name=_("document"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="runs",
    )
    mapping = models.CharField(_("mapping"), max_length=80, blank=True, default="")
    mapping_digest = models.CharField(_("digest of the mapping"), max_length=64, blank=True, default="")
    load_key = models.CharField(max_length=64, db_index=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("account"), null=True, blank=True, on_delete=models.PROTECT
    )
    author_name = models.CharField(_("author"), max_length=150)
    reason = models.TextField(_("reason"), blank=True, default="")
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.STARTED)
    sample = models.BooleanField(_("sample data"), default=False)
    started_at = models.DateTimeField(_("started at"))
    recorded_at = models.DateTimeField(_("recorded at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    rows_read = models.PositiveBigIntegerField(_("rows read"), default=0)
    rows_taken = models.PositiveBigIntegerField(_("rows taken"), default=0)
    rows_rejected = models.PositiveBigIntegerField(_("rows rejected"), default=0)
    rows_repeated = models.PositiveBigIntegerField(_("rows repeated"), default=0)
    rows_skipped = models.JSONField(_("rows passed over, as declared"), default=dict, blank=True)
    values_new = models.PositiveBigIntegerField(_("new values"), default=0)
    values_unchanged = models.PositiveBigIntegerField(_("values already known"), default=0)
    values_revised = models.PositiveBigIntegerField(_("values revised"), default=0)
    values_flagged = models.PositiveBigIntegerField(_("values flagged"), default=0)
    intent = models.JSONField(_("what it is about to write"), null=True, blank=True)
    refusal_zh = models.TextField(_("refusal in Chinese"), blank=True, default="")
    refusal_en = models.TextField(_("refusal in English"), blank=True, default="")

    class Meta:
        verbose_name = _("import run")
        verbose_name_plural = _("import runs")
        ordering = ["-started_at"]
        indexes = [
            models.Index(fields=["started_at"], name="unfinished_runs", condition=models.Q(state="started"))
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} {self.mapping} {self.state}"

    @property
    def refusal(self) -> Text | None:
        """Why the file was refused as a whole, or none."""
        return Text(zh=self.refusal_zh, en=self.refusal_en) if self.refusal_en else None


class RowIssue(models.Model):
    """One line of a run's report: row, field, what was found, the rule, and what to do."""

    run = models.ForeignKey(
        ImportRun, verbose_name=_("import run"), on_delete=models.CASCADE, related_name="issues"
    )
    row = models.PositiveBigIntegerField(_("row"))
    field = models.CharField(_("field"), max_length=80, blank=True, default="")
    found = models.CharField(_("found"), max_length=200, blank=True, default="")
    code = models.CharField(_("rule"), max_length=40)
    severity = models.CharField(_("what became of it"), max_length=16)
    rule_zh = models.TextField(_("rule in Chinese"))
    rule_en = models.TextField(_("rule in English"))
    remedy_zh = models.TextField(_("remedy in Chinese"))
    remedy_en = models.TextField(_("remedy in English"))

    class Meta:
        verbose_name = _("finding in a row")
        verbose_name_plural = _("findings in rows")
        ordering = ["run", "row", "pk"]

    def __str__(self) -> str:
        return f"{self.row} {self.field} {self.code}"

    @property
    def rule(self) -> Text:
        """The rule in both languages."""
        return Text(zh=self.rule_zh, en=self.rule_en)

    @property
    def remedy(self) -> Text:
        """What to do, in both languages."""
        return Text(zh=self.remedy_zh, en=self.remedy_en)

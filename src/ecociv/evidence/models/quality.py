"""Records of quality control: runs, what they found, what people decided, and declared maintenance. Rows are only added."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.core.text import Text
from ecociv.evidence.models.series import Place, Series


class Maintenance(models.Model):
    """A time in which an instrument was worked on, as declared by somebody; what it read then is not to be used.

    ``declared_at`` says whether it was declared late; ``recorded_at`` from when on it was known here.
    """

    zone = models.CharField(_("zone"), max_length=64, db_index=True)
    place = models.ForeignKey(Place, verbose_name=_("place"), on_delete=models.PROTECT, related_name="+")
    series = models.ForeignKey(
        Series, verbose_name=_("series"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    reason = models.CharField(_("what was done"), max_length=400)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("account"), null=True, blank=True, on_delete=models.PROTECT
    )
    author_name = models.CharField(_("declared by"), max_length=150)
    declared_at = models.DateTimeField(_("declared at"))
    recorded_at = models.DateTimeField(_("recorded at"))
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("maintenance")
        verbose_name_plural = _("maintenance")
        ordering = ["starts_at"]

    def __str__(self) -> str:
        return f"{self.place_id} {self.starts_at:%Y-%m-%d %H:%M}"


class QualityRun(models.Model):
    """One run of the rules and tests over some networks and a period."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    zone = models.CharField(_("zone"), max_length=64, db_index=True)
    networks = models.JSONField(_("networks"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    as_of = models.DateTimeField(_("as known at"), null=True, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("account"), null=True, blank=True, on_delete=models.PROTECT
    )
    author_name = models.CharField(_("author"), max_length=150)
    recorded_at = models.DateTimeField(_("recorded at"), db_index=True)
    basis = models.CharField(_("digest of the rules"), max_length=64, blank=True, default="")
    counts = models.JSONField(_("counts"), help_text=_("Series, readings, marks and findings by rule."))

    class Meta:
        verbose_name = _("run of quality control")
        verbose_name_plural = _("runs of quality control")
        ordering = ["-recorded_at"]

    def __str__(self) -> str:
        return f"{self.recorded_at:%Y-%m-%d %H:%M} {', '.join(self.networks)}"


class QualityFinding(models.Model):
    """What a rule or a test found in a series; ``gone`` says that a later run no longer finds it.

    ``identity`` is the same for the same rule, series and period in every run: the newest row of it stands, and what
    people decided stays with it.
    """

    class Severity(models.TextChoices):
        """How much it matters."""

        ERROR = "error", _("Serious")
        WARNING = "warning", _("To be looked at")
        NOTE = "note", _("Note")

    run = models.ForeignKey(
        QualityRun, verbose_name=_("run"), on_delete=models.PROTECT, related_name="findings"
    )
    identity = models.CharField(max_length=32, db_index=True)
    content = models.CharField(max_length=32)
    rule = models.CharField(_("rule"), max_length=40, db_index=True)
    severity = models.CharField(_("severity"), max_length=16, choices=Severity)
    series = models.ForeignKey(Series, verbose_name=_("series"), on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    marked = models.PositiveIntegerField(_("values in doubt"), default=0)
    score = models.FloatField(_("score"), null=True, blank=True)
    p_value = models.FloatField(_("p-value"), null=True, blank=True)
    sentence_zh = models.TextField(_("finding in Chinese"))
    sentence_en = models.TextField(_("finding in English"))
    causes = models.JSONField(_("honest causes"), default=list)
    evidence = models.JSONField(_("evidence"), default=dict)
    gone = models.BooleanField(_("no longer found"), default=False)
    sample = models.BooleanField(_("sample data"), default=False)
    recorded_at = models.DateTimeField(_("recorded at"), db_index=True)

    class Meta:
        verbose_name = _("finding of quality control")
        verbose_name_plural = _("findings of quality control")
        ordering = ["-recorded_at", "pk"]

    def __str__(self) -> str:
        return f"{self.rule} {self.series_id} {self.starts_at:%Y-%m-%d}"

    @property
    def sentence(self) -> Text:
        """What was found, in both languages."""
        return Text(zh=self.sentence_zh, en=self.sentence_en)


class FindingDecision(models.Model):
    """What a person made of a finding; the newest decision on its identity stands."""

    class Decision(models.TextChoices):
        """What was decided."""

        CONFIRM = "confirm", _("Confirmed: the data are wrong")
        EXPLAIN = "explain", _("Explained: there is an honest cause")
        DISMISS = "dismiss", _("Dismissed: no matter")

    identity = models.CharField(max_length=32, db_index=True)
    finding = models.ForeignKey(
        QualityFinding, verbose_name=_("finding"), on_delete=models.PROTECT, related_name="decisions"
    )
    decision = models.CharField(_("decision"), max_length=16, choices=Decision)
    reason = models.TextField(_("reason"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("account"), null=True, blank=True, on_delete=models.PROTECT
    )
    author_name = models.CharField(_("decided by"), max_length=150)
    decided_at = models.DateTimeField(_("decided at"), db_index=True)

    class Meta:
        verbose_name = _("decision on a finding")
        verbose_name_plural = _("decisions on findings")
        ordering = ["-decided_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.identity} {self.decision}"

"""Runs, differences with their identity across runs, and their cases; rows are only added."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.casework.models import Case
from ecociv.people.recorded import AppendOnlyModel, Recorded
from ecociv.territory.models import LayerVersion


class DifferenceRun(Recorded):
    """One comparison of plans, with everything that is needed to make it again."""

    refusal = "a run is never changed or removed; make another one"

    zone = models.CharField(_("zone"), max_length=64)
    number = models.PositiveIntegerField(_("number"))
    on = models.DateField(_("for the day"), help_text=_("Layers and rules of this day."))
    as_of = models.DateTimeField(_("as known at"))
    parameters = models.JSONField(_("parameters"))
    versions = models.JSONField(_("layer versions"), help_text=_("Layer, version, digest of its file."))
    compared = models.JSONField(_("pairs of layers compared"))
    pairs = models.JSONField(_("pairs of classes"), help_text=_("What the matrix said, counts and areas."))
    rules_digest = models.CharField(_("digest of the rules"), max_length=64)
    patches_sha256 = models.CharField(_("file of the patches"), max_length=64)
    digest = models.CharField(_("digest of the result"), max_length=64)
    count = models.PositiveIntegerField(_("patches"))
    area = models.DecimalField(_("area in m²"), max_digits=20, decimal_places=2)
    sliver_count = models.PositiveIntegerField(_("slivers"))
    sliver_area = models.DecimalField(_("area of slivers in m²"), max_digits=20, decimal_places=2)
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("run of differences")
        verbose_name_plural = _("runs of differences")
        ordering = ["zone", "number"]
        constraints = [
            models.UniqueConstraint(fields=["zone", "number"], name="a_difference_run_number_is_used_once")
        ]

    def __str__(self) -> str:
        return f"{self.zone} #{self.number}"


class Difference(AppendOnlyModel):
    """Ground on which two plans contradict each other, through all runs: what it is about never changes."""

    refusal = "a difference is never changed or removed; runs say what became of it"

    zone = models.CharField(_("zone"), max_length=64)
    number = models.PositiveIntegerField(_("number"))
    layer_a = models.CharField(_("first layer"), max_length=64)
    class_a = models.CharField(_("first class"), max_length=64)
    layer_b = models.CharField(_("second layer"), max_length=64)
    class_b = models.CharField(_("second class"), max_length=64)
    first_run = models.ForeignKey(
        DifferenceRun, verbose_name=_("first run"), on_delete=models.PROTECT, related_name="found"
    )

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        ordering = ["zone", "number"]
        constraints = [
            models.UniqueConstraint(fields=["zone", "number"], name="a_difference_number_is_used_once")
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """Its number as people write it.

        >>> Difference(number=12).reference
        'PD-00012'
        """
        return f"PD-{self.number:05d}"

    @property
    def pair(self) -> tuple[str, str, str, str]:
        """What it is about."""
        return self.layer_a, self.class_a, self.layer_b, self.class_b


class DifferencePatch(AppendOnlyModel):
    """A difference as one run saw it; its outline is in the file of the run."""

    refusal = "a patch of a run is never changed or removed; make another run"

    run = models.ForeignKey(
        DifferenceRun, verbose_name=_("run"), on_delete=models.PROTECT, related_name="patches"
    )
    difference = models.ForeignKey(
        Difference, verbose_name=_("difference"), on_delete=models.PROTECT, related_name="patches"
    )
    key = models.CharField(_("patch"), max_length=16)
    version_a = models.ForeignKey(
        LayerVersion, verbose_name=_("first version"), on_delete=models.PROTECT, related_name="+"
    )
    version_b = models.ForeignKey(
        LayerVersion, verbose_name=_("second version"), on_delete=models.PROTECT, related_name="+"
    )
    identity_a = models.CharField(_("first feature"), max_length=200)
    identity_b = models.CharField(_("second feature"), max_length=200)
    conflict = models.CharField(_("conflict"), max_length=64)
    area = models.DecimalField(_("area in m²"), max_digits=20, decimal_places=2)
    width = models.FloatField(_("mean width in m"))
    size = models.CharField(_("size class"), max_length=16)
    county = models.CharField(_("division code"), max_length=16, blank=True, default="", db_index=True)
    counties = models.JSONField(_("area by county"), default=list)

    class Meta:
        verbose_name = _("patch of a difference")
        verbose_name_plural = _("patches of differences")
        ordering = ["run", "key"]
        constraints = [
            models.UniqueConstraint(fields=["run", "difference"], name="a_difference_is_seen_once_in_a_run"),
            models.UniqueConstraint(fields=["run", "key"], name="a_patch_of_a_run_is_one_difference"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.key}"


class DifferenceEvent(AppendOnlyModel):
    """What a run found to have become of a difference; none where it merely stays."""

    refusal = "what a run found is never changed or removed; make another run"

    class Kind(models.TextChoices):
        """What became of it."""

        APPEARED = "appeared", _("Appeared")
        RETURNED = "returned", _("Reappeared")
        SUCCEEDED = "succeeded", _("Succeeded by others")
        RESOLVED = "resolved", _("Resolved")

    run = models.ForeignKey(
        DifferenceRun, verbose_name=_("run"), on_delete=models.PROTECT, related_name="events"
    )
    difference = models.ForeignKey(
        Difference, verbose_name=_("difference"), on_delete=models.PROTECT, related_name="events"
    )
    kind = models.CharField(_("what"), max_length=16, choices=Kind)
    by = models.JSONField(
        _("versions that changed it"), default=list, help_text=_("Layer, version before, version after.")
    )
    left = models.DecimalField(_("area left in m²"), max_digits=20, decimal_places=2, default=0)
    left_in_slivers = models.DecimalField(
        _("area left in slivers in m²"), max_digits=20, decimal_places=2, default=0
    )

    class Meta:
        verbose_name = _("event of a difference")
        verbose_name_plural = _("events of differences")
        ordering = ["run", "difference"]
        constraints = [
            models.UniqueConstraint(fields=["run", "difference"], name="a_run_says_one_thing_of_a_difference")
        ]

    def __str__(self) -> str:
        return f"{self.difference_id}: {self.kind}"


class DifferenceDescent(AppendOnlyModel):
    """A difference that comes from another: split off, merged, or changed beyond what counts as the same."""

    refusal = "what a run found is never changed or removed; make another run"

    class Relation(models.TextChoices):
        """How it comes from the other."""

        SPLIT = "split", _("Split")
        MERGE = "merge", _("Merged")
        CHANGED = "changed", _("Changed")

    run = models.ForeignKey(
        DifferenceRun, verbose_name=_("run"), on_delete=models.PROTECT, related_name="descents"
    )
    parent = models.ForeignKey(
        Difference, verbose_name=_("comes from"), on_delete=models.PROTECT, related_name="children"
    )
    child = models.ForeignKey(
        Difference, verbose_name=_("difference"), on_delete=models.PROTECT, related_name="parents"
    )
    relation = models.CharField(_("how"), max_length=16, choices=Relation)
    shared = models.DecimalField(_("common ground in m²"), max_digits=20, decimal_places=2)

    class Meta:
        verbose_name = _("descent of a difference")
        verbose_name_plural = _("descents of differences")
        ordering = ["run", "parent", "child"]

    def __str__(self) -> str:
        return f"{self.parent_id} -> {self.child_id}"


class DifferenceCase(AppendOnlyModel):
    """A case that was opened about a difference."""

    refusal = "the opening of a case is never changed or removed; the case says what came of it"

    difference = models.ForeignKey(
        Difference, verbose_name=_("difference"), on_delete=models.PROTECT, related_name="cases"
    )
    case = models.OneToOneField(
        Case, verbose_name=_("case"), on_delete=models.PROTECT, related_name="plan_difference"
    )
    run = models.ForeignKey(DifferenceRun, verbose_name=_("run"), on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("case of a difference")
        verbose_name_plural = _("cases of differences")
        ordering = ["difference", "recorded_at"]

    def __str__(self) -> str:
        return f"{self.difference_id}: {self.case_id}"


class DifferenceJob(models.Model):
    """A run that was asked for, while it is made."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")

    zone = models.CharField(_("zone"), max_length=64, db_index=True)
    request = models.JSONField(_("request"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    author_name = models.CharField(_("recorded by"), max_length=150)
    created_at = models.DateTimeField(_("created at"))
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(_("pairs done"), default=0)
    total = models.PositiveIntegerField(_("pairs"), default=0)
    said_zh = models.TextField(_("report in Chinese"), blank=True, default="")
    said_en = models.TextField(_("report in English"), blank=True, default="")
    run = models.OneToOneField(
        DifferenceRun, null=True, blank=True, on_delete=models.PROTECT, related_name="job"
    )
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("run of differences in hand")
        verbose_name_plural = _("runs of differences in hand")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.zone} {self.created_at:%Y-%m-%d %H:%M}"

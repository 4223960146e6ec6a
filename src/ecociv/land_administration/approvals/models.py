"""Applications for the integrated approval; rows are only added, what came of one is in its case."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.casework.models import Case
from ecociv.people.recorded import Recorded
from ecociv.territory.site_check.models import SiteCheck


class ProjectApplication(Recorded):
    """One form: a project, its applicant, its site with the check that was made of it, and whom it concerns."""

    refusal = "an application is never changed or removed; its case says what came of it"

    zone = models.CharField(_("zone"), max_length=64, db_index=True)
    title = models.CharField(_("project"), max_length=200)
    applicant = models.CharField(_("applicant"), max_length=200)
    contact = models.CharField(_("contact"), max_length=200, blank=True, default="")
    project_class = models.CharField(_("class of the project"), max_length=64)
    check_made = models.ForeignKey(
        SiteCheck, verbose_name=_("site check"), on_delete=models.PROTECT, related_name="applications"
    )
    bodies = models.JSONField(
        _("bodies concerned"),
        help_text=_("Keys of the bodies as declared, each with the reasons why it is asked."),
    )
    documents = models.JSONField(_("documents needed"), help_text=_("Keys, and whether each was handed in."))
    case = models.OneToOneField(
        Case, verbose_name=_("case"), on_delete=models.PROTECT, related_name="application"
    )
    author_name = models.CharField(_("received by"), max_length=150)
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["-recorded_at", "-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def missing(self) -> list[str]:
        """Keys of the documents that were not handed in with the form."""
        return [key for key, given in self.documents if not given]

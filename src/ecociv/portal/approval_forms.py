"""The form of the integrated approval: one for everything that any body will ask."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ecociv.land_administration.approvals.declaration import approvals
from ecociv.portal.zone import language, zone_key
from ecociv.territory.rules.loading import space_rules

_TEXT = {"class": "form-control"}
_CHOICE = {"class": "form-select"}


class ApplicationForm(forms.Form):
    """Project, applicant, site and purpose."""

    title = forms.CharField(label=_("Project"), max_length=200, widget=forms.TextInput(_TEXT))
    applicant = forms.CharField(label=_("Applicant"), max_length=200, widget=forms.TextInput(_TEXT))
    contact = forms.CharField(
        label=_("Contact"), max_length=200, required=False, widget=forms.TextInput(_TEXT)
    )
    project_class = forms.ChoiceField(label=_("Class of the project"), widget=forms.Select(_CHOICE))
    purpose = forms.ChoiceField(label=_("What the land is wanted for"), widget=forms.Select(_CHOICE))
    geometry = forms.CharField(
        label=_("Site"),
        widget=forms.Textarea({**_TEXT, "rows": 4, "spellcheck": "false"}),
        help_text=_("WKT or GeoJSON; degrees are taken as CGCS2000, other coordinates need their system."),
    )
    crs = forms.CharField(
        label=_("Coordinate system"),
        required=False,
        max_length=40,
        widget=forms.TextInput({**_TEXT, "placeholder": "EPSG:4547"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tongue = language()
        self.fields["project_class"].choices = [  # type: ignore[attr-defined]
            (one.key, one.title.in_language(tongue)) for one in approvals(zone_key()).classes
        ]
        self.fields["purpose"].choices = [  # type: ignore[attr-defined]
            (one.key, one.name.in_language(tongue)) for one in space_rules(zone_key()).purposes.purposes
        ]


def document_inputs() -> list[tuple[str, str]]:
    """Name of the input and words for each document that a project may need."""
    tongue = language()
    return [
        (f"documents.{key}", name.in_language(tongue))
        for key, name in approvals(zone_key()).documents.items()
    ]

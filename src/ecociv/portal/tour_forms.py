"""The forms of an inspection tour: plan, publish, draw, visit, finding, report."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ecociv.evidence.models import Place
from ecociv.portal.document_form import bodies
from ecociv.portal.zone import language
from ecociv.supervision.inspection.allocation import Allocation
from ecociv.supervision.inspection.draw import SEED_LONGEST
from ecociv.supervision.inspection.field_actions import MOST_PHOTOGRAPHS
from ecociv.supervision.inspection.models import Severity, UnitVisit
from ecociv.supervision.inspection.population import KINDS
from ecociv.supervision.inspection.queries import TourStanding

_TEXT = {"class": "form-control"}
_LONG = {"class": "form-control", "rows": 4}
_CHOICE = {"class": "form-select"}
_DATE = {"type": "date", "class": "form-control"}

KIND_NAMES = {
    "task": _("Tasks"),
    "project": _("Projects"),
    "indicator": _("Indicators"),
    "organisation": _("Bodies"),
    "place": _("Stations"),
}


class Photographs(forms.FileField):
    """One or several photographs; the value is a list of uploaded files."""

    class Input(forms.ClearableFileInput):
        """An input for several files, which a telephone offers its camera for."""

        allow_multiple_selected = True

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"class": "form-control", "accept": "image/jpeg,image/png,image/webp"}
        super().__init__(widget=self.Input(attrs=attrs), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        """Every file on its own."""
        sent = data if isinstance(data, list | tuple) else [data] if data else []
        if not sent:
            super().clean(None, initial)
        return [super(Photographs, self).clean(each, initial) for each in sent]


class TourForm(forms.Form):
    """What a new tour looks at, and when."""

    title = forms.CharField(label=_("Title"), max_length=120, widget=forms.TextInput(attrs=_TEXT))
    starts = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"))
    ends = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"))
    scope = forms.MultipleChoiceField(
        label=_("What is inspected"),
        choices=[(kind, KIND_NAMES[kind]) for kind in KINDS],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    purpose = forms.CharField(label=_("Purpose"), widget=forms.Textarea(attrs=_LONG))

    def clean(self) -> dict[str, Any]:
        """Days in their order."""
        given = super().clean() or {}
        if given.get("starts") and given.get("ends") and given["ends"] < given["starts"]:
            self.add_error("ends", _("The last day lies before the first."))
        return given


class PublishForm(forms.Form):
    """Seed and size, which are public before anybody draws."""

    seed = forms.CharField(
        label=_("Seed"),
        max_length=SEED_LONGEST,
        help_text=_("Any words; once published they cannot be exchanged."),
        widget=forms.TextInput(attrs=_TEXT),
    )
    size = forms.IntegerField(
        label=_("Units to inspect"), min_value=1, max_value=100_000, widget=forms.NumberInput(attrs=_TEXT)
    )
    how = forms.ChoiceField(
        label=_("Shared out among strata"),
        choices=[
            (Allocation.PROPORTIONAL.value, _("By the number of units")),
            (Allocation.NEYMAN.value, _("By number and expected findings (Neyman)")),
        ],
        widget=forms.Select(attrs=_CHOICE),
    )
    public_number_of = forms.CharField(
        label=_("Public number to be added"),
        max_length=SEED_LONGEST,
        required=False,
        help_text=_(
            "A number that nobody knows yet, such as that of a lottery on a day to come; it may be left out."
        ),
        widget=forms.TextInput(attrs=_TEXT),
    )


class DrawForm(forms.Form):
    """The public number, where one was announced; else nothing is asked."""

    def __init__(self, announced: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if announced:
            self.fields["public_number"] = forms.CharField(
                label=_("Public number"),
                max_length=SEED_LONGEST,
                help_text=announced,
                widget=forms.TextInput(attrs={**_TEXT, "inputmode": "numeric", "autocomplete": "off"}),
            )


class ConclusionForm(forms.Form):
    """What the tour came to."""

    conclusion = forms.CharField(label=_("Conclusion"), max_length=4000, widget=forms.Textarea(attrs=_LONG))


class _OnTheSpot(forms.Form):
    """Which unit of the sample, on which day."""

    unit = forms.ChoiceField(label=_("Unit"), widget=forms.Select(attrs=_CHOICE))

    def __init__(self, standing: TourStanding, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tongue = language()
        named = {each["key"]: each["name"] for each in standing.published["population"]}
        self.fields["unit"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *(
                (key, f"{key} {named[key][tongue] or named[key]['zh']}"[:80])
                for key in (each["key"] for each in standing.drawn["sample"])
            ),
        ]
        last = min(standing.tour.ends, timezone.localdate())
        for name in ("visited_on", "found_on"):
            if name in self.fields:
                self.fields[name].initial = last
                self.fields[name].widget.attrs |= {
                    "min": standing.tour.starts.isoformat(),
                    "max": last.isoformat(),
                }


class VisitForm(_OnTheSpot):
    """What came of a visit."""

    visited_on = forms.DateField(
        label=_("Visited on"), widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d")
    )
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=UnitVisit.Outcome.choices, widget=forms.Select(attrs=_CHOICE)
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=2000,
        required=False,
        help_text=_("Needed where the unit could not be inspected."),
        widget=forms.Textarea(attrs=_LONG),
    )


class FindingForm(_OnTheSpot):
    """A problem found on the spot."""

    title = forms.CharField(
        label=_("What was found, in a line"), max_length=120, widget=forms.TextInput(attrs=_TEXT)
    )
    photographs = Photographs(label=_("Photographs"))
    severity = forms.ChoiceField(
        label=_("Severity"), choices=Severity.choices, widget=forms.Select(attrs=_CHOICE)
    )
    rule = forms.CharField(label=_("Rule broken"), max_length=200, widget=forms.TextInput(attrs=_TEXT))
    description = forms.CharField(label=_("Description"), max_length=4000, widget=forms.Textarea(attrs=_LONG))
    body = forms.ChoiceField(label=_("Body concerned"), widget=forms.Select(attrs=_CHOICE))
    found_on = forms.DateField(label=_("Found on"), widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"))
    longitude = forms.FloatField(
        label=_("Longitude (degrees east)"),
        required=False,
        help_text=_(
            "WGS84, in decimal degrees. Coordinates of Chinese map programmes (GCJ-02) lie some hundred metres off."
        ),
        widget=forms.NumberInput(attrs={**_TEXT, "step": "any", "inputmode": "decimal"}),
    )
    latitude = forms.FloatField(
        label=_("Latitude (degrees north)"),
        required=False,
        widget=forms.NumberInput(attrs={**_TEXT, "step": "any", "inputmode": "decimal"}),
    )
    place = forms.ModelChoiceField(
        Place.objects.none(), label=_("Place on record"), required=False, widget=forms.Select(attrs=_CHOICE)
    )
    place_text = forms.CharField(
        label=_("Where, in words"),
        max_length=200,
        required=False,
        help_text=_("A place on record, coordinates or words: one of them is needed."),
        widget=forms.TextInput(attrs=_TEXT),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["photographs"].help_text = _("1 to %(most)d, JPEG, PNG or WebP.") % {
            "most": MOST_PHOTOGRAPHS
        }
        self.fields["body"].choices = [("", "—"), *bodies()]  # type: ignore[attr-defined]
        self.fields["place"].queryset = Place.objects.all()  # type: ignore[attr-defined]

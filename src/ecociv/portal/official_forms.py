"""The forms of officials (领导干部) and their posts (任职)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ecociv.portal.document_form import bodies
from ecociv.supervision.responsibility.posts import REASON_LONGEST, SOURCE_LONGEST, TITLE_LONGEST

_TEXT = {"class": "form-control"}
_DATE = {"type": "date", "class": "form-control"}


class OfficialForm(forms.Form):
    """A person, and what tells two of the same name apart."""

    name = forms.CharField(label=_("Name"), max_length=TITLE_LONGEST, widget=forms.TextInput(attrs=_TEXT))
    note = forms.CharField(
        label=_("To tell apart"),
        max_length=120,
        required=False,
        help_text=_("Such as the month of birth, where another person has the same name."),
        widget=forms.TextInput(attrs=_TEXT),
    )


class PostForm(forms.Form):
    """A post with its term and the document that it rests on."""

    body = forms.ChoiceField(label=_("Body"), widget=forms.Select(attrs={"class": "form-select"}))
    title = forms.CharField(label=_("Post"), max_length=TITLE_LONGEST, widget=forms.TextInput(attrs=_TEXT))
    starts = forms.DateField(
        label=_("First day in post"), widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d")
    )
    ends = forms.DateField(
        label=_("Last day in post"),
        required=False,
        help_text=_("Empty while the post is held."),
        widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"),
    )
    source = forms.CharField(
        label=_("Document of appointment"),
        max_length=SOURCE_LONGEST,
        help_text=_("Its number or title."),
        widget=forms.TextInput(attrs=_TEXT),
    )

    file = forms.FileField(
        label=_("File of the appointment"),
        required=False,
        help_text=_("It is filed in the document library, for people of the zone."),
        widget=forms.FileInput(attrs={"class": "form-control"}),
    )
    digest = forms.CharField(
        label=_("Or the SHA-256 of a document in the library"),
        max_length=64,
        required=False,
        widget=forms.TextInput(attrs={**_TEXT, "autocapitalize": "none", "spellcheck": "false"}),
    )
    without_document = forms.CharField(
        label=_("Without a file: why there is none"),
        max_length=REASON_LONGEST,
        required=False,
        help_text=_("A new post has its file, or says here why there is none; the page shows it."),
        widget=forms.TextInput(attrs=_TEXT),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].choices = [("", "—"), *bodies()]  # type: ignore[attr-defined]


class Correction(forms.Form):
    """Why something on record is corrected, and the revision that the page showed."""

    reason = forms.CharField(
        label=_("Reason for the correction"), max_length=REASON_LONGEST, widget=forms.TextInput(attrs=_TEXT)
    )
    seen = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class OfficialCorrection(OfficialForm, Correction):
    """Another name or note."""

    field_order = ["name", "note", "reason", "seen"]


class PostCorrection(PostForm, Correction):
    """Another term or title, the end of a post, or that it was recorded by mistake."""

    withdraw = forms.BooleanField(
        label=_("Recorded by mistake: take the post out of the record from today"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    field_order = [
        "body",
        "title",
        "starts",
        "ends",
        "source",
        "file",
        "digest",
        "without_document",
        "withdraw",
        "reason",
        "seen",
    ]

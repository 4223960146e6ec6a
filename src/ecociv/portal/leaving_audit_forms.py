"""The forms of the leaving-office audit: new audit, seed, paper, review, request, comment, conclusion."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ecociv.accounts.audit.declaration import RuleSet
from ecociv.accounts.audit.models import FindingSeverity
from ecociv.portal.zone import language

_TEXT = {"class": "form-control"}
_CHOICE = {"class": "form-select"}
_DATE = {"type": "date", "class": "form-control"}


def _area(rows: int = 4) -> forms.Textarea:
    return forms.Textarea({**_TEXT, "rows": rows})


class NewAuditForm(forms.Form):
    """Whose term is audited: a post and its days."""

    post = forms.ChoiceField(
        label=_("Official and post"),
        widget=forms.Select(_CHOICE),
        help_text=_("Officials and posts come from the record of responsibility."),
    )
    first = forms.DateField(
        label=_("First day"),
        required=False,
        widget=forms.DateInput(_DATE, format="%Y-%m-%d"),
        help_text=_("Empty: the first day in post. Days outside the post are cut off."),
    )
    last = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(_DATE, format="%Y-%m-%d"),
        help_text=_("Empty: the last day in post, or today."),
    )

    def __init__(self, posts: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].choices = [("", "—"), *posts]  # type: ignore[attr-defined]


class SeedForm(forms.Form):
    """The seed of the sample; it is published with the list before anything is drawn."""

    seed = forms.CharField(
        label=_("Seed"),
        max_length=200,
        widget=forms.TextInput(_TEXT),
        help_text=_("Any words, such as the number of this audit. Whoever knows seed and list draws the same sample."),
    )
    size = forms.IntegerField(
        label=_("Records to draw"), min_value=1, max_value=500, initial=12, widget=forms.NumberInput(_TEXT)
    )


class PaperForm(forms.Form):
    """A working paper."""

    title = forms.CharField(label=_("Title"), max_length=200, widget=forms.TextInput(_TEXT))
    procedure = forms.CharField(
        label=_("What was done"),
        required=False,
        max_length=4000,
        widget=_area(),
        help_text=_("Needed when the paper is handed in for review."),
    )
    finding = forms.CharField(label=_("What was observed"), required=False, max_length=4000, widget=_area())
    severity = forms.ChoiceField(
        label=_("How grave"), choices=FindingSeverity.choices, widget=forms.Select(_CHOICE)
    )
    hand_in = forms.BooleanField(
        label=_("Hand in for review by another auditor"), required=False, widget=forms.CheckboxInput({"class": "form-check-input"})
    )


class ReviewForm(forms.Form):
    """The review of a paper."""

    accept = forms.ChoiceField(
        label=_("Review"),
        choices=[("", "—"), ("yes", _("Pass")), ("no", _("Send back"))],
        widget=forms.Select(_CHOICE),
    )
    note = forms.CharField(
        label=_("Remarks"), required=False, max_length=2000, widget=_area(2), help_text=_("Needed when it is sent back.")
    )


class RequestForm(forms.Form):
    """What a body is asked for."""

    body = forms.ChoiceField(label=_("Body asked"), widget=forms.Select(_CHOICE))
    request = forms.CharField(
        label=_("What is to be handed in"),
        max_length=2000,
        widget=_area(2),
        help_text=_("Opens a case with five working days for the body."),
    )

    def __init__(self, bodies: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].choices = bodies  # type: ignore[attr-defined]


class CommentForm(forms.Form):
    """What the audited body says to the draft."""

    text = forms.CharField(label=_("Comment of the body"), max_length=4000, widget=_area(5))


class ConclusionForm(forms.Form):
    """The auditor's conclusion."""

    chosen = forms.ChoiceField(label=_("Class"), widget=forms.Select(_CHOICE))
    reason = forms.CharField(
        label=_("Reasons"),
        max_length=4000,
        widget=_area(4),
        help_text=_("Say also why, where the class is another than the proposed one."),
    )

    def __init__(self, rules: RuleSet, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tongue = language()
        self.fields["chosen"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *((one.key, one.name.in_language(tongue)) for one in rules.classes),
        ]

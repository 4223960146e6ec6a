"""The form of a filing: what is said about a document."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ecociv.evidence.library.formats import FORMATS
from ecociv.evidence.library.rules import Statement
from ecociv.evidence.library.types import document_types
from ecociv.evidence.models import DocumentFiling
from ecociv.people.roles import Role
from ecociv.portal.collation import collation_key
from ecociv.portal.filed import plan_or_none, type_text
from ecociv.portal.zone import language

_DATE = {"type": "date", "class": "form-control"}
_TEXT = {"class": "form-control"}


class StatementForm(forms.Form):
    """What somebody says about a file."""

    title = forms.CharField(label=_("Title"), max_length=200, widget=forms.TextInput(attrs=_TEXT))
    type = forms.ChoiceField(label=_("Type"), widget=forms.Select(attrs={"class": "form-select"}))
    subject = forms.CharField(
        label=_("Evidence for"),
        max_length=200,
        help_text=_(
            "For example task:42, project:7, indicator:29, series:…, or patches/prohibited-development."
        ),
        widget=forms.TextInput(attrs={**_TEXT, "list": "claims", "autocapitalize": "none"}),
    )
    issuer = forms.CharField(
        label=_("Issued by"),
        max_length=128,
        required=False,
        widget=forms.TextInput(attrs={**_TEXT, "list": "bodies"}),
    )
    number = forms.CharField(
        label=_("Document number"), max_length=80, required=False, widget=forms.TextInput(attrs=_TEXT)
    )
    issued_on = forms.DateField(label=_("Date of issue"), required=False, widget=forms.DateInput(attrs=_DATE))
    valid_from = forms.DateField(label=_("Valid from"), required=False, widget=forms.DateInput(attrs=_DATE))
    valid_to = forms.DateField(
        label=_("Valid to"),
        required=False,
        help_text=_("The last day on which it holds; leave it empty where there is none."),
        widget=forms.DateInput(attrs=_DATE),
    )
    confidentiality = forms.ChoiceField(
        label=_("Confidentiality"),
        choices=DocumentFiling.Confidentiality.choices,
        initial="internal",
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    clause = forms.CharField(
        label=_("Clause it rests on"),
        max_length=200,
        required=False,
        help_text=_("Needed where the document is restricted."),
        widget=forms.TextInput(attrs=_TEXT),
    )
    reader_roles = forms.MultipleChoiceField(
        label=_("Roles that may see it when restricted"), required=False, widget=forms.CheckboxSelectMultiple
    )
    reader_bodies = forms.MultipleChoiceField(
        label=_("Bodies that may see it when restricted"), required=False, widget=forms.CheckboxSelectMultiple
    )
    description = forms.CharField(
        label=_("Description"), required=False, widget=forms.Textarea(attrs={**_TEXT, "rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].choices = [(key, type_text(key)) for key in document_types()]  # type: ignore[attr-defined]
        self.fields["reader_roles"].choices = [  # type: ignore[attr-defined]
            (role.value, role.label.in_language(language()))
            for role in Role
            if role not in {Role.VISITOR, Role.LEADING_GROUP_OFFICE}
        ]
        self.fields["reader_bodies"].choices = bodies()  # type: ignore[attr-defined]

    def statement(self) -> Statement:
        """The statement of a form that is valid."""
        said = {name: self.cleaned_data[name] for name in Statement.__dataclass_fields__}
        return Statement(
            **{
                **said,
                "reader_roles": frozenset(said["reader_roles"]),
                "reader_bodies": frozenset(said["reader_bodies"]),
            }
        )


class FilingForm(StatementForm):
    """A file with what is said about it."""

    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(
            attrs={
                "class": "form-control",
                "accept": ",".join(ending for each in FORMATS.values() for ending in each.endings),
            }
        ),
    )
    reason = forms.CharField(
        label=_("Why there is a new edition"),
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs=_TEXT),
    )

    field_order = ["file"]


class CorrectionForm(StatementForm):
    """Another statement about the same file, with the reason."""

    reason = forms.CharField(
        label=_("Reason for the correction"), max_length=500, widget=forms.TextInput(attrs=_TEXT)
    )


def bodies() -> list[tuple[str, str]]:
    """Keys and names of the bodies of the plan, in the order of their names."""
    plan = plan_or_none()
    if plan is None:
        return []
    named = [(body.key, body.shown(language())) for body in plan.organisations]
    return sorted(named, key=lambda pair: collation_key(pair[1]))


def claims() -> list[tuple[str, str]]:
    """Claims to choose from: indicators, tasks and projects of the plan."""
    plan = plan_or_none()
    if plan is None:
        return []
    tongue = language()
    return [
        *((f"indicator:{each.number}", each.name.in_language(tongue)) for each in plan.indicators),
        *((f"task:{each.number}", each.title.in_language(tongue)) for each in plan.tasks),
        *((f"project:{each.number}", each.title.in_language(tongue)) for each in plan.projects),
    ]

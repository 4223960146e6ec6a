"""Forms that open and close accounts of the registry, and let a series expire."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from ecociv.portal.exchange_forms import document_field
from ecociv.portal.zone import language

_TEXT = {"class": "form-control"}


class Confirmed(forms.Form):
    """A form under a document that is looked at before anything is recorded."""

    document = document_field()

    def refused(self, refusal: Any) -> None:
        """Show why an action was refused, above the form."""
        self.add_error(None, refusal.text.in_language(language()))


class OpenAccountForm(Confirmed):
    """An account to open."""

    account = forms.CharField(
        label=pgettext_lazy("rights", "Account"),
        max_length=120,
        widget=forms.TextInput({**_TEXT, "autocomplete": "off", "list": "known-enterprises"}),
        help_text=gettext_lazy(
            "The unified social credit code of the enterprise, the key of a body of the zone, or the key of the reserve of an instrument."
        ),
    )
    sort = forms.ChoiceField(
        label=gettext_lazy("Sort"),
        choices=[("trader", gettext_lazy("participant")), ("reserve", gettext_lazy("government reserve"))],
        widget=forms.Select({"class": "form-select"}),
    )
    name = forms.CharField(
        label=pgettext_lazy("rights", "Name"),
        max_length=120,
        required=False,
        widget=forms.TextInput(_TEXT),
        help_text=gettext_lazy("Empty: the name on the register of enterprises."),
    )
    owner = forms.CharField(
        label=gettext_lazy("Beneficial owner"),
        max_length=120,
        required=False,
        widget=forms.TextInput({**_TEXT, "autocomplete": "off"}),
        help_text=gettext_lazy(
            "Credit code of whoever controls several accounts: they do not trade with each other, and supervision looks at them together. Empty: the account itself."
        ),
    )
    field_order = ("account", "sort", "name", "owner", "document")


class OwnerForm(Confirmed):
    """Who controls an account."""

    owner = forms.CharField(
        label=gettext_lazy("Beneficial owner"),
        max_length=120,
        widget=forms.TextInput({**_TEXT, "autocomplete": "off"}),
        help_text=gettext_lazy(
            "The same for all accounts of a group: usually the credit code of its parent."
        ),
    )
    field_order = ("owner", "document")

"""The forms of the books: an entry, a reversal, an account, a statement file, a match."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ecociv.ledger.bank.forms import statement_forms
from ecociv.ledger.models import Book, Entry, LedgerAccount
from ecociv.ledger.money import NotMoney, fen
from ecociv.portal.zone import language, zone_key

TEXT = {"class": "form-control"}
CHOICE = {"class": "form-select"}
DATE = {"type": "date", "class": "form-control"}


class MoneyField(forms.Field):
    """An amount in yuan, read into whole fen; parts of a fen are refused with a sentence."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput({**TEXT, "inputmode": "decimal"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        """Whole fen."""
        text = str(value or "").strip()[:40]
        if not text:
            return None
        try:
            return fen(text)
        except NotMoney as refused:
            raise forms.ValidationError(refused.text.in_language(language())) from refused


class EntryForm(forms.Form):
    """An entry from one account to another."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(DATE, format="%Y-%m-%d"))
    kind = forms.ChoiceField(label=_("Kind"), widget=forms.Select(CHOICE))
    payer = forms.ChoiceField(label=_("From account"), widget=forms.Select(CHOICE))
    receiver = forms.ChoiceField(label=_("To account"), widget=forms.Select(CHOICE))
    amount = MoneyField(label=_("Amount in yuan"), help_text=_("Two decimals at most, such as 1,234.50."))
    document = forms.CharField(
        label=_("Document"),
        max_length=200,
        widget=forms.TextInput(TEXT),
        help_text=_("Number of the document that the entry rests on."),
    )
    text = forms.CharField(label=_("Text"), max_length=500, widget=forms.TextInput(TEXT))
    request_key = forms.CharField(max_length=64, widget=forms.HiddenInput())

    def __init__(self, book: Book, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = [(each.key, each.title.in_language(language())) for each in book.accounts.order_by("key")]
        self.fields["payer"].choices = [("", "—"), *accounts]  # type: ignore[attr-defined]
        self.fields["receiver"].choices = [("", "—"), *accounts]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            choice for choice in Entry.Kind.choices if choice[0] != Entry.Kind.REVERSAL
        ]
        self.fields["day"].initial = timezone.localdate()


class ReversalForm(forms.Form):
    """Why an entry is taken back."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(DATE, format="%Y-%m-%d"))
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea({**TEXT, "rows": 3}))
    document = forms.CharField(
        label=_("Document"), max_length=200, required=False, widget=forms.TextInput(TEXT)
    )


class AccountForm(forms.Form):
    """A new account."""

    key = forms.SlugField(
        label=_("Key"),
        max_length=96,
        widget=forms.TextInput(TEXT),
        help_text=_("Letters, digits and hyphens; it stays for good."),
    )
    title_zh = forms.CharField(label=_("Name in Chinese"), max_length=200, widget=forms.TextInput(TEXT))
    title_en = forms.CharField(label=_("Name in English"), max_length=200, widget=forms.TextInput(TEXT))
    body = forms.CharField(
        label=_("Held by"),
        max_length=96,
        widget=forms.TextInput(TEXT),
        help_text=_("Key of a body of the plan, or the credit code of an enterprise."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=LedgerAccount.Kind.choices, widget=forms.Select(CHOICE))
    floor = MoneyField(
        label=_("Lowest balance in yuan"),
        required=False,
        help_text=_("0 for an account that cannot be overdrawn; empty for a party outside."),
    )
    opened_on = forms.DateField(label=_("Opened on"), widget=forms.DateInput(DATE, format="%Y-%m-%d"))


class StatementFileForm(forms.Form):
    """A statement file of the bank."""

    file = forms.FileField(label=_("Statement file (CSV)"), widget=forms.ClearableFileInput(TEXT))
    form = forms.ChoiceField(label=_("Form of the file"), widget=forms.Select(CHOICE))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form"].choices = [  # type: ignore[attr-defined]
            (key, each.title.in_language(language())) for key, each in statement_forms(zone_key()).items()
        ]

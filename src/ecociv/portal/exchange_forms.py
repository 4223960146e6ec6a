"""Forms of the registry of rights and of the regulator's console."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ecociv.exchange.models import AlertDecision
from ecociv.exchange.queries import accounts, markets
from ecociv.exchange.registry import Series
from ecociv.portal.exchange_figures import instrument_choices, region_choices
from ecociv.portal.zone import language, zone_key

_TEXT = {"class": "form-control"}
_NUMBER = {"class": "form-control number", "inputmode": "numeric"}
_CHOICE = {"class": "form-select"}
_DATE = {"type": "date", "class": "form-control"}
LARGEST = 10**12


EXAMPLE = gettext_lazy("Title and number, such as 景环〔2018〕9号.")


def document_field(help_text: Any = EXAMPLE) -> forms.CharField:
    """The document on which something rests."""
    return forms.CharField(
        label=gettext_lazy("Document it rests on"),
        max_length=300,
        widget=forms.TextInput(_TEXT),
        help_text=help_text,
    )


def units_field(
    label: Any, *, least: int = 1, required: bool = True, help_text: Any = ""
) -> forms.IntegerField:
    """A whole number of units."""
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=LARGEST,
        required=required,
        help_text=help_text,
        widget=forms.TextInput(_NUMBER),
    )


def account_options(*, reserves: bool = True) -> list[tuple[str, str]]:
    """Accounts that are open, by name."""
    rows = accounts(zone_key()).filter(closed=False)
    if not reserves:
        rows = rows.filter(sort="trader")
    return [("", "—"), *((row.account, f"{row.name} ({row.account})") for row in rows)]


class SeriesForm(forms.Form):
    """An instrument with its vintage and region."""

    instrument = forms.ChoiceField(label=pgettext_lazy("rights", "Instrument"), widget=forms.Select(_CHOICE))
    vintage = forms.IntegerField(
        label=gettext_lazy("Vintage"),
        min_value=1990,
        max_value=2999,
        widget=forms.TextInput(_NUMBER),
        help_text=gettext_lazy("Year of issue of a discharge right, year of compliance of an allowance."),
    )
    region = forms.ChoiceField(
        label=gettext_lazy("Region or basin"),
        required=False,
        widget=forms.Select(_CHOICE),
        help_text=gettext_lazy("Leave it open for carbon, which belongs to the whole country."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["instrument"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *((one.value, one.label) for one in instrument_choices()),
        ]
        self.fields["region"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *((one.value, one.label) for one in region_choices()),
        ]

    @property
    def series(self) -> Series:
        """What was chosen."""
        said = self.cleaned_data
        return Series(said["instrument"], said["vintage"], said["region"])

    def refused(self, refusal: Any) -> None:
        """Show why an action was refused, above the form."""
        self.add_error(None, refusal.text.in_language(language()))


class AllocationForm(SeriesForm):
    """A round of allocation."""

    cap = units_field(
        gettext_lazy("Cap"),
        help_text=gettext_lazy("Whole units; what nobody has a ground for stays in the reserve."),
    )
    paid_percent = forms.DecimalField(
        label=gettext_lazy("Part that is paid for (%)"),
        min_value=0,
        max_value=100,
        decimal_places=2,
        initial=0,
        widget=forms.TextInput(_NUMBER),
        help_text=gettext_lazy("From permits: the same part for everybody. A file states it for each row."),
    )
    source = forms.ChoiceField(
        label=gettext_lazy("Who is given rights"),
        choices=[
            ("permits", gettext_lazy("Holders of discharge permits in force")),
            ("file", gettext_lazy("The file below")),
        ],
        widget=forms.Select(_CHOICE),
    )
    on = forms.DateField(
        label=gettext_lazy("Rules and permits of"),
        widget=forms.DateInput(_DATE, format="%Y-%m-%d"),
        help_text=gettext_lazy("The day whose permits and rules hold."),
    )
    file = forms.FileField(
        label=gettext_lazy("File of outputs (CSV)"),
        required=False,
        widget=forms.ClearableFileInput({"class": "form-control", "accept": ".csv"}),
        help_text=gettext_lazy(
            "Columns account, permitted, product, output, benchmark, corrections (several with ;), paid_percent; a row for each product."
        ),
    )
    supplement = forms.BooleanField(
        label=gettext_lazy("It adds to a round that this series has had"),
        required=False,
        widget=forms.CheckboxInput({"class": "form-check-input"}),
    )
    document = document_field()

    def clean(self) -> dict[str, Any]:
        """A file where it is asked for."""
        said = super().clean() or {}
        if said.get("source") == "file" and not said.get("file"):
            self.add_error("file", _("Choose the file."))
        return said


class OperationForm(SeriesForm):
    """Something done with units of an account."""

    operation = forms.ChoiceField(
        label=gettext_lazy("What is done"),
        choices=[
            ("pledge", gettext_lazy("Pledge")),
            ("unpledge", gettext_lazy("Release a pledge")),
            ("freeze", gettext_lazy("Freeze units by order")),
            ("unfreeze", gettext_lazy("Unfreeze units")),
            ("transfer", gettext_lazy("Transfer outside of trading")),
            ("cancel", gettext_lazy("Cancel for good")),
            ("grant", gettext_lazy("Hand over the paid part of an allocation")),
            ("bank", gettext_lazy("Carry into a later vintage")),
            ("borrow", gettext_lazy("Borrow from the next vintage")),
            ("repay", gettext_lazy("Repay what was borrowed, in units of its vintage")),
            ("replace", gettext_lazy("Reduction replacement")),
            ("buy-back", gettext_lazy("Buy back into the reserve")),
            ("reclaim", gettext_lazy("Reclaim idle rights")),
        ],
        widget=forms.Select(_CHOICE),
    )
    account = forms.ChoiceField(label=pgettext_lazy("rights", "Account"), widget=forms.Select(_CHOICE))
    quantity = units_field(pgettext_lazy("rights", "Units"))
    claim = forms.CharField(
        label=gettext_lazy("Contract or order"),
        max_length=120,
        required=False,
        widget=forms.TextInput(_TEXT),
        help_text=gettext_lazy(
            "Number of the pledge contract or of the order to freeze; the release names the same."
        ),
    )
    price = units_field(
        gettext_lazy("Price (fen per unit and year)"),
        required=False,
        help_text=gettext_lazy(
            "For the paid part and for buying back: price x units x years pass between the account and the reserve."
        ),
    )
    target = forms.IntegerField(
        label=gettext_lazy("Into vintage"),
        min_value=1990,
        max_value=2999,
        required=False,
        widget=forms.TextInput(_NUMBER),
        help_text=gettext_lazy("For carrying over and for replacement."),
    )
    net_sold = units_field(
        gettext_lazy("Sold net"),
        least=0,
        required=False,
        help_text=gettext_lazy("For carrying over: units sold less units bought in the span of the scheme."),
    )
    quality = forms.ChoiceField(
        label=gettext_lazy("Quality of last year"),
        required=False,
        choices=[
            ("", gettext_lazy("not known")),
            ("met", gettext_lazy("met the standard")),
            ("missed", gettext_lazy("missed the standard")),
        ],
        widget=forms.Select(_CHOICE),
        help_text=gettext_lazy("For replacement: twice as much is given up where it missed the standard."),
    )
    last_used = forms.DateField(
        label=gettext_lazy("Last day of use"),
        required=False,
        widget=forms.DateInput(_DATE, format="%Y-%m-%d"),
        help_text=gettext_lazy("For idle rights, as the inspection found it."),
    )
    taker = forms.ChoiceField(
        label=gettext_lazy("To account"),
        required=False,
        widget=forms.Select(_CHOICE),
        help_text=gettext_lazy(
            "For a transfer: merger, inheritance, judgment. Bans on passing rights on hold here too."
        ),
    )
    document = document_field()
    field_order = (
        "operation",
        "account",
        "instrument",
        "vintage",
        "region",
        "quantity",
        "claim",
        "taker",
        "price",
        "target",
        "net_sold",
        "quality",
        "last_used",
        "document",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].choices = account_options()  # type: ignore[attr-defined]
        self.fields["taker"].choices = account_options()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A transfer goes somewhere, and a claim has a number."""
        said = super().clean() or {}
        if said.get("operation") == "transfer" and not said.get("taker"):
            self.add_error("taker", _("Choose the account that receives them."))
        if said.get("operation") in ("pledge", "unpledge", "freeze", "unfreeze") and not said.get("claim"):
            self.add_error("claim", _("Give the number of the contract or of the order."))
        if said.get("operation") in ("grant", "buy-back") and not said.get("price"):
            self.add_error("price", _("Give the price."))
        if said.get("operation") in ("bank", "replace") and not said.get("target"):
            self.add_error("target", _("Give the vintage."))
        return said


class EmissionForm(SeriesForm):
    """Verified emissions of a year."""

    account = forms.ChoiceField(label=pgettext_lazy("rights", "Account"), widget=forms.Select(_CHOICE))
    quantity = units_field(
        gettext_lazy("Verified emissions"), least=0, help_text=gettext_lazy("Whole units of the instrument.")
    )
    document = document_field(gettext_lazy("Number of the report of the verification."))
    reason = forms.CharField(
        label=gettext_lazy("Reason of a restatement"),
        max_length=500,
        required=False,
        widget=forms.TextInput(_TEXT),
        help_text=gettext_lazy("Needed when the year has a figure already; both are kept."),
    )
    field_order = ("account", "instrument", "vintage", "region", "quantity", "document", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].choices = account_options(reserves=False)  # type: ignore[attr-defined]
        self.fields["vintage"].label = _("Year")
        self.fields["vintage"].help_text = _("The year in which it was emitted.")


class SurrenderForm(forms.Form):
    """A surrender: how many credits, and whether a part may go."""

    credits = units_field(gettext_lazy("Sink credits to use"), least=0, required=False)
    partial = forms.BooleanField(
        label=gettext_lazy("Surrender what there is, although it does not suffice"),
        required=False,
        widget=forms.CheckboxInput({"class": "form-check-input"}),
    )
    document = document_field(gettext_lazy("Number of the notice of compliance."))


class AccountOrderForm(forms.Form):
    """Freezing or unfreezing of a whole account."""

    account = forms.ChoiceField(label=pgettext_lazy("rights", "Account"), widget=forms.Select(_CHOICE))
    document = document_field(gettext_lazy("Number of the order of the court or of the authority."))

    def __init__(self, *args: Any, frozen: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = accounts(zone_key()).filter(closed=False, frozen=frozen, sort__in=["trader", "reserve"])
        self.fields["account"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *((row.account, f"{row.name} ({row.account})") for row in rows),
        ]


class MarketOrderForm(forms.Form):
    """Halt of a market, or its end."""

    market = forms.ChoiceField(label=gettext_lazy("Market"), widget=forms.Select(_CHOICE))
    document = document_field(gettext_lazy("Number of the announcement or of the order."))

    def __init__(self, *args: Any, halted: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tongue = language()
        self.fields["market"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *(
                (one.row.market, one.rules.label.in_language(tongue))
                for one in markets(zone_key())
                if bool(one.row.halted) == halted
            ),
        ]


class DecisionForm(forms.Form):
    """What became of an alert."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"), choices=AlertDecision.Decision.choices, widget=forms.Select(_CHOICE)
    )
    note = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        widget=forms.Textarea({"class": "form-control", "rows": 3}),
    )
    document = forms.CharField(
        label=gettext_lazy("Document"),
        max_length=300,
        required=False,
        widget=forms.TextInput(_TEXT),
        help_text=gettext_lazy("Needed where a measure was taken."),
    )

    def refused(self, refusal: Any) -> None:
        """Show why it was refused."""
        self.add_error(None, refusal.text.in_language(language()))


class LookForm(forms.Form):
    """The trading day that supervision looks at."""

    day = forms.DateField(label=gettext_lazy("Trading day"), widget=forms.DateInput(_DATE, format="%Y-%m-%d"))


class ExtractForm(forms.Form):
    """The span and the form of the audit extract."""

    since = forms.DateField(label=gettext_lazy("From"), widget=forms.DateInput(_DATE, format="%Y-%m-%d"))
    until = forms.DateField(
        label=gettext_lazy("To"),
        widget=forms.DateInput(_DATE, format="%Y-%m-%d"),
        help_text=gettext_lazy("This day included."),
    )
    account = forms.CharField(
        label=gettext_lazy("Only account"), max_length=120, required=False, widget=forms.TextInput(_TEXT)
    )
    form = forms.ChoiceField(
        label=pgettext_lazy("rights", "File format"),
        choices=[("csv", "CSV"), ("jsonl", "JSON Lines")],
        widget=forms.Select(_CHOICE),
    )

    def clean(self) -> dict[str, Any]:
        """The span is in order."""
        said = super().clean() or {}
        since, until = said.get("since"), said.get("until")
        if isinstance(since, dt.date) and isinstance(until, dt.date) and since > until:
            self.add_error("until", _("The last day lies before the first."))
        return said

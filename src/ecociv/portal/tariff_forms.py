"""Forms of prices: a proposal, a bill, the paper of a hearing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from ecociv.core.decimals import shortest
from ecociv.portal.zone import language
from ecociv.tariffs.consumption import MOST_BYTES
from ecociv.tariffs.declaration import Elasticity, NoTariffThen, Tariff, Tariffs, TariffVersion
from ecociv.tariffs.schedule import version_with

_TEXT = {"class": "form-control"}
_CHOICE = {"class": "form-select"}
_DAY = forms.DateInput({"class": "form-control", "type": "date"}, format="%Y-%m-%d")
MOST_UPLOAD = min(MOST_BYTES, 60_000_000)
"""Bytes of a file on the page; larger ones go by the command line."""


class TariffChoice(forms.Form):
    """Which tariff, and on which day."""

    tariff = forms.ChoiceField(label=_("Tariff"), widget=forms.Select(_CHOICE))

    def __init__(self, declared: Tariffs, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.declared = declared
        self.fields["tariff"].choices = [  # type: ignore[attr-defined]
            (one.key, one.name.in_language(language())) for one in declared.tariffs
        ]

    def chosen(self) -> Tariff:
        """The tariff that was chosen."""
        return self.declared.tariff(self.cleaned_data["tariff"])


class ProposalForm(TariffChoice):
    """A version in force, and other tiers instead of its own."""

    on = forms.DateField(
        label=_("In force on"), widget=_DAY, help_text=_("The tariff that the proposal is compared with.")
    )
    accumulation = forms.ChoiceField(
        label=_("Use is accumulated"),
        choices=[("month", _("by month")), ("quarter", _("by quarter")), ("year", _("by year"))],
        widget=forms.Select(_CHOICE),
        help_text=_("Volumes below are those of one such period; it begins again with the calendar."),
    )
    tiers = forms.CharField(
        label=_("Ends of the tiers (m³)"),
        required=False,
        max_length=100,
        widget=forms.TextInput({**_TEXT, "inputmode": "decimal", "placeholder": "180, 264"}),
        help_text=_("With commas, the last tier has none: 180, 264. Empty for one price."),
    )
    prices = forms.CharField(
        label=_("Prices (yuan/m³)"),
        max_length=100,
        widget=forms.TextInput({**_TEXT, "inputmode": "decimal", "placeholder": "2, 3, 6"}),
        help_text=_("One more than the ends: 2, 3, 6. Without surcharges, which stay as they are."),
    )
    extra = forms.DecimalField(
        label=_("More a person (m³)"),
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(10_000),
        max_digits=8,
        decimal_places=3,
        widget=forms.NumberInput({**_TEXT, "step": "any"}),
        help_text=_(
            "By which each end rises for each person above the declared household size; empty: as now."
        ),
    )
    elasticity = forms.DecimalField(
        label=_("Elasticity of your own"),
        required=False,
        min_value=Decimal(-2),
        max_value=Decimal(0),
        max_digits=5,
        decimal_places=3,
        widget=forms.NumberInput({**_TEXT, "step": "0.01", "placeholder": "-0.25"}),
        help_text=_(
            "By how many per cent use changes when the price rises by one: -2 to 0. Shown beside the declared range; empty: "
            "the range alone."
        ),
    )
    elasticity_source = forms.CharField(
        label=_("Where the elasticity is from"),
        required=False,
        max_length=200,
        widget=forms.TextInput(_TEXT),
        help_text=_("A study or an assumption; it stands in the paper."),
    )
    proposal: TariffVersion
    before: TariffVersion

    def clean_tiers(self) -> list[Decimal]:
        """Numbers with commas."""
        return _numbers(self.cleaned_data["tiers"])

    def clean_prices(self) -> list[Decimal]:
        """Numbers with commas."""
        return _numbers(self.cleaned_data["prices"])

    def clean(self) -> dict[str, Any]:
        """The version in force, and the proposal, which has to stand like a declared one."""
        said = super().clean() or {}
        if not {"tariff", "on", "accumulation", "tiers", "prices"} <= set(said):
            return said
        try:
            self.before = self.chosen().version_on(said["on"])
        except NoTariffThen as refused:
            self.add_error("on", refused.text.in_language(language()))
            return said
        bounds, prices = said["tiers"], said["prices"]
        if len(prices) != len(bounds) + 1:
            self.add_error(
                "prices",
                gettext("%(ends)s ends make %(tiers)s tiers, but %(prices)s prices are given.")
                % {"ends": len(bounds), "tiers": len(bounds) + 1, "prices": len(prices)},
            )
            return said
        extras = None if said.get("extra") is None else [said["extra"]] * len(bounds)
        try:
            self.proposal = version_with(
                self.before, bounds=bounds, prices=prices, accumulation=said["accumulation"], extras=extras
            )
        except ValidationError as refused:
            for one in refused.errors():
                field, words = _fault(one)
                self.add_error(field, words)
        return said

    def answer(self) -> Elasticity:
        """The declared range of the utility, with the elasticity that was stated beside it."""
        declared = self.declared.elasticities[self.chosen().utility]
        stated = self.cleaned_data.get("elasticity")
        if stated is None:
            return declared
        source = self.cleaned_data.get("elasticity_source", "")
        return declared.model_copy(update={"stated": stated, "stated_source": source})


def _fault(one: Any) -> tuple[str, str]:
    """The field and the words of what the declaration refuses in a proposal."""
    leaf, message = (one["loc"] or ("",))[-1], one["msg"].removeprefix("Value error, ")
    if one["type"] == "too_long":
        return "tiers", gettext("There are at most six tiers.")
    if leaf == "up_to":
        return "tiers", gettext("An end lies above 0 and is at most 1,000,000 m³.")
    if leaf == "price":
        return "prices", gettext("A price lies between 0 and 1,000 yuan a m³.")
    if leaf == "extra_per_person":
        return "extra", gettext("More a person lies between 0 and 1,000,000 m³.")
    for begins, field, words in _OWN_FAULTS:
        if begins in message:
            return field, str(words)
    return "tiers", message


_OWN_FAULTS = (
    ("each ends (up_to) above", "tiers", _("Each end lies above the one before it.")),
    ("a price is not below", "prices", _("No price lies below the one before it.")),
    ("prices have at most four", "prices", _("Prices have at most four decimals.")),
    ("volumes have at most three", "tiers", _("Volumes have at most three decimals (litres).")),
)


def proposal_initial(tariff: Tariff, day: dt.date) -> dict[str, Any]:
    """A proposal that is the tariff as it stands on a day (its newest version where none does)."""
    version = next((one for one in tariff.versions if one.validity.contains(day)), tariff.versions[-1])
    on = day if version.validity.contains(day) else version.valid_from
    return {
        "tariff": tariff.key,
        "on": on.isoformat(),
        "accumulation": version.accumulation,
        "tiers": ", ".join(shortest(tier.up_to) for tier in version.tiers if tier.up_to is not None),
        "prices": ", ".join(shortest(tier.price) for tier in version.tiers),
    }


class BillForm(TariffChoice):
    """What a household reads on its meter."""

    first = forms.DateField(label=_("First day"), widget=_DAY)
    last = forms.DateField(label=_("Last day"), widget=_DAY)
    use = forms.DecimalField(
        label=_("Use (m³)"),
        min_value=Decimal(0),
        max_value=Decimal(1_000_000),
        decimal_places=3,
        widget=forms.NumberInput({**_TEXT, "step": "any"}),
        help_text=_("What the meter counted between the two days."),
    )
    used_before = forms.DecimalField(
        label=_("Used before in the period (m³)"),
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(1_000_000),
        decimal_places=3,
        widget=forms.NumberInput({**_TEXT, "step": "any"}),
        help_text=_("Since the month, quarter or year of accumulation began; it counts towards the tiers."),
    )
    persons = forms.IntegerField(
        label=_("Persons in the household"),
        min_value=1,
        max_value=100,
        initial=3,
        widget=forms.NumberInput(_TEXT),
    )
    exemption = forms.ChoiceField(label=_("Exemption"), required=False, widget=forms.Select(_CHOICE))
    leaked = forms.DecimalField(
        label=_("Of it, confirmed as leaked (m³)"),
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(1_000_000),
        decimal_places=3,
        widget=forms.NumberInput({**_TEXT, "step": "any"}),
        help_text=_("Only what the utility has confirmed in writing."),
    )

    def __init__(self, declared: Tariffs, *args: Any, **kwargs: Any) -> None:
        super().__init__(declared, *args, **kwargs)
        names = {
            one.key: one.name.in_language(language())
            for tariff in declared.tariffs
            for version in tariff.versions
            for one in version.exemptions
        }
        self.fields["exemption"].choices = [("", gettext("None")), *names.items()]  # type: ignore[attr-defined]


class HearingForm(ProposalForm):
    """A proposal, and the households it is tried on."""

    title = forms.CharField(label=_("Title of the paper"), max_length=200, widget=forms.TextInput(_TEXT))
    consumption = forms.FileField(
        label=_("Consumption of households (CSV)"),
        required=False,
        widget=forms.ClearableFileInput({"class": "form-control", "accept": ".csv,text/csv"}),
        help_text=_(
            "Columns persons, use_m3 (a year) or m01 to m12, optional exemption and households. Without a file "
            "households are generated, and the paper says so. Only sums and the digest of the file are kept."
        ),
    )
    source = forms.CharField(
        label=_("Where the consumption is from"),
        max_length=200,
        required=False,
        widget=forms.TextInput(_TEXT),
        help_text=_("Such as: meter readings of 2015, water company, all households of the city area."),
    )

    def clean_consumption(self) -> Any:
        """A file of bearable size."""
        file = self.cleaned_data.get("consumption")
        if file is not None and file.size > MOST_UPLOAD:
            raise forms.ValidationError(
                gettext("The file is larger than %(size)s MB; use `ecociv tariff hearing` for it.")
                % {"size": MOST_UPLOAD // 10**6}
            )
        return file


def _numbers(given: str) -> list[Decimal]:
    parts = given.replace("，", ",").replace("、", ",").split(",")
    found = []
    for part in parts:
        if not part.strip():
            continue
        try:
            number = Decimal(part.strip())
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or not 0 <= number < Decimal(10**9):
            raise forms.ValidationError(gettext("%(part)s is no number.") % {"part": part.strip()})
        found.append(number)
    return found

"""Forms of liabilities: damage, its valuation, instalments, money."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ecociv.core.decimals import plain
from ecociv.core.periods import OutsideValidity
from ecociv.ledger.money import NotMoney, fen
from ecociv.liabilities.damage.plan import Instalment
from ecociv.liabilities.valuation.amounts import CostItem
from ecociv.liabilities.valuation.declaration import VirtualTreatment, in_force, methods
from ecociv.portal.register_forms import DatePicker
from ecociv.portal.zone import language, zone_key
from ecociv.registers.queries import entries

ROWS = 6
"""Works and instalments that a form has room for."""

MEDIA = (
    ("surface-water", gettext_lazy("Surface water")),
    ("groundwater", gettext_lazy("Groundwater")),
    ("air", gettext_lazy("Air")),
    ("soil", gettext_lazy("Soil")),
)


def text_input(**more: Any) -> forms.TextInput:
    """A line of text."""
    return forms.TextInput(attrs={"class": "form-control", **more})


class MoneyField(forms.CharField):
    """Yuan with two decimals at most, cleaned to whole fen."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=30, widget=text_input(inputmode="decimal"), **more)

    def clean(self, value: Any) -> int | None:
        """Whole fen; none for an empty field."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return fen(text)
        except NotMoney as refused:
            raise ValidationError(refused.text.in_language(language())) from refused


class FigureField(forms.DecimalField):
    """A figure that is not negative."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            min_value=Decimal(0),
            max_digits=20,
            decimal_places=6,
            widget=text_input(inputmode="decimal"),
            **more,
        )


class _Common(forms.Form):
    document = forms.CharField(
        label=gettext_lazy("Document it rests on"), max_length=200, widget=text_input()
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
    )

    def last(self, *names: str) -> None:
        """Put the common fields after the others."""
        common = ["document", "reason"]
        self.order_fields([name for name in self.fields if name not in common] + common)


class DamageForm(forms.Form):
    """A clue of damage."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200, widget=text_input())
    enterprise = forms.ChoiceField(
        label=gettext_lazy("Liable enterprise"),
        widget=forms.Select(attrs={"class": "form-select"}),
        help_text=gettext_lazy(
            "From the register of enterprises; enter it there first where it is not in the list."
        ),
    )
    medium = forms.ChoiceField(
        label=gettext_lazy("What was damaged"),
        choices=MEDIA,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    happened_on = forms.DateField(label=gettext_lazy("Day it happened"), widget=DatePicker)
    clue = forms.CharField(
        label=gettext_lazy("Clue"),
        max_length=4000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 4}),
        help_text=gettext_lazy("Who noticed what, where; how it came to the body in charge."),
    )

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        there = [(one.key, f"{one.title} ({one.key})") for one in entries(zone_key(), "enterprise")]
        self.fields["enterprise"].choices = [("", "—"), *there]  # type: ignore[attr-defined]


class VirtualTreatmentForm(_Common):
    """The virtual treatment cost; factors and classes are those of the edition in force on the day."""

    amount = FigureField(label=gettext_lazy("Amount discharged (kg)"))
    unit_cost = FigureField(label=gettext_lazy("Cost to treat one kilogram (yuan)"))
    source = forms.CharField(
        label=gettext_lazy("Source of the figures"), required=False, max_length=200, widget=text_input()
    )

    def __init__(self, medium: str, day: dt.date, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.edition: VirtualTreatment | None = None
        try:
            self.edition = in_force(methods().virtual_treatment, day, "the method")
        except OutsideValidity:
            return
        tongue = language()
        classes = self.edition.classes(medium)
        self.fields["function_class"] = forms.ChoiceField(
            label=_("Function class of the environment"),
            choices=[(one, one) for one in classes],
            widget=forms.Select(attrs={"class": "form-select"}),
        )
        for name, factor in self.edition.factors.items():
            ranges = factor.ranges.get(medium, {})  # type: ignore[call-overload]
            said = "; ".join(
                f"{'' if one == 'any' else one + ': '}{plain(each.lowest)}"
                + ("" if each.lowest == each.highest else f"–{plain(each.highest)}")
                for one, each in ranges.items()
            )
            self.fields[f"factor-{name}"] = FigureField(
                label=factor.name.in_language(tongue),
                required=False,
                help_text=_("Range by class: %(ranges)s. A factor that the method fixes can be left empty.")
                % {"ranges": said},
            )
        self.last()

    def factors(self) -> dict[str, Decimal]:
        """The factors that were filled in."""
        return {
            name.removeprefix("factor-"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("factor-") and value is not None
        }


class RestorationForm(_Common):
    """The works of restoration and their prices."""

    overheads = FigureField(
        label=gettext_lazy("Planning, supervision and the rest (% of the works)"), initial=Decimal(0)
    )

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        for row in range(1, ROWS + 1):
            first = row == 1
            self.fields[f"name-{row}"] = forms.CharField(
                label=_("Work %(row)s") % {"row": row}, required=first, max_length=100, widget=text_input()
            )
            self.fields[f"quantity-{row}"] = FigureField(label=_("How much"), required=first)
            self.fields[f"unit-{row}"] = forms.ChoiceField(
                label=_("Unit"),
                choices=[("m^3", "m³"), ("m^2", "m²"), ("ha", "ha"), ("t", "t"), ("count", _("items"))],
                widget=forms.Select(attrs={"class": "form-select"}),
                required=False,
            )
            self.fields[f"price-{row}"] = FigureField(label=_("Price of one unit (yuan)"), required=first)
        self.last()

    def clean(self) -> dict[str, Any]:
        """Refuse a row that is half filled in."""
        said = super().clean() or {}
        for row in range(2, ROWS + 1):
            given = [said.get(f"{name}-{row}") not in (None, "") for name in ("name", "quantity", "price")]
            if any(given) and not all(given):
                self.add_error(
                    f"name-{row}", _("Give the work, its quantity and its price, or leave the row empty.")
                )
        return said

    def items(self) -> list[CostItem]:
        """The works that were filled in."""
        said = self.cleaned_data
        return [
            CostItem(
                said[f"name-{row}"],
                said[f"quantity-{row}"],
                said[f"unit-{row}"] or "m^3",
                said[f"price-{row}"],
            )
            for row in range(1, ROWS + 1)
            if said.get(f"name-{row}")
        ]


class SettlementForm(_Common):
    """An agreement or a judgment, with its instalments."""

    kind = forms.ChoiceField(
        label=gettext_lazy("By"),
        choices=[("agreement", gettext_lazy("Agreement")), ("judgment", gettext_lazy("Judgment"))],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    signed_on = forms.DateField(label=gettext_lazy("Signed on"), widget=DatePicker)

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        for row in range(1, ROWS + 1):
            self.fields[f"due-{row}"] = forms.DateField(
                label=_("Instalment %(row)s, due on") % {"row": row}, required=row == 1, widget=DatePicker()
            )
            self.fields[f"fen-{row}"] = MoneyField(label=_("Amount (yuan)"), required=row == 1)
        self.last()

    def clean(self) -> dict[str, Any]:
        """Refuse an instalment without its day or its amount."""
        said = super().clean() or {}
        for row in range(2, ROWS + 1):
            if (said.get(f"due-{row}") is None) != (said.get(f"fen-{row}") is None):
                self.add_error(f"due-{row}", _("Give the day and the amount, or leave both empty."))
        return said

    def plan(self) -> list[Instalment]:
        """The instalments that were filled in."""
        said = self.cleaned_data
        return [
            Instalment(said[f"due-{row}"], said[f"fen-{row}"])
            for row in range(1, ROWS + 1)
            if said.get(f"due-{row}") and said.get(f"fen-{row}") is not None
        ]


class MoneyForm(_Common):
    """Money that moved."""

    day = forms.DateField(label=gettext_lazy("Day on which the money moved"), widget=DatePicker)
    amount = MoneyField(label=gettext_lazy("Amount (yuan)"))
    request = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.last()

"""Forms of liabilities: damage, its valuation, instalments, money."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ecociv.core.decimals import plain
from ecociv.core.periods import OutsideValidity
from ecociv.core.trace import Trace
from ecociv.ledger.money import NotMoney, fen
from ecociv.liabilities.damage.plan import Instalment
from ecociv.liabilities.valuation.amounts import CostItem, resource_equivalency
from ecociv.liabilities.valuation.declaration import Discount, VirtualTreatment, in_force, methods
from ecociv.portal.register_forms import DatePicker
from ecociv.portal.zone import language, zone_key
from ecociv.registers.queries import entries

ROWS = 6
"""Works and instalments that a form has room for."""

LARGEST = Decimal(10) ** 12
"""The largest figure of a year; more is a slip of the hand."""

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


class YearsField(forms.CharField):
    """Figures by year, one year a line; cleaned to a mapping, with every fault named by its line."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            max_length=8000,
            widget=forms.Textarea(
                attrs={"class": "form-control number", "rows": 5, "placeholder": "2016 10\n2017 8.5"}
            ),
            **more,
        )

    def clean(self, value: Any) -> dict[int, Decimal]:
        """The figures.

        Raises
        ------
        ValidationError
            For each line that is no year and figure, a figure below zero, a year that occurs twice.
        """
        text = super().clean(value)
        found: dict[int, Decimal] = {}
        faults = []
        for number, line in enumerate(text.splitlines(), 1):
            parts = line.replace(",", " ").replace("，", " ").replace("：", " ").replace(":", " ").split()
            if not parts:
                continue
            said = {"line": number, "found": line.strip()[:40]}
            if len(parts) != 2 or not (parts[0].isascii() and parts[0].isdigit() and len(parts[0]) == 4):
                faults.append(
                    _("Line %(line)s, “%(found)s”: write a year and a figure, such as 2016 10.") % said
                )
                continue
            try:
                figure = Decimal(parts[1])
            except InvalidOperation:
                faults.append(_("Line %(line)s, “%(found)s”: the figure is no number.") % said)
                continue
            if not figure.is_finite() or figure < 0 or figure > LARGEST:
                faults.append(
                    _("Line %(line)s, “%(found)s”: the figure has to lie between 0 and 10¹².") % said
                )
            elif int(parts[0]) in found:
                faults.append(_("Line %(line)s, “%(found)s”: the year occurs twice.") % said)
            else:
                found[int(parts[0])] = figure
        if faults:
            raise ValidationError(faults)
        return found


class EquivalencyForm(_Common):
    """Resource equivalency: what was lost by year, what one unit restored gives by year, and its price."""

    unit = forms.ChoiceField(
        label=gettext_lazy("Unit of the resource"),
        choices=[
            ("ha", "ha"),
            ("m^2", "m²"),
            ("km^2", "km²"),
            ("m^3", "m³"),
            ("t", "t"),
            ("count", gettext_lazy("items")),
        ],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    losses = YearsField(
        label=gettext_lazy("Lost, by year (units of the resource)"),
        help_text=gettext_lazy("One year a line: year and figure. Rows can be pasted from a worksheet."),
    )
    gains = YearsField(
        label=gettext_lazy("Gained from one unit restored, by year"),
        help_text=gettext_lazy("How much of a unit the restoration gives in each year, such as 2018 0.5."),
    )
    price = FigureField(label=gettext_lazy("Price of restoring one unit (yuan)"))
    base_year = forms.IntegerField(
        label=gettext_lazy("Base year"),
        min_value=1900,
        max_value=2999,
        widget=text_input(inputmode="numeric"),
        help_text=gettext_lazy("The year to which losses and gains are discounted."),
    )
    rate = FigureField(label=gettext_lazy("Yearly discount rate (%)"), required=False)
    source = forms.CharField(
        label=gettext_lazy("Source of the figures"), required=False, max_length=200, widget=text_input()
    )

    def __init__(self, day: dt.date, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.day = day
        self.edition: Discount | None = None
        try:
            self.edition = in_force(methods().discount, day, "the discount rate")
        except OutsideValidity:
            return
        self.fields["base_year"].initial = day.year
        usual, low, high = (
            plain((each * 100).normalize())
            for each in (self.edition.usual, self.edition.lowest, self.edition.highest)
        )
        self.fields["rate"].help_text = _(
            "From %(low)s to %(high)s; %(usual)s where it is left empty (%(standard)s)."
        ) % {"low": low, "high": high, "usual": usual, "standard": self.edition.citation.standard}
        self.last()

    def part(self, *, sample: bool) -> Trace:
        """The valuation.

        Raises
        ------
        ValuationRefused
            With the field.
        """
        said = self.cleaned_data
        return resource_equivalency(
            said["losses"],
            said["gains"],
            said["price"],
            base_year=said["base_year"],
            unit=said["unit"],
            rate=None if said["rate"] is None else said["rate"] / 100,
            day=self.day,
            source=said["source"],
            sample=sample,
        )


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

"""Forms of the registers, made from what a kind declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ecociv.core.decimals import plain
from ecociv.core.quantities import label_of
from ecociv.portal.zone import language, zone_key
from ecociv.registers.actions import EntryRefused
from ecociv.registers.entries import Entry
from ecociv.registers.kinds import FieldRule, Kind
from ecociv.registers.queries import entries
from ecociv.registers.values import shown

LONGEST_LIST = 500
"""Entries in a list to choose from; more are typed."""


class DatePicker(forms.DateInput):
    """A day, picked or typed."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(attrs={"class": "form-control"}, format="%Y-%m-%d")


class RecordForm(forms.Form):
    """What goes with every revision: from which day, why, and on what it rests."""

    on = forms.DateField(
        label=gettext_lazy("Holds from"),
        widget=DatePicker,
        help_text=gettext_lazy("The day from which it is so, not the day on which it is entered."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
    )
    document = forms.CharField(
        label=gettext_lazy("Document it rests on"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        help_text=gettext_lazy("Title and number, such as 景环许〔2017〕12号."),
    )
    file = forms.FileField(
        label=gettext_lazy("The document itself"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"class": "form-control"}),
        help_text=gettext_lazy(
            "PDF, Word (docx) or a picture (jpg, png), 50 MB at most; its title above stays enough."
        ),
    )

    def note(self, refused: EntryRefused) -> None:
        """Show every fault at its field, or above the form where it has none of its own."""
        for fault in refused.faults:
            name = {"key": "number", "valid-from": "on"}.get(fault.field, fault.field)
            self.add_error(name if name in self.fields else None, fault.text.in_language(language()))


class AttachForm(forms.Form):
    """A paper that is attached to a revision on record."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.ClearableFileInput(attrs={"class": "form-control"}),
        help_text=gettext_lazy("PDF, Word (docx) or a picture (jpg, png), 50 MB at most."),
    )

    def __init__(self, kind: Kind, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        if kind.public:
            self.fields["public"] = forms.BooleanField(
                label=_("Open to the public"),
                required=False,
                widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
                help_text=_("Only where nothing in the file is private or secret."),
            )


class EntryForm(RecordForm):
    """The fields of a kind; amounts have one input for each thing measured."""

    def __init__(self, kind: Kind, *arguments: Any, entry: Entry | None = None, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.kind = kind
        tongue, common = language(), list(self.fields)
        if entry is None:
            help_text = kind.number.help.in_language(tongue) if kind.number.help else ""
            self.fields["number"] = forms.CharField(
                label=kind.number.name.in_language(tongue),
                max_length=80,
                help_text=help_text,
                widget=forms.TextInput(
                    attrs={"class": "form-control", "placeholder": kind.number.example, "autocomplete": "off"}
                ),
            )
        for rule in kind.fields:
            for name, made in self._made(rule, entry, tongue):
                self.fields[name] = made
        self.order_fields([name for name in self.fields if name not in common] + common)

    def _made(self, rule: FieldRule, entry: Entry | None, tongue: str) -> list[tuple[str, forms.Field]]:
        value = entry.values.get(rule.key) if entry else None
        unit = f" ({label_of(rule.unit).in_language(tongue)})" if rule.unit and rule.unit != "1" else ""
        label = rule.name.in_language(tongue)
        help_text = rule.help.in_language(tongue) if rule.help else ""
        if rule.type == "amounts":
            given: Mapping[str, Any] = value if isinstance(value, dict) else {}
            return [
                (
                    f"{rule.key}.{choice.key}",
                    forms.CharField(
                        label=f"{label}: {choice.name.in_language(tongue)}{unit}",
                        required=False,
                        max_length=40,
                        initial=plain(given[choice.key]) if choice.key in given else "",
                        widget=forms.TextInput(
                            attrs={"class": "form-control number", "inputmode": "decimal"}
                        ),
                        help_text=_("Leave it empty where it has no amount; zero is an amount."),
                    ),
                )
                for choice in rule.choices
            ]
        initial = shown(rule, value, tongue, unit=False)
        common: dict[str, Any] = {"label": label + unit, "required": rule.required, "help_text": help_text}
        options = self._options(rule, tongue)
        if options is not None:
            if rule.type in ("choice", "reference") and isinstance(value, str):
                initial = value
            elif isinstance(value, bool):
                initial = "yes" if value else "no"
            return [
                (
                    rule.key,
                    forms.ChoiceField(
                        choices=[("", "—"), *options],
                        initial=initial,
                        widget=forms.Select(attrs={"class": "form-select"}),
                        **common,
                    ),
                )
            ]
        if rule.type == "date":
            return [(rule.key, forms.CharField(initial=initial, widget=DatePicker, max_length=20, **common))]
        wide = rule.longest > 600
        widget = (
            forms.Textarea(attrs={"class": "form-control", "rows": 3})
            if wide
            else forms.TextInput(attrs={"class": "form-control"})
        )
        return [
            (
                rule.key,
                forms.CharField(initial=initial, widget=widget, max_length=rule.longest + 20, **common),
            )
        ]

    def _options(self, rule: FieldRule, tongue: str) -> list[tuple[str, str]] | None:
        if rule.type == "choice":
            return [(one.key, one.name.in_language(tongue)) for one in rule.choices]
        if rule.type == "flag":
            return [("yes", _("yes")), ("no", _("no"))]
        if rule.type == "reference":
            there = entries(zone_key(), rule.kind)
            if len(there) <= LONGEST_LIST:
                return [(one.key, f"{one.title} ({one.key})") for one in there]
        return None

    def values(self) -> dict[str, Any]:
        """What was filled in, by field of the kind."""
        said: dict[str, Any] = {}
        for rule in self.kind.fields:
            if rule.type == "amounts":
                said[rule.key] = {
                    choice.key: amount
                    for choice in rule.choices
                    if (amount := str(self.cleaned_data.get(f"{rule.key}.{choice.key}", "")).strip())
                }
            else:
                said[rule.key] = self.cleaned_data.get(rule.key, "")
        return said


class FileForm(forms.Form):
    """A file of entries."""

    file = forms.FileField(
        label=gettext_lazy("File (CSV or .xlsx)"),
        widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".csv,.xlsx"}),
        help_text=gettext_lazy(
            "As the register hands it out: the first row names the columns. All rows are entered, or none."
        ),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=2000,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    document = forms.CharField(
        label=gettext_lazy("Document it rests on"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        help_text=gettext_lazy("For rows that name none of their own."),
    )

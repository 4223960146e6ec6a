"""What a site check and a search for sites ask alike: the use of the ground, the day, traits of the project."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ecociv.portal.zone import language, zone_key
from ecociv.territory.rules.loading import space_rules


class UseForm(forms.Form):
    """Purpose or industry, day, and what the project has or lacks; forms that ask more say in which order."""

    purpose = forms.ChoiceField(label=_("Intended use"))
    industry = forms.CharField(
        label=_("Or code of GB/T 4754"),
        required=False,
        max_length=5,
        help_text=_("Such as C26 or A0313. Where given it counts instead of the purpose."),
    )
    on = forms.DateField(
        label=_("For the day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Layers and rules in force on this day."),
    )
    has = forms.MultipleChoiceField(
        label=_("The project has"), required=False, widget=forms.CheckboxSelectMultiple
    )
    lacks = forms.MultipleChoiceField(
        label=_("The project does not have"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules, tongue = space_rules(zone_key()), language()
        traits = [(each.key, each.name.in_language(tongue)) for each in rules.purposes.traits]
        self.offer("has", traits)
        self.offer("lacks", traits)
        self.offer(
            "purpose",
            [
                (each.key, f"{each.name.in_language(tongue)} ({each.industry})")
                for each in rules.purposes.purposes
            ],
        )
        self.fields["on"].initial = timezone.localdate

    def offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        """What a field gives to choose from."""
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def dress(self) -> None:
        """The look of every field, and its help tied to it; called when all of them are there."""
        for name, field in self.fields.items():
            if isinstance(field.widget, forms.CheckboxSelectMultiple | forms.CheckboxInput):
                look = "form-check-input"
            else:
                look = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
            field.widget.attrs["class"] = look
            if field.help_text:
                field.widget.attrs["aria-describedby"] = f"id_{name}_helptext"

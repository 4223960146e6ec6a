"""The form in which an officer reports; what it checks is decided in :mod:`ecociv.supervision.drafts`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ecociv.plan.package import ProjectOrTask, ZonePackage
from ecociv.supervision.drafts import (
    NARRATIVE_LONGEST,
    NARRATIVE_SHORTEST,
    REASON_LONGEST,
    Draft,
    Output,
    Problem,
    output_fields,
    periods_open,
    problems_of,
    targets_of,
)
from ecociv.supervision.models import BASIS_CHOICES, STATE_CHOICES, ProgressReport
from ecociv.supervision.states import PercentBasis, ReportingRole, ReportState


def _number(step: str, **more: str) -> forms.NumberInput:
    return forms.NumberInput(attrs={"class": "form-control", "step": step, "inputmode": "decimal", **more})


class ProgressForm(forms.Form):
    """A report on one duty: on a phone in two minutes, without scripts, with nothing lost when something is wrong.

    Parameters
    ----------
    duty, package, today
        What is reported on, and the day on which.
    correcting : ProgressReport, optional
        The report to correct; its content fills the form, and a reason is asked for.
    role : ReportingRole
        Of a new report: a supporting body says what it contributed, for which it needs no percentage.
    """

    period = forms.TypedChoiceField(
        label=_("Year reported on"), coerce=int, widget=forms.Select(attrs={"class": "form-select"})
    )
    state = forms.ChoiceField(label=_("State"), choices=STATE_CHOICES, widget=forms.RadioSelect)
    percent = forms.DecimalField(
        label=_("Progress in per cent"), required=False, widget=_number("0.1", min="0", max="100")
    )
    basis = forms.ChoiceField(
        label=_("Counted"),
        required=False,
        choices=[("", _("choose when you give a percentage")), *BASIS_CHOICES],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    done_on = forms.DateField(
        label=_("Done on"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d"),
    )
    done_reason = forms.CharField(
        label=_("Why it counts as done below 100 %"),
        required=False,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2, "maxlength": REASON_LONGEST}),
    )
    narrative = forms.CharField(
        label=_("What was done, with what result"),
        required=False,
        widget=forms.Textarea(
            attrs={
                "class": "form-control",
                "rows": 5,
                "required": True,
                "minlength": NARRATIVE_SHORTEST,
                "maxlength": NARRATIVE_LONGEST,
            }
        ),
    )
    correction_reason = forms.CharField(
        label=_("Reason of the correction"),
        required=False,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2, "maxlength": REASON_LONGEST}),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        duty: ProjectOrTask,
        package: ZonePackage,
        today: dt.date,
        data: Mapping[str, Any] | None = None,
        *,
        correcting: ProgressReport | None = None,
        initial: Mapping[str, Any] | None = None,
        role: ReportingRole = ReportingRole.LEAD,
    ) -> None:
        self.duty, self.package, self.today, self.correcting = duty, package, today, correcting
        self.role = role if correcting is None else ReportingRole(correcting.role)
        self.outputs = output_fields(duty, package)
        self.draft: Draft | None = None
        filled = self._content(correcting) if correcting is not None else {}
        super().__init__(data, auto_id="progress-%s", initial={**filled, **(initial or {})})
        years = periods_open(duty, package, today)
        self._choice("period").choices = [(year, str(year)) for year in reversed(years)]
        if correcting is None:
            del self.fields["correction_reason"], self.fields["seen"]
        language = get_language() or "zh-hans"
        for output in self.outputs:
            field = forms.DecimalField(
                label=output.sample.quantity.in_language(language),
                required=False,
                widget=_number("any"),
                help_text=self._promised(output.targets, language),
            )
            self.fields[f"output_{output.name}"] = field

    def _choice(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field

    def _content(self, report: ProgressReport) -> dict[str, Any]:
        """A report as the form shows it."""
        content: dict[str, Any] = {
            "period": report.period,
            "state": report.state,
            "percent": report.percent,
            "basis": report.percent_basis,
            "done_on": report.done_on,
            "done_reason": report.done_reason,
            "narrative": report.narrative,
            "seen": report.revision,
        }
        for output in self.outputs:
            for index, _target in output.targets:
                if str(index) in report.outputs:
                    content[f"output_{output.name}"] = Decimal(report.outputs[str(index)]["value"])
        return content

    def _promised(self, targets: tuple[tuple[int, Any], ...], language: str) -> str:
        """What the plan promises for the quantity, year by year, in one line."""
        said = []
        for _index, target in targets:
            value = target.typed.show(language, target.unit_label)
            said.append(f"{target.year}: {value}" if target.year is not None else value)
        scope = targets[0][1].scope
        around = [scope.in_language(language)] if scope is not None else []
        return " · ".join([*around, *said])

    def output_inputs(self) -> Iterator[tuple[BoundField, str]]:
        """The inputs for figures with their units."""
        for output in self.outputs:
            yield self[f"output_{output.name}"], output.sample.unit_label

    def clean(self) -> dict[str, Any]:
        """Build the draft and say everything that the rules find wrong with it, each beside its field."""
        cleaned: dict[str, Any] = super().clean() or {}
        if "period" not in cleaned or "state" not in cleaned:
            return cleaned
        self.draft = self._draft(cleaned)
        for problem in problems_of(self.draft, self.duty, self.package, self.today, self.role):
            self.say(problem)
        return cleaned

    def say(self, problem: Problem) -> None:
        """Put a problem beside its field, unless the field has one already; on top when it has no field here."""
        if problem.reason.code == "done-without-100" and "percent" in self.errors:
            return
        name: str | None = problem.field
        if problem.field.startswith("outputs."):
            index = int(problem.field.partition(".")[2])
            names = (output.name for output in self.outputs if index in dict(output.targets))
            name = next((f"output_{each}" for each in names), None)
        if name not in self.fields:
            name = None
        if name is None or name not in self.errors:
            self.add_error(name, problem.reason.text.in_language(get_language() or "zh-hans"))

    def _draft(self, cleaned: dict[str, Any]) -> Draft:
        targets = targets_of(self.duty, self.package)
        outputs = {}
        for output in self.outputs:
            value = cleaned.get(f"output_{output.name}")
            if value is not None:
                index = output.index_for(cleaned["period"])
                outputs[index] = Output(value, targets[index].unit)
        return Draft(
            period=cleaned["period"],
            state=ReportState(cleaned["state"]),
            narrative=cleaned.get("narrative", ""),
            percent=cleaned.get("percent"),
            basis=PercentBasis(cleaned["basis"]) if cleaned.get("basis") else None,
            done_on=cleaned.get("done_on"),
            done_reason=cleaned.get("done_reason", ""),
            outputs=outputs,
        )

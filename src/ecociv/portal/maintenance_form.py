"""The form that declares maintenance: of which instrument, when, and what was done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ecociv.evidence.models import Series
from ecociv.portal.as_of import LOCAL
from ecociv.portal.collation import collation_key
from ecociv.portal.zone import language

LONGEST = dt.timedelta(days=92)
_MOMENT = {"type": "datetime-local", "class": "form-control"}
_PARSED = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]


class MaintenanceForm(forms.Form):
    """What somebody declares. ``instruments`` are the series that the account may declare for."""

    instrument = forms.ChoiceField(
        label=gettext_lazy("Station and instrument"), widget=forms.Select(attrs={"class": "form-select"})
    )
    start = forms.DateTimeField(
        label=gettext_lazy("From (clock of China)"),
        input_formats=_PARSED,
        widget=forms.DateTimeInput(attrs=_MOMENT, format="%Y-%m-%dT%H:%M"),
    )
    end = forms.DateTimeField(
        label=gettext_lazy("To"),
        input_formats=_PARSED,
        widget=forms.DateTimeInput(attrs=_MOMENT, format="%Y-%m-%dT%H:%M"),
    )
    reason = forms.CharField(
        label=gettext_lazy("What was done, or will be"),
        max_length=400,
        help_text=gettext_lazy(
            "For example: yearly calibration, replacement of the pump, move of the inlet."
        ),
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )

    def __init__(self, instruments: Iterable[Series], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.series: dict[str, Series] = {}
        self.stations: dict[str, tuple[str, bool]] = {}
        self.fields["instrument"].choices = self._choices(instruments)  # type: ignore[attr-defined]

    def _choices(self, instruments: Iterable[Series]) -> list[tuple[str, list[tuple[str, str]]]]:
        """Stations as groups: all instruments of the station first, then each of them. Sample ones stand apart."""
        tongue = language()
        groups: dict[tuple[str, bool], list[Series]] = {}
        for series in instruments:
            groups.setdefault((series.place.key, series.sample), []).append(series)
        choices = []
        for (place, sample), members in groups.items():
            name = members[0].place.name.in_language(tongue)
            title = _("%(station)s (sample data)") % {"station": name} if sample else name
            whole = f"{'sample/' if sample else ''}{place}"
            self.stations[whole] = (place, sample)
            own = [(whole, _("All instruments of %(station)s") % {"station": title})]
            for series in members:
                self.series[series.key] = series
                observed = series.property.name.in_language(tongue)
                own.append((series.key, f"{title}: {observed}"))
            choices.append((title, own))
        return sorted(choices, key=lambda group: collation_key(group[0]))

    def clean_start(self) -> dt.datetime:
        """The beginning by the clock of China."""
        return _local(self.cleaned_data["start"])

    def clean_end(self) -> dt.datetime:
        """The end by the clock of China."""
        return _local(self.cleaned_data["end"])

    def clean(self) -> dict[str, Any]:
        """The end comes after the beginning, and not months after it."""
        given: dict[str, Any] = super().clean() or {}
        start, end = given.get("start"), given.get("end")
        if start is None or end is None:
            return given
        if end <= start:
            self.add_error("end", _("Maintenance ends after it begins."))
        elif end - start > LONGEST:
            self.add_error(
                "end",
                _("At most %(days)s days at a time; an instrument that is away for longer has no series.")
                % {"days": LONGEST.days},
            )
        return given

    def subject(self) -> tuple[str, str, bool]:
        """Keys of the place and of the series (empty for all of the place), and whether it is sample data."""
        chosen = self.cleaned_data["instrument"]
        if chosen in self.series:
            series = self.series[chosen]
            return series.place.key, series.key, series.sample
        place, sample = self.stations[chosen]
        return place, "", sample


def _local(moment: dt.datetime) -> dt.datetime:
    return moment.replace(tzinfo=LOCAL)

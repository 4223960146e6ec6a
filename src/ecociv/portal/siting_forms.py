"""The form of a search for sites; what it asks stands in the address, so that a link makes the same search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ecociv.plan.package import ZonePackage
from ecociv.portal.use_form import UseForm
from ecociv.portal.zone import language, zone_key
from ecociv.territory.queries import versions_in_force
from ecociv.territory.siting.actions import SitingRequest
from ecociv.territory.siting.declaration import criteria

_HECTARE = 10_000


class SitingForm(UseForm):
    """Purpose, area and where; under "what if" weights, lines and versions."""

    area = forms.FloatField(
        label=_("Least contiguous area (ha)"), min_value=0.0001, max_value=1_000_000, initial=10
    )
    county = forms.MultipleChoiceField(
        label=_("Search in"), required=False, widget=forms.CheckboxSelectMultiple
    )
    candidates = forms.ChoiceField(label=_("Candidates"), required=False)
    cell = forms.FloatField(
        label=_("Side of the grid's cells (m)"), required=False, min_value=1, max_value=100_000
    )
    within = forms.CharField(
        label=_("Only within (GeoJSON or WKT)"),
        required=False,
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )
    without = forms.MultipleChoiceField(
        label=_("As if these layers were not there"), required=False, widget=forms.CheckboxSelectMultiple
    )
    versions = forms.CharField(
        label=_("Other versions of layers"),
        required=False,
        max_length=1000,
        help_text=_(
            "KEY=NUMBER, with commas between: a version that is not in force yet, to see what it would do."
        ),
    )
    field_order = (
        "purpose", "industry", "area", "on", "county", "candidates", "cell", "within", "without", "versions",
        "has", "lacks",
    )  # fmt: skip

    def __init__(self, plan: ZonePackage, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tongue, zone = language(), zone_key()
        layers = [
            (one.layer.key, one.layer.title.in_language(tongue))
            for one in versions_in_force(zone, timezone.localdate(), user=user)
            if one.layer.kind != "administrative-boundary"
        ]
        self.offer("county", [(one.code, one.name.in_language(tongue)) for one in plan.zone.counties])
        self.offer("candidates", [("", _("Cells of a grid")), *layers])
        self.offer("without", layers)
        for one in criteria().criteria:
            self.fields[f"weight-{one.key}"] = forms.IntegerField(
                label=one.name.in_language(tongue),
                required=False,
                min_value=0,
                max_value=100,
                help_text=one.said.in_language(tongue),
                widget=forms.NumberInput(attrs={"placeholder": str(one.weight)}),
            )
        self.dress()

    def clean_versions(self) -> dict[str, int]:
        """Numbers by key of the layer."""
        found = {}
        for each in self.cleaned_data["versions"].replace("，", ",").split(","):
            if not each.strip():
                continue
            key, equals, number = each.partition("=")
            if not equals or not (number.strip().isascii() and number.strip().isdigit()) or len(number) > 9:
                raise forms.ValidationError(_("Write KEY=NUMBER, such as ecological-red-line=2."))
            found[key.strip()] = int(number)
        return found

    @property
    def plain(self) -> list[Any]:
        """Fields that are asked first."""
        return [self[name] for name in ("purpose", "industry", "area", "on", "candidates", "cell")]

    @property
    def weights(self) -> list[Any]:
        """One field a criterion."""
        return [self[name] for name in self.fields if name.startswith("weight-")]

    @property
    def what_if(self) -> bool:
        """Whether anything under "what if" was given."""
        return any(
            self.data.get(name)
            for name in (
                "within",
                "without",
                "versions",
                "has",
                "lacks",
                *(one.name for one in self.weights),
            )
        )

    @staticmethod
    def query_of(request: Mapping[str, Any]) -> str:
        """The address of the form with what a search asked, to change something and search again.

        >>> SitingForm.query_of({"purpose": "C26", "area": 100000.0, "on": "2018-06-01", "counties": ["360222"]})
        'industry=C26&area=10&on=2018-06-01&county=360222'
        """
        said = dict(request)
        purpose = str(said.get("purpose", ""))
        pairs: list[tuple[str, Any]] = [
            ("industry" if purpose[:1].isupper() else "purpose", purpose),
            ("area", f"{said.get('area', 0) / _HECTARE:.10g}"),
            ("on", said.get("on", "")),
            *(("county", one) for one in said.get("counties", ())),
            ("within", said.get("within", "")),
            ("candidates", said.get("candidates", "")),
            ("cell", f"{said['cell']:.10g}" if said.get("cell") else ""),
            *((f"weight-{key}", value) for key, value in said.get("weights", {}).items()),
            *(("without", one) for one in said.get("without", ())),
            ("versions", ",".join(f"{key}={number}" for key, number in said.get("versions", {}).items())),
            *(("has", one) for one in said.get("yes", ())),
            *(("lacks", one) for one in said.get("no", ())),
        ]
        return urlencode([(name, value) for name, value in pairs if value != ""])

    def asked(self) -> SitingRequest:
        """What was asked."""
        said = self.cleaned_data
        return SitingRequest(
            said["industry"].strip() or said["purpose"],
            said["area"] * _HECTARE,
            said["on"],
            said["county"],
            said["within"],
            said["candidates"],
            said["cell"] or 0.0,
            {
                name.removeprefix("weight-"): value
                for name, value in said.items()
                if name.startswith("weight-") and value is not None
            },
            said["without"],
            said["versions"],
            said["has"],
            said["lacks"],
        )

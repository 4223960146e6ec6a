"""The form by which a file becomes a layer: what is said about it, how it is read, how it is repaired."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from ecociv.portal.zone import language
from ecociv.standards.land import epsg_code
from ecociv.territory.importing import AttributeMapping, ImportRefused, Shift, parse_shift
from ecociv.territory.importing.shifts import MOST_BYTES
from ecociv.territory.imports import ImportChoices
from ecociv.territory.layers.kinds import layer_kinds
from ecociv.territory.models import Confidentiality
from ecociv.territory.topology import RepairPlan, Rule, RuleRefused

_TEXT = {"class": "form-control"}
_DATE = {"type": "date", "class": "form-control"}
_SELECT = {"class": "form-select"}
LEFT_OUT = "-"
"""Stands for no class: rows of that value are left out."""


def kind_choices() -> list[tuple[str, str]]:
    """Kinds of layers by name."""
    return [(each.key, each.name.in_language(language())) for each in layer_kinds().values()]


def system_choices() -> list[tuple[str, Any]]:
    """Reference systems, those of the middle of China first."""
    found: list[tuple[str, Any]] = [
        ("", _("as the file says")),
        ("EPSG:4490", _("CGCS2000, degrees (EPSG:4490)")),
        ("EPSG:4326", _("WGS84, degrees (EPSG:4326)")),
        ("GCJ-02", _("GCJ-02, degrees of map services")),
    ]
    for width, first, last in ((3, 25, 45), (6, 13, 23)):
        for zone in range(first, last + 1):
            meridian = zone * 3 if width == 3 else zone * 6 - 3
            for numbered in (False, True):
                code = epsg_code(zone, width, numbered=numbered)
                prefix = f"{zone}…" if numbered else "…"
                found.append(
                    (f"EPSG:{code}", f"CGCS2000 {width}° · {meridian}°E · E = {prefix} (EPSG:{code})")
                )
    return found


class ManyFiles(forms.ClearableFileInput):
    """Several files at once, for the parts of a shapefile."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Files, each as a file field has it."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """The files as a list; an empty choice is refused as for one file."""
        given = data if isinstance(data, list | tuple) and data else [None]
        return [super(FilesField, self).clean(each, initial) for each in given]


class UploadForm(forms.Form):
    """The first step: which file, as what."""

    file = FilesField(
        label=_("File"),
        widget=ManyFiles(
            attrs={
                "class": "form-control",
                "accept": ".zip,.shp,.shx,.dbf,.prj,.cpg,.gpkg,.geojson,.json,.parquet,.dxf,.kml",
            }
        ),
        help_text=_(
            "Shapefile (zip, or its parts together), GeoPackage, GeoJSON, GeoParquet, file geodatabase (zip), DXF or KML."
        ),
    )
    kind = forms.ChoiceField(label=_("Kind of layer"), widget=forms.Select(attrs=_SELECT))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kind_choices()  # type: ignore[attr-defined]


class LayerForm(forms.Form):
    """The second step: the answers that the file does not give, and what the version is."""

    kind = forms.ChoiceField(label=_("Kind of layer"), widget=forms.Select(attrs=_SELECT))
    key = forms.CharField(
        label=_("Key of the layer"),
        max_length=64,
        validators=[RegexValidator(r"^[a-z0-9-]+$", _("Use small letters, digits and hyphens."))],
        help_text=_("The same key adds a version to a layer that is there, as in red-line."),
        widget=forms.TextInput(attrs={**_TEXT, "list": "layer-keys", "autocapitalize": "none"}),
    )
    title = forms.CharField(label=_("Title"), max_length=200, widget=forms.TextInput(attrs=_TEXT))
    valid_from = forms.DateField(label=_("Valid from"), widget=forms.DateInput(attrs=_DATE))
    valid_to = forms.DateField(
        label=_("Valid to"),
        required=False,
        help_text=_("The last day on which it holds; leave it empty where there is none."),
        widget=forms.DateInput(attrs=_DATE),
    )
    plan = forms.CharField(
        label=_("Plan or survey"), max_length=200, required=False, widget=forms.TextInput(attrs=_TEXT)
    )
    issuing_body = forms.CharField(
        label=_("Issued by"), max_length=128, required=False, widget=forms.TextInput(attrs=_TEXT)
    )
    document = forms.CharField(
        label=_("Document of approval"), max_length=200, required=False, widget=forms.TextInput(attrs=_TEXT)
    )
    scale = forms.IntegerField(
        label=_("Scale 1 to"),
        min_value=100,
        max_value=10_000_000,
        required=False,
        widget=forms.NumberInput(attrs=_TEXT),
    )
    licence = forms.CharField(
        label=_("Licence"), max_length=200, required=False, widget=forms.TextInput(attrs=_TEXT)
    )
    confidentiality = forms.ChoiceField(
        label=_("Confidentiality"), required=False, widget=forms.Select(attrs=_SELECT)
    )
    reason = forms.CharField(
        label=_("Why there is a new version"),
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs=_TEXT),
    )
    correction = forms.BooleanField(
        label=_("It corrects the version before"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    crs = forms.ChoiceField(label=_("Reference system"), required=False, widget=forms.Select(attrs=_SELECT))
    axis_order = forms.ChoiceField(
        label=_("Order of axes"),
        required=False,
        choices=[("", _("east first")), ("yx", _("north first"))],
        widget=forms.Select(attrs=_SELECT),
    )
    encoding = forms.ChoiceField(
        label=_("Encoding of texts"),
        required=False,
        choices=[("", _("as the file says")), ("GB18030", "GB18030"), ("UTF-8", "UTF-8"), ("Big5", "Big5")],
        widget=forms.Select(attrs=_SELECT),
    )
    layer = forms.CharField(
        label=_("Layer in the file"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={**_TEXT, "list": "file-layers"}),
    )
    identity_field = forms.CharField(
        label=_("Field of the identity"),
        max_length=100,
        required=False,
        help_text=_("What names the same thing in every version, such as BSM."),
        widget=forms.TextInput(attrs={**_TEXT, "list": "file-fields"}),
    )
    class_field = forms.CharField(
        label=_("Field of the class"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={**_TEXT, "list": "file-fields"}),
    )
    name_field = forms.CharField(
        label=_("Field of the name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={**_TEXT, "list": "file-fields"}),
    )
    class_value = forms.CharField(
        label=_("One class for all"),
        max_length=64,
        required=False,
        help_text=_("Where the file does not tell classes apart."),
        widget=forms.TextInput(attrs={**_TEXT, "list": "kind-classes"}),
    )
    class_map = forms.CharField(
        label=_("Classes"),
        required=False,
        help_text=_(
            "One a line: value in the file = class; a hyphen for the class leaves its rows out. Not needed where the file "
            "has the keys or names of the classes."
        ),
        widget=forms.Textarea(attrs={**_TEXT, "rows": 5}),
    )
    shift = forms.CharField(
        label=_("Parameters from an older datum"),
        required=False,
        max_length=MOST_BYTES,
        strip=False,
        help_text=_(
            "Only for Xi'an 1980 and Beijing 1954: paste the file with the seven or affine parameters to CGCS2000, the document "
            "that gives them, and check points. The format stands in the docs, Layers. Parameters may be secret: paste them only "
            "where this server may know them."
        ),
        widget=forms.Textarea(
            attrs={
                **_TEXT,
                "rows": 4,
                "spellcheck": "false",
                "placeholder": "method: seven-parameter\nconvention: position-vector\ndatum: Xi'an 1980\nsource: …",
            }
        ),
    )
    repairs = forms.MultipleChoiceField(
        label=_("Rules to apply"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    snap_within = forms.DecimalField(
        label=_("Snap within (m)"),
        required=False,
        min_value=0,
        max_value=10,
        widget=forms.NumberInput(attrs={**_TEXT, "step": "any"}),
    )
    gap_width = forms.DecimalField(
        label=_("Fill gaps up to this mean width (m)"),
        required=False,
        min_value=0,
        max_value=100,
        widget=forms.NumberInput(attrs={**_TEXT, "step": "any"}),
    )
    overlaps_to = forms.ChoiceField(
        label=_("Overlaps go to"),
        required=False,
        choices=[
            ("larger", _("the larger")),
            ("smaller", _("the smaller")),
            ("first", _("the first in the file")),
            ("priority", _("the class that comes first")),
        ],
        widget=forms.Select(attrs=_SELECT),
    )
    class_order = forms.CharField(
        label=_("Order of classes"),
        max_length=500,
        required=False,
        help_text=_("Keys with > between, the strongest first."),
        widget=forms.TextInput(attrs=_TEXT),
    )
    convert_gcj02 = forms.BooleanField(
        label=_("Take the offset of GCJ-02 back, with a note"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    with_defects = forms.BooleanField(
        label=_("Store it with the defects that are left, marked as such"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    STATEMENT = ("key", "title", "kind", "valid_from", "valid_to", "plan", "issuing_body", "document", "scale",
                 "licence", "confidentiality", "reason", "correction")  # fmt: skip
    READING = ("crs", "axis_order", "encoding", "layer", "identity_field", "class_field", "name_field",
               "class_value", "class_map", "convert_gcj02", "shift")  # fmt: skip
    REPAIR = ("repairs", "snap_within", "gap_width", "overlaps_to", "class_order", "with_defects")
    ASKED = {
        "crs": "crs",
        "axis_order": "axis_order",
        "encoding": "encoding",
        "layer": "layer",
        "mapping": "class_field",
        "gcj02": "convert_gcj02",
        "datum_shift": "shift",
    }
    """The field that answers what a refusal asks for."""

    def __init__(self, *args: Any, storing: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not storing:  # a file may be read before anybody has said what it is
            for name in self.STATEMENT:
                self.fields[name].required = name == "kind"
        tongue = language()
        choices: dict[str, list[tuple[str, Any]]] = {
            "kind": kind_choices(),
            "crs": system_choices(),
            "confidentiality": [("", _("as the kind says")), *Confidentiality.choices],
            "repairs": [(rule.value, rule.label.in_language(tongue)) for rule in Rule],
        }
        for name, listed in choices.items():
            self.fields[name].choices = listed  # type: ignore[attr-defined]

    @staticmethod
    def defaults(kind: str, key: str, title: str) -> dict[str, Any]:
        """What the form says before anybody has answered; from when the version holds has to be said."""
        return {"kind": kind, "key": key, "title": title, "overlaps_to": "larger"}

    def clean(self) -> dict[str, Any]:
        """Refuse rules without their tolerance, and lines of classes that say nothing."""
        said = super().clean() or {}
        self._shift: Shift | None = None
        if str(said.get("shift", "")).strip():
            try:
                self._shift = parse_shift(said["shift"], "YAML")
            except ImportRefused as refused:
                self.add_error("shift", refused.text.in_language(language()))
        try:
            RepairPlan.parse(self._rules(said))
        except RuleRefused as refusal:
            self.add_error("repairs", refusal.text.in_language(language()))
        for line in str(said.get("class_map", "")).splitlines():
            if line.strip() and "=" not in line:
                self.add_error("class_map", _("A line has no = between value and class: %s") % line.strip())
        if said.get("class_map", "").strip() and not said.get("class_field"):
            self.add_error("class_field", _("Name the field whose values are mapped."))
        return said

    @staticmethod
    def _rules(said: dict[str, Any]) -> list[str]:
        found = []
        for rule in said.get("repairs", []):
            value = ""
            if rule == Rule.SNAP:
                value = f":{said.get('snap_within') or ''}"
            elif rule == Rule.FILL_GAPS:
                value = f":{said.get('gap_width') or ''}"
            elif rule == Rule.ASSIGN_OVERLAPS:
                side = said.get("overlaps_to") or "larger"
                value = f":priority={said.get('class_order', '')}" if side == "priority" else f":{side}"
            found.append(f"{rule}{value}")
        return found

    def choices(self) -> ImportChoices:
        """How the file is to be read, by a form that is valid."""
        said = self.cleaned_data
        return ImportChoices(
            crs=said["crs"],
            axis_order=said["axis_order"],
            encoding=said["encoding"],
            layer=said["layer"].strip(),
            mapping=self._mapping(said),
            class_value=said["class_value"].strip(),
            convert_gcj02=said["convert_gcj02"],
            datum_shift=self._shift,
            repairs=tuple(self._rules(said)),
            with_defects=said["with_defects"],
        )

    def _mapping(self, said: dict[str, Any]) -> AttributeMapping | None:
        named = {
            "identity": said["identity_field"].strip(),
            "class": said["class_field"].strip(),
            "name": said["name_field"].strip(),
        }
        given: dict[str, Any] = {key: value for key, value in named.items() if value}
        pairs = [line.rpartition("=") for line in said["class_map"].splitlines() if "=" in line]
        classes = {value.strip(): key.strip() for value, _sign, key in pairs if key.strip()}
        left = tuple(value for value, key in classes.items() if key == LEFT_OUT)
        if left:
            given["leave_out"] = left
        if mapped := {value: key for value, key in classes.items() if key != LEFT_OUT}:
            given["classes"] = mapped
        return AttributeMapping.model_validate(given) if given else None

    def statement(self) -> dict[str, Any]:
        """What the version is, as ``AddLayerVersion`` takes it."""
        return {name: self.cleaned_data[name] for name in self.STATEMENT}

    def statement_fields(self) -> list[forms.BoundField]:
        """Fields about the version."""
        return [self[name] for name in self.STATEMENT]

    def reading_fields(self) -> list[forms.BoundField]:
        """Fields about reading the file."""
        return [self[name] for name in self.READING]

    def repair_fields(self) -> list[forms.BoundField]:
        """Fields about repair."""
        return [self[name] for name in self.REPAIR]

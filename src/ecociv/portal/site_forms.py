"""Forms of site checks: one site, or a file of many."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ecociv.portal.use_form import UseForm
from ecociv.portal.zone import language, zone_key
from ecociv.territory.rules.loading import space_rules
from ecociv.territory.site_check.actions import SiteRequest

LARGEST = 50 * 1024**2
CRS = (
    ("", _("CGCS2000 degrees, or as the file says")),
    ("EPSG:4490", "CGCS2000 (EPSG:4490)"),
    ("EPSG:4326", "WGS 84 (EPSG:4326)"),
    ("EPSG:4547", "CGCS2000 3° 114E (EPSG:4547)"),
    ("EPSG:4548", "CGCS2000 3° 117E (EPSG:4548)"),
    ("EPSG:4526", "CGCS2000 3° 38 (EPSG:4526)"),
    ("EPSG:4527", "CGCS2000 3° 39 (EPSG:4527)"),
    ("EPSG:4508", "CGCS2000 6° 117E (EPSG:4508)"),
    ("EPSG:4498", "CGCS2000 6° 20 (EPSG:4498)"),
    ("GCJ-02", "GCJ-02"),
)


class _Asked(UseForm):
    """What one site and a file of sites are asked alike."""

    crs = forms.ChoiceField(label=_("Coordinate system"), required=False, choices=CRS)
    repair = forms.BooleanField(label=_("Repair an outline that crosses itself"), required=False)
    field_order: tuple[str, ...] = ("purpose", "industry", "on", "crs", "repair", "has", "lacks")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dress()

    def clean_file(self) -> UploadedFile[Any] | None:
        """A file that is not too large."""
        sent = self.cleaned_data.get("file")
        if sent is not None and (sent.size or 0) > LARGEST:
            raise forms.ValidationError(_("The file is larger than 50 MB."))
        return sent

    def request_for(self, geometry: str, crs: str | None = None) -> SiteRequest:
        """What was asked, about a geometry."""
        said = self.cleaned_data
        return SiteRequest(
            geometry,
            said["industry"].strip() or said["purpose"],
            said["on"],
            crs=said["crs"] if crs is None else crs,
            repair=said["repair"],
            yes=said["has"],
            no=said["lacks"],
            documents={
                key.removeprefix("document-"): value
                for key, value in said.items()
                if key.startswith("document-") and value
            },
        )


class SiteForm(_Asked):
    """One site: coordinates or a file."""

    title = forms.CharField(label=_("Name of the project"), max_length=200, required=False)
    geometry = forms.CharField(
        label=_("Outline (GeoJSON or WKT)"),
        required=False,
        max_length=20_000_000,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text="POLYGON((117.2 29.3, 117.21 29.3, 117.21 29.31, 117.2 29.3))",
    )
    file = forms.FileField(
        label=_("Or a file"),
        required=False,
        help_text=_(
            "Shapefile (zip), GeoPackage, GeoJSON, KML, DXF, GeoParquet or WKT; all its polygons are one site."
        ),
    )
    layer = forms.CharField(
        label=_("Layer in the file"),
        required=False,
        max_length=200,
        help_text=_("Only where the file holds several."),
    )
    as_of = forms.DateField(
        label=_("As known at the end of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Only layers recorded by then; now, where empty."),
    )
    field_order = (
        "title",
        "geometry",
        "file",
        "layer",
        "purpose",
        "industry",
        "on",
        "as_of",
        "crs",
        "repair",
        "has",
        "lacks",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for each in space_rules(zone_key()).exemptions.values():
            self.fields[f"document-{each.key}"] = forms.CharField(
                label=each.name.in_language(language()),
                required=False,
                max_length=100,
                widget=forms.TextInput(attrs={"class": "form-control"}),
            )

    def clean_as_of(self) -> dt.date | None:
        """A day that has come."""
        day: dt.date | None = self.cleaned_data.get("as_of")
        if day is not None and day > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        return day

    @property
    def moment(self) -> dt.datetime | None:
        """The end of the day as of which layers are read, or now where that comes first."""
        day = self.cleaned_data.get("as_of")
        if day is None:
            return None
        end = timezone.make_aware(dt.datetime.combine(day, dt.time.max))
        return min(end, timezone.now())

    def clean(self) -> dict[str, Any]:
        """One of the two ways of giving a site."""
        said = super().clean() or {}
        if not said.get("geometry", "").strip() and not said.get("file") and not self.errors:
            self.add_error("geometry", _("Give the outline, or choose a file."))
        return said

    @property
    def documents(self) -> list[forms.BoundField]:
        """The fields for documents at hand."""
        return [self[name] for name in self.fields if name.startswith("document-")]

    @property
    def plain(self) -> list[forms.BoundField]:
        """The other fields, without the traits."""
        return [
            self[name]
            for name in self.fields
            if not name.startswith("document-") and name not in ("has", "lacks", "repair")
        ]


class BatchForm(_Asked):
    """A file of sites; what is known when it is checked counts."""

    title = forms.CharField(label=_("Title"), max_length=200, required=False)
    file = forms.FileField(
        label=_("File of sites"),
        help_text=_(
            "Any layer of polygons, or CSV with a column wkt. A column name gives titles, a column purpose a purpose of its own."
        ),
    )
    field_order = ("title", "file", "purpose", "industry", "on", "crs", "repair", "has", "lacks")

    @property
    def plain(self) -> list[forms.BoundField]:
        """The fields without the traits."""
        return [self[name] for name in self.fields if name not in ("has", "lacks", "repair")]


class Received:
    """An uploaded file on disk under a harmless name, for as long as it is needed."""

    def __init__(self, sent: UploadedFile[Any]) -> None:
        self.sent = sent
        self.name = re.sub(r"[^\w.()-]", "_", Path(sent.name or "site").name)[-100:] or "site"

    def __enter__(self) -> Path:
        self._folder = tempfile.TemporaryDirectory(prefix="ecociv-")
        path = Path(self._folder.name) / self.name
        with path.open("wb") as file:
            for chunk in self.sent.chunks():
                file.write(chunk)
        return path

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

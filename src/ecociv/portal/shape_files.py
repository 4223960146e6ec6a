"""A boundary or a site on a form: typed, or read from a file of any kind that layers are read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import shapely
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ecociv.core.text import Text
from ecociv.portal.site_forms import LARGEST, Received
from ecociv.portal.zone import language, zone_key
from ecociv.territory.rules.loading import space_rules
from ecociv.territory.site_check.files import site_of_file
from ecociv.territory.site_check.sites import DECIMALS, Site, SiteRefused, read_site

KEPT_IN_THE_FORM = 200_000
"""Characters of an outline that is put into the text field, so that its file need not be chosen again."""


@dataclass(frozen=True, slots=True)
class Given:
    """What was given: the text of the outline with its system, and the outline read."""

    text: str
    crs: str
    site: Site
    of_file: Sequence[Text] = ()

    @property
    def notes(self) -> Sequence[str]:
        """What was done to it: left out of its file, joined, converted."""
        return [note.in_language(language()) for note in (*self.of_file, *self.site.notes)]


class ShapeFileField(forms.FileField):
    """The file beside a text field for an outline."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Or a file"),
            required=False,
            widget=forms.ClearableFileInput(attrs={"class": "form-control"}),
            help_text=gettext_lazy(
                "Shapefile (zip), GeoPackage, GeoJSON, KML, DXF, GeoParquet or WKT. "
                "Where a file is chosen it counts instead of the text; all its polygons are joined."
            ),
        )

    def clean(self, data: Any, initial: Any = None) -> Any:
        """A file that is not too large."""
        sent = super().clean(data, initial)
        if sent and (sent.size or 0) > LARGEST:
            raise forms.ValidationError(_("The file is larger than 50 MB."))
        return sent


def given_shape(form: forms.Form, text: str, file: str) -> Given | None:
    """The outline of a valid form, from its file or its text; none, with the fault on its field, where it is none.

    Parameters
    ----------
    text, file
        Names of the two fields.
    """
    said = form.cleaned_data
    crs, sent = said.get("crs", "").strip(), said.get(file)
    asked = file if sent else text
    notes: Sequence[Text] = ()
    try:
        if sent:
            with Received(sent) as path:
                outline, crs, notes = site_of_file(path, crs)
        else:
            outline = said.get(text, "").strip()
            if not outline:
                return None
        given = Given(outline, crs, read_site(outline, space_rules(zone_key()).tolerances, crs=crs), notes)
    except SiteRefused as refused:
        form.add_error(asked, refused.text.in_language(language()))
        return None
    # As it was read, in degrees, so that the coordinate system need not be said again.
    outline = shapely.to_wkt(given.site.geometry, rounding_precision=DECIMALS)
    if sent and not said.get(text, "").strip() and len(outline) <= KEPT_IN_THE_FORM:
        kept = cast(QueryDict, form.data).copy()
        kept[text], kept["crs"] = outline, ""
        form.data = kept
    return given

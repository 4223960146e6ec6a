"""The declared assumptions of a zone's sample layers, and real files used in place of generated ones."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import date
from pathlib import Path

import numpy as np
import shapely
from pydantic import Field
from shapely.geometry import shape

from ecociv.core.text import Text
from ecociv.evidence.declared import DeclarationError, Declared, LocalText, read_declaration, zone_folder

GENERATOR = 2
"""Raise it when the same declaration would give other layers."""

_SOURCE = Path(__file__).resolve().parents[4]
"""The folder that holds ``src``; real files lie beside it, where there are any."""


class RealFile(Declared):
    """A GeoJSON file under the shared data: its field of the key, and its licence."""

    path: str
    field: str
    origin: LocalText
    licence: str


class County(Declared):
    """A county: its plain outline stands in where the real one is absent."""

    code: str
    name: LocalText
    outline: tuple[tuple[float, float], ...] = Field(min_length=4)


class River(Declared):
    """The course of a generated river, with its width in km."""

    name: LocalText
    width: float = Field(gt=0)
    course: tuple[tuple[float, float], ...] = Field(min_length=2)


class Centre(Declared):
    """A town: how far its built-up land reaches, in km."""

    name: LocalText
    at: tuple[float, float]
    reach: float = Field(gt=0)
    planned: bool = False


class Blob(Declared):
    """An irregular area around a point: ``radii`` in km, from the innermost class outwards."""

    name: LocalText
    at: tuple[float, float]
    classes: dict[str, float] = Field(min_length=1)


class SurveyTarget(Declared):
    """Areas by year that a survey comes to, in hectare."""

    hectares: dict[int, float]

    def of(self, year: int) -> float:
        """The area of a year, straight between the years that are given."""
        return _between(self.hectares, year)


class ShareTarget(Declared):
    """Shares of the administrative area by year that a survey comes to, in percent."""

    percent: dict[int, float]

    def of(self, year: int) -> float:
        """The share of a year, 0 to 1."""
        return _between(self.percent, year) / 100


def _between(known: dict[int, float], year: int) -> float:
    years = sorted(known)
    return float(np.interp(year, years, [known[one] for one in years]))


class DeclaredVersion(Declared):
    """One version of a sample layer."""

    title: str
    valid_from: date
    valid_to: date | None = None
    year: int | None = None


class DeclaredLayer(Declared):
    """One sample layer: kind, keeper and versions."""

    key: str
    kind: str
    title: LocalText
    owner: str
    plan: str = ""
    scale: int | None = None
    confidentiality: str = ""
    versions: tuple[DeclaredVersion, ...] = Field(min_length=1)


class SampleTerritory(Declared):
    """What the sample layers of a zone rest on; see the file for what each means."""

    seed: int
    parcels: int = Field(ge=50)
    boundaries: RealFile | None = None
    water: RealFile | None = None
    counties: tuple[County, ...]
    rivers: tuple[River, ...]
    reservoirs: tuple[Blob, ...]
    centres: tuple[Centre, ...]
    protected: tuple[Blob, ...]
    drinking_water: tuple[Blob, ...]
    heritage: tuple[Blob, ...]
    mines: int
    changes: int
    administrative: float = Field(gt=0)
    forest: SurveyTarget
    wetland: SurveyTarget
    cultivated: SurveyTarget
    prohibited: SurveyTarget
    forest_cover: ShareTarget
    construction: ShareTarget
    layers: tuple[DeclaredLayer, ...]


def sample_territory(zone: str) -> SampleTerritory | None:
    """The declaration of a zone; none where the zone has no sample layers.

    Raises
    ------
    ecociv.standards.declared.DeclarationError
        When the file does not fit; each line names file, line and fault.
    """
    path = zone_folder(zone) / "territory_sample.yaml"
    return read_declaration(path, SampleTerritory) if path.exists() else None


def real_file(wanted: RealFile | None) -> Path | None:
    """The real file, where this machine has it (``ECOCIV_SHARED_DATA`` names the folder)."""
    if wanted is None:
        return None
    folder = os.environ.get("ECOCIV_SHARED_DATA") or str(_SOURCE.parent / "shared" / "data")
    path = Path(folder) / wanted.path
    return path if path.is_file() else None


def real_shapes(wanted: RealFile, path: Path) -> list[tuple[str, shapely.Geometry]]:
    """Key and geometry of each feature of a GeoJSON file.

    Raises
    ------
    DeclarationError
        When the file is no GeoJSON with the declared field.
    """
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        return [(str(one["properties"][wanted.field]), shape(one["geometry"])) for one in read["features"]]
    except (ValueError, KeyError, TypeError) as error:
        raise DeclarationError(
            f"{path.name}: no GeoJSON with the field {wanted.field!r} ({error}); remove or replace the file."
        ) from error


def digest_of(zone: str, given: SampleTerritory, parcels: int) -> str:
    """SHA-256 of all that the layers are made from: the declaration, the generator, the real files in use."""
    found = hashlib.sha256(f"{GENERATOR} {parcels}".encode())
    found.update((zone_folder(zone) / "territory_sample.yaml").read_bytes())
    for real in (real_file(given.boundaries), real_file(given.water)):
        found.update(real.read_bytes() if real else b"-")
    return found.hexdigest()


SAMPLE_NOTE = Text(zh="示例数据", en="Sample data")

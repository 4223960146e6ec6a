"""Layers from files: every format, no reference system guessed, no file trusted.

`read_polygons` is the way in. See ``docs/territory-layers.md``.
"""

from ecociv.territory.importing.crs import CHOICES, Bounds, SourceCrs, declared_crs
from ecociv.territory.importing.formats import Format
from ecociv.territory.importing.gcj02 import OffsetTest, offset_test
from ecociv.territory.importing.limits import Limits
from ecociv.territory.importing.mapping import AttributeMapping, load_attribute_mapping
from ecociv.territory.importing.read import Imported, describe, read_polygons
from ecociv.territory.importing.refusals import ImportRefused
from ecociv.territory.importing.shifts import DatumShift, PlaneShift, Shift, load_shift, parse_shift

__all__ = [
    "CHOICES",
    "AttributeMapping",
    "Bounds",
    "DatumShift",
    "Format",
    "ImportRefused",
    "Imported",
    "Limits",
    "OffsetTest",
    "PlaneShift",
    "Shift",
    "SourceCrs",
    "load_shift",
    "parse_shift",
    "declared_crs",
    "describe",
    "load_attribute_mapping",
    "offset_test",
    "read_polygons",
]

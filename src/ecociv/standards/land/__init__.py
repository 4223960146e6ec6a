"""Land: ellipsoidal areas, land-use classes and their mapping, development intensity, zones, coordinates, patches."""

from ecociv.standards.land.areas import EllipsoidalArea, area_of_geojson, densify, ellipsoidal_area
from ecociv.standards.land.classes import (
    LandClass,
    LandGroup,
    Scheme,
    UnknownLandClass,
    area_by_group,
    land_class,
    land_classes,
)
from ecociv.standards.land.coordinates import ConvertedCoordinates, Datum, convert_coordinates
from ecociv.standards.land.ellipsoid import TrapezoidArea, trapezoid_area
from ecociv.standards.land.intensity import (
    DevelopmentIntensity,
    RetainedArea,
    development_intensity,
    retained_area,
)
from ecociv.standards.land.ledger import AdjustedAreas, adjust_areas, ledger_area
from ecociv.standards.land.mapping import (
    ClassMapping,
    MappedAreas,
    MappingKind,
    map_areas,
    mapping,
    undecided,
    without_source,
)
from ecociv.standards.land.patches import KeptPatches, drop_slivers, mapped_patches
from ecociv.standards.land.rings import GeometryRefused
from ecociv.standards.land.zones import GEOGRAPHIC_EPSG, ProjectionZone, epsg_code, projection_zone

__all__ = [
    "GEOGRAPHIC_EPSG",
    "AdjustedAreas",
    "ClassMapping",
    "ConvertedCoordinates",
    "Datum",
    "DevelopmentIntensity",
    "EllipsoidalArea",
    "GeometryRefused",
    "KeptPatches",
    "LandClass",
    "LandGroup",
    "MappedAreas",
    "MappingKind",
    "ProjectionZone",
    "RetainedArea",
    "Scheme",
    "TrapezoidArea",
    "UnknownLandClass",
    "adjust_areas",
    "area_by_group",
    "area_of_geojson",
    "convert_coordinates",
    "densify",
    "development_intensity",
    "drop_slivers",
    "ellipsoidal_area",
    "epsg_code",
    "land_class",
    "land_classes",
    "ledger_area",
    "map_areas",
    "mapped_patches",
    "mapping",
    "projection_zone",
    "retained_area",
    "trapezoid_area",
    "undecided",
    "without_source",
]

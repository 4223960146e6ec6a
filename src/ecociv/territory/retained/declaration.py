"""What a zone declares in ``retained_areas.yaml``: which classes of which layers make a figure, and how it is published."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from ecociv.core.quantities import same_dimension
from ecociv.evidence.declared import (
    Declared,
    LocalText,
    Tolerance,
    Unit,
    zone_declaration_if_any,
)
from ecociv.standards.land import LandGroup, land_classes
from ecociv.territory.layers.kinds import UnknownKind, layer_kind

FILE = "retained_areas.yaml"
BOUNDARIES = "administrative-boundary"


class Source(Declared):
    """Classes of a kind of layer whose polygons count.

    ``classes`` names them one by one, a land class standing for those below it too; ``groups`` takes the land classes of
    a group of the land administration law; neither takes the whole layer.
    """

    kind: str
    classes: tuple[str, ...] = ()
    groups: tuple[LandGroup, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> Self:
        try:
            kind = layer_kind(self.kind)
        except UnknownKind as error:
            raise ValueError(error.text.en) from error
        if self.classes and self.groups:
            raise ValueError("give classes or groups, not both")
        if self.groups and kind.scheme is None:
            raise ValueError(f"{self.kind} has no scheme of land classes; name its classes")
        names = kind.class_names()
        if not kind.open and (strange := sorted(set(self.classes) - set(names))):
            raise ValueError(f"{self.kind} has no class {', '.join(strange)}; classes: {', '.join(names)}")
        return self

    def chosen(self) -> tuple[str, ...] | None:
        """Keys of the classes that count; none where all do.

        >>> "0101" in Source(kind="land-survey", classes=("01",)).chosen()
        True
        """
        scheme = layer_kind(self.kind).scheme
        if self.groups:
            assert scheme is not None
            wanted = set(self.groups)
            return tuple(
                one.code for one in land_classes(scheme) if one.groups and one.groups.issubset(wanted)
            )
        if not self.classes:
            return None
        if scheme is None:
            return self.classes
        parents = {one.code: one.parent for one in land_classes(scheme)}

        def under(code: str) -> bool:
            while code:
                if code in self.classes:
                    return True
                code = parents.get(code, "")
            return False

        return tuple(code for code in parents if under(code))


class Basis(Declared):
    """The document that defines the area."""

    standard: str
    clause: str = ""
    year: int | None = None
    verified: bool = False


class RetainedSeries(Declared):
    """One figure from layers.

    Attributes
    ----------
    series : str
        The key of the plan's series; a key of its own where the plan has none.
    numerator : tuple of Source
        The union of all of them is measured: where they overlap, the spot counts once.
    denominator : str, optional
        ``administrative-area``: the figure is the share of the area inside the boundaries.
    tolerance, settle
        Against the returned figure: how far apart the two may lie, and which body settles a difference.
    """

    series: str = Field(pattern=r"^[A-Za-z0-9._-]+$", max_length=64)
    name: LocalText
    numerator: tuple[Source, ...] = Field(min_length=1)
    denominator: Literal["administrative-area"] | None = None
    unit: Unit
    decimals: int = Field(ge=0, le=8)
    basis: Basis
    tolerance: Tolerance | None = None
    settle: str = ""
    notes: tuple[LocalText, ...] = ()

    @model_validator(mode="after")
    def _unit_fits(self) -> Self:
        wanted = "percent" if self.denominator else "m2"
        if not same_dimension(self.unit, wanted):
            raise ValueError(f"the unit is {self.unit!r}, but the figure is of the dimension of {wanted}")
        if self.tolerance is not None and not self.settle:
            raise ValueError("settle names the body that settles a difference; give it with tolerance")
        return self

    @property
    def formula(self) -> str:
        """The formula in one line."""
        area = "area of the union"
        return f"{area} / administrative area" if self.denominator else area


class RetainedAreas(Declared):
    """All figures from layers of a zone."""

    first_year: int = Field(ge=1949, le=2999)
    areas: tuple[RetainedSeries, ...] = ()

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        keys = [item.series for item in self.areas]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(f"declared twice: {', '.join(twice)}")
        return self

    def of(self, series: str) -> RetainedSeries | None:
        """One series, or none."""
        return next((item for item in self.areas if item.series == series), None)


def load_retained(zone: str) -> RetainedAreas:
    """The figures from layers of a zone; none where it declares none.

    Raises
    ------
    ecociv.standards.declared.DeclarationError
        With file and line of each fault.
    """
    return zone_declaration_if_any(zone, FILE, RetainedAreas) or RetainedAreas(first_year=2999)

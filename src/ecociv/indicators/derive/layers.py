"""An area from the layers of the zone, taken as the figure of a series."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from fractions import Fraction

from ecociv.core.missing import Missing
from ecociv.core.quantities import as_decimal, factor
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Rounding
from ecociv.evidence.mapping import load_places
from ecociv.indicators.declarations import LayerArea
from ecociv.indicators.derive.cells import Asked
from ecociv.indicators.derive.figures import Derived, Figure
from ecociv.indicators.derive.formulas import Gathered, finish
from ecociv.indicators.graph import Node
from ecociv.territory.retained.figures import RetainedFigure
from ecociv.territory.retained.queries import layers_digest, retained_area


@dataclass(frozen=True, slots=True)
class AreaAt:
    """The figure from layers, and the county that is asked for (none for the whole zone)."""

    found: RetainedFigure
    county: str | None
    digest: str

    @property
    def known(self) -> bool:
        """Whether there is a figure for the place."""
        return self.figure is not None

    @property
    def sample(self) -> bool:
        """Whether it rests on generated layers."""
        return self.found.sample

    @property
    def figure(self) -> Fraction | None:
        """The figure of the place in the unit of the area."""
        if self.county is None:
            number = self.found.number
        else:
            number = next((one.figure for one in self.found.places if one.key == self.county), None)
        return None if number is None else Fraction(number)


def area_at(zone: str, node: Node, year: int, as_of: dt.datetime | None) -> AreaAt:
    """The area that a node asks for: of the zone's own place, or of the county with the code of the place."""
    assert node.area is not None
    place = load_places(zone).by_key.get(node.place)
    county = place.code if place is not None and place.kind == "county" else None
    return AreaAt(
        retained_area(zone, node.area, year, as_of), county, layers_digest(zone, node.area, year, as_of)
    )


def derive_layer_area(declared: LayerArea, asked: Asked, label: Text, area: AreaAt) -> Derived:
    """The figure as the layers give it, with its trace down to versions and patches."""
    figure: Figure = Missing.MISSING
    value = area.figure
    if value is not None:
        figure = round_half_even(
            as_decimal(value * factor(area.found.unit, declared.unit)), declared.decimals
        )
    made = Gathered()
    if area.found.reason is not None:
        made.notes.append(area.found.reason)
    derived = finish(
        declared, asked, label, figure, area.found.trace.formula, made, inputs=(area.found.trace,)
    )
    notes = tuple(dict.fromkeys((*made.notes, *declared.caveats)))
    rounding = Rounding("half-even", declared.decimals) if value is not None else None
    return replace(
        derived,
        sample=area.sample,
        evidence_digest=area.digest if value is not None else "",
        trace=replace(derived.trace, notes=notes, rounding=rounding),
        extras={
            **derived.extras,
            "completeness": {"wanted": 1, "found": int(value is not None), "inputs_without_figure": []},
        },
    )

"""Areas that a zone retains, year by year, from its layers: unions without double counting (保有量)."""

from ecociv.territory.retained.declaration import RetainedAreas, RetainedSeries, load_retained
from ecociv.territory.retained.figures import PlaceFigure, RetainedFigure
from ecociv.territory.retained.queries import UnknownRetained, retained_area

__all__ = [
    "PlaceFigure",
    "RetainedAreas",
    "RetainedFigure",
    "RetainedSeries",
    "UnknownRetained",
    "load_retained",
    "retained_area",
]

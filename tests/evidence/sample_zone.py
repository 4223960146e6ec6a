"""The generated returns of the sample zone by form, place and year, made once for all tests."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

from ecociv.evidence.mapping import load_places
from ecociv.evidence.sample.assumptions import Assumptions, load_assumptions
from ecociv.evidence.sample.filings import SampleReturn, write_returns

ZONE = "jingdezhen"
CITY = "jingdezhen"
PLACES = load_places(ZONE)
COUNTIES = PLACES.groups["counties"]
YEARS = range(2012, 2021)
Key = tuple[str, str, int]


@lru_cache(maxsize=1)
def assumptions() -> Assumptions:
    """The declared assumptions."""
    return load_assumptions(ZONE)


@lru_cache(maxsize=1)
def filed() -> tuple[Mapping[Key, SampleReturn], SampleReturn]:
    """All returns as first handed in, and the one that restates another."""
    first, later = write_returns(ZONE, assumptions())
    (restated,) = later
    return {(each.form, each.place, each.year): each for each in first}, restated


def cell(form: str, year: int, key: str, place: str = CITY) -> float | None:
    """A figure as first handed in; none where the cell or the return has none."""
    found = filed()[0].get((form, place, year))
    value = found.values[key] if found else None
    return float(value) if isinstance(value, Decimal) else None


def exact(form: str, year: int, key: str, place: str = CITY) -> Decimal:
    """A figure that must be there, with its decimals."""
    value = filed()[0][form, place, year].values[key]
    assert isinstance(value, Decimal)
    return value

"""Allocating a declared fund with `ecociv.standards.compensation.allocate_basin_fund`. Pure: no Django."""

from __future__ import annotations

from decimal import Decimal

from ecociv.compensation.allocation.declaration import Fund
from ecociv.standards.compensation import BasinAllocation, BasinCounty, allocate_basin_fund


def allocated(fund: Fund, changes: dict[str, dict[str, Decimal]] | None = None) -> BasinAllocation:
    """The fund by county, in whole hundredths of 10⁴ yuan that add up to it exactly.

    Parameters
    ----------
    changes
        Other figures of counties, for what-if questions: ``{"fuliang-county": {"coefficient": Decimal("1.3")}}``.

    Raises
    ------
    AllocationError
        Bases above the fund, a withheld share outside the range of the edition.
    """
    counties = []
    for key, county in fund.counties.items():
        counties.append(BasinCounty(key, **{**county.figures, **(changes or {}).get(key, {})}))
    return allocate_basin_fund(fund.amount, counties, edition=fund.edition)

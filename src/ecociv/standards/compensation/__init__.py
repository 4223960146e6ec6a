"""Ecological compensation: border sections, basin funds, farmland and forest.

>>> apportion(10, {"a": 2, "b": 1}, step=1)
{'a': Decimal('7'), 'b': Decimal('3')}
"""

from ecociv.standards.compensation.apportionment import AllocationError, apportion
from ecociv.standards.compensation.basin import BasinAllocation, BasinCounty, allocate_basin_fund
from ecociv.standards.compensation.land import (
    AreaCompensation,
    AreaRate,
    NoRate,
    farmland_compensation,
    forest_compensation,
)
from ecociv.standards.compensation.loads import (
    ExceedanceCompensation,
    FlowWeightedLoad,
    exceedance_compensation,
    flow_weighted_load,
)
from ecociv.standards.compensation.section import Payer, SectionIndex, p_index

__all__ = [
    "AllocationError",
    "AreaCompensation",
    "AreaRate",
    "BasinAllocation",
    "BasinCounty",
    "ExceedanceCompensation",
    "FlowWeightedLoad",
    "NoRate",
    "Payer",
    "SectionIndex",
    "allocate_basin_fund",
    "apportion",
    "exceedance_compensation",
    "farmland_compensation",
    "flow_weighted_load",
    "forest_compensation",
    "p_index",
]

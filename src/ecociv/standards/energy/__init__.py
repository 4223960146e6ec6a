"""Energy: standard coal by edition and method, totals, intensity at constant prices, dual control, benchmarks."""

from ecociv.standards.energy.benchmarks import Benchmark, BenchmarkClass, building, street
from ecociv.standards.energy.carriers import CARRIER_NAMES, FUELS, UNITS, carrier_of
from ecociv.standards.energy.coal import (
    Method,
    MixedBasis,
    StandardCoal,
    TotalEnergy,
    add_up,
    standard_coal,
    total_energy,
)
from ecociv.standards.energy.control import AssessedEnergy, Control, assessed_energy
from ecociv.standards.energy.gdp import ConstantGdp, chain_gdp, deflate, move_price_base
from ecociv.standards.energy.intensity import (
    Intensity,
    Reduction,
    annual_rate,
    cumulative_reduction,
    intensity,
    reduction_rate,
)
from ecociv.standards.energy.mix import NonFossilShare, non_fossil_share

__all__ = [
    "CARRIER_NAMES",
    "FUELS",
    "UNITS",
    "AssessedEnergy",
    "Benchmark",
    "BenchmarkClass",
    "ConstantGdp",
    "Control",
    "Intensity",
    "Method",
    "MixedBasis",
    "NonFossilShare",
    "Reduction",
    "StandardCoal",
    "TotalEnergy",
    "add_up",
    "annual_rate",
    "assessed_energy",
    "building",
    "carrier_of",
    "chain_gdp",
    "cumulative_reduction",
    "deflate",
    "intensity",
    "move_price_base",
    "non_fossil_share",
    "reduction_rate",
    "standard_coal",
    "street",
    "total_energy",
]

"""National standards and methods as pure, dated, vectorised functions.

Each subject is a module of its own and is usable by itself, without Django and without a database::

    from ecociv.standards import air

    air.daily_aqi(pm2_5=62, pm10=118, o3_8h=150, so2=12, no2=38, co=0.8, edition="HJ 633-2026").value

:func:`parameter` answers with a dated parameter and its citation, :func:`catalogue` lists the standards.
"""

from ecociv.standards.arrays import MeasurementError
from ecociv.standards.listing import Standard, StandardStatus, UnknownStandard, catalogue, standard
from ecociv.standards.parameters import (
    AmbiguousEdition,
    ParameterError,
    ParameterOutsideValidity,
    ParameterValue,
    UnknownParameter,
    known_parameters,
    parameter,
)
from ecociv.standards.results import DataValidity, Result

__all__ = [
    "AmbiguousEdition",
    "DataValidity",
    "MeasurementError",
    "ParameterError",
    "ParameterOutsideValidity",
    "ParameterValue",
    "Result",
    "Standard",
    "StandardStatus",
    "UnknownParameter",
    "UnknownStandard",
    "catalogue",
    "known_parameters",
    "parameter",
    "standard",
]

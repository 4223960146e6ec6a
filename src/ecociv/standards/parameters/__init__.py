"""Dated parameters: every limit, breakpoint, coefficient and weight of a standard, kept as data.

``parameter("air.breakpoints.daily", on=date(2026, 4, 1))`` answers with the value in force on that day, its
edition, its citation and whether it has been checked against the text of the standard. A day that no edition
covers is an error (:class:`ParameterOutsideValidity`), never the nearest value.
"""

from ecociv.standards.parameters.loader import known_parameters, load_file, parameter, parameter_series
from ecociv.standards.parameters.model import (
    AmbiguousEdition,
    Parameter,
    ParameterError,
    ParameterOutsideValidity,
    ParameterPeriod,
    ParameterValue,
    UnknownParameter,
)
from ecociv.standards.strict_yaml import DataFileError

__all__ = [
    "AmbiguousEdition",
    "DataFileError",
    "Parameter",
    "ParameterError",
    "ParameterOutsideValidity",
    "ParameterPeriod",
    "ParameterValue",
    "UnknownParameter",
    "known_parameters",
    "load_file",
    "parameter",
    "parameter_series",
]

"""The species (tree species groups) of the tables, by key or Chinese name."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.standards.arrays import Float64, MeasurementError
from ecociv.standards.parameters import ParameterValue, parameter

_ONLY_CONTINUOUS = {
    "other_pines": Text(zh="其他松类", en="other pines"),
    "cryptomeria": Text(zh="柳杉", en="cryptomeria"),
    "metasequoia": Text(zh="水杉", en="dawn redwood"),
}
_ENDINGS = ("混交林", "林", "类", "木")


def species_names() -> dict[str, Text]:
    """Names of every species of the tables."""
    table = parameter("forest.species").table
    return {key: Text(zh=row["zh"], en=row["en"]) for key, row in table.items()} | _ONLY_CONTINUOUS


def species_of(name: str) -> str:
    """The key of a species from its key or its Chinese or English name (杉木, 杉木林).

    Raises
    ------
    MeasurementError
        No such species; all are listed. No other species is put in its place.

    Examples
    --------
    >>> species_of("杉木林"), species_of("阔叶混交林"), species_of("masson_pine")
    ('chinese_fir', 'mixed_broadleaf', 'masson_pine')
    """
    names = species_names()
    if name in names:
        return name
    wanted = _stem(name)
    for key, label in names.items():
        if name in (label.zh, label.en) or wanted == _stem(label.zh):
            return key
    known = ", ".join(f"{key} ({label.zh})" for key, label in names.items())
    raise MeasurementError(f"{name!r} is no species of the tables. Species: {known}.")


def _stem(name: str) -> str:
    plain = name.replace("混交林", "混").replace("针阔叶", "针阔")
    for ending in _ENDINGS:
        plain = plain.removesuffix(ending)
    return plain


def column_of(
    table: ParameterValue, names: Any, given: ArrayLike | None, what: str
) -> tuple[ArrayLike, bool]:
    """A coefficient for each species named, unless the caller gave it; says whether the table was used."""
    if given is not None:
        return given, False
    if names is None:
        raise MeasurementError(f"Give a species, or {what} itself.")
    array = np.asarray(names, dtype=np.str_)
    keys, where = np.unique(array, return_inverse=True)
    figures = []
    for name in keys:
        key = species_of(str(name))
        if key not in table.table:
            raise MeasurementError(
                f"{name} ({key}) is not in {table.edition}. It lists: {', '.join(table.table)}."
            )
        figures.append(float(table.table[key][what]))
    found: Float64 = np.asarray(figures, dtype=np.float64)[where].reshape(array.shape)
    return found, True

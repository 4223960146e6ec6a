"""CO2 of industrial processes: by a factor that the caller names, and of carbonates by their stoichiometry."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.core.trace import Citation
from ecociv.standards.arrays import MeasurementError, measurements, refuse_impossible
from ecociv.standards.carbon.fuels import Emission
from ecociv.standards.computed import Term, all_needed
from ecociv.standards.parameters import parameter
from ecociv.standards.results import marks_of

_CARBONATES = {
    "caco3": Text(zh="碳酸钙（方解石）", en="calcium carbonate (calcite)"),
    "mgco3": Text(zh="碳酸镁", en="magnesium carbonate"),
    "dolomite": Text(zh="白云石", en="dolomite"),
    "na2co3": Text(zh="碳酸钠", en="sodium carbonate"),
}


def process(amount: ArrayLike, factor: ArrayLike, *, source: Citation, unit: str = "tonne") -> Emission:
    """Emission of a process by activity and factor.

    Parameters
    ----------
    amount : array_like
        Product or raw material, in `unit`.
    factor : array_like
        tCO2 per unit of the amount, from the guideline of the trade.
    source : Citation
        Where the factor was read; the library holds none of its own for products.

    Examples
    --------
    >>> guide = Citation("guideline of the trade", "Table 2", 2013, verified=False)
    >>> process([100, float("nan")], 0.5, source=guide).value.tolist()
    [50.0, nan]
    """
    rows = measurements(amount=amount, factor=factor)
    given = rows.given()
    refuse_impossible("amount", given["amount"], unit=unit)
    refuse_impossible("factor", given["factor"], unit=f"tCO2/{unit}")
    return Emission(
        value=rows.restore(given["amount"] * given["factor"]),
        unit="tonne",
        edition=str(source),
        marks=(),
        validity=all_needed(rows),
        label=Text(zh="工业生产过程的二氧化碳排放", en="CO2 of an industrial process"),
        formula="amount * factor",
        terms=(
            Term(Text(zh="活动水平", en="activity"), given["amount"], unit),
            Term(Text(zh="排放因子", en="factor"), given["factor"], f"tonne/{unit}", coefficient=True),
        ),
        standard=source,
        factor=rows.restore(given["factor"]),
    )


def carbonates(
    carbonate: str, amount: ArrayLike, *, purity: ArrayLike = 1.0, calcined: ArrayLike = 1.0
) -> Emission:
    """CO2 of carbonates that decompose in a kiln (ceramics, glass, lime, desulphurisation).

    Parameters
    ----------
    carbonate : str
        ``"caco3"``, ``"mgco3"``, ``"dolomite"`` or ``"na2co3"``.
    amount : array_like
        Raw material in t.
    purity : array_like
        Share of the carbonate in the material, 0..1.
    calcined : array_like
        Share that decomposes, 0..1.

    Examples
    --------
    >>> round(carbonates("caco3", 1000, purity=0.9).value, 2)
    395.74
    """
    if carbonate not in _CARBONATES:
        raise MeasurementError(f"{carbonate!r} is no carbonate known here: {', '.join(_CARBONATES)}.")
    used = parameter("carbon.carbonates")
    rows = measurements(amount=amount, purity=purity, calcined=calcined)
    given = rows.given()
    for name, column in given.items():
        refuse_impossible(name, column, unit="t" if name == "amount" else "")
        if name != "amount" and (column > 1).any():
            raise MeasurementError(f"{name} is {np.nanmax(column):g}; it is a share from 0 to 1.")
    own = float(used.table[carbonate])
    return Emission(
        value=rows.restore(given["amount"] * given["purity"] * given["calcined"] * own),
        unit="tonne",
        edition=used.edition,
        marks=marks_of(used),
        validity=all_needed(rows),
        label=Text(
            zh=f"{_CARBONATES[carbonate].zh}分解的二氧化碳排放",
            en=f"CO2 of calcining {_CARBONATES[carbonate].en}",
        ),
        formula="amount * purity * share calcined * factor",
        terms=(
            Term(_CARBONATES[carbonate], given["amount"], "tonne"),
            Term(Text(zh="含量", en="purity"), given["purity"]),
            Term(Text(zh="煅烧比例", en="share calcined"), given["calcined"]),
            Term(used.description, own, used.unit, used),
        ),
        standard=used.citation,
        factor=rows.restore(given["purity"] * given["calcined"] * own),
    )

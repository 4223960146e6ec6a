"""The land transition matrix: rows from, columns to, and nothing appears or disappears."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.decimals import to_decimal
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.core.verdicts import Reason, Verdict
from ecociv.standards.arrays import as_float64
from ecociv.standards.natural_capital.asset import CITATION, EDITION, MARK
from ecociv.standards.natural_capital.balance import AccountError
from ecociv.standards.results import DataValidity, Result


@dataclass(frozen=True, eq=False)
class TransitionMatrix(Result):
    """Land that stayed and land that changed its class.

    Attributes
    ----------
    value : Decimal
        Area of the whole, the same before and after.
    classes : tuple of str
        Classes in their order.
    flows : dict of (str, str) to Decimal
        Area that went from one class to another; a class to itself stayed.
    opening, closing : dict of str to Decimal
        Sums of rows and of columns.
    gained, lost, net : dict of str to Decimal
        Entered from other classes, left to other classes, and the difference; net adds up to 0.
    residual : dict of str to tuple
        Recorded less summed area of each class, (opening, closing), where records were given.
    verdict : Verdict
        Whether records and sums agree; true without records.
    """

    value: Decimal
    classes: tuple[str, ...]
    flows: Mapping[tuple[str, str], Decimal]
    opening: Mapping[str, Decimal]
    closing: Mapping[str, Decimal]
    gained: Mapping[str, Decimal]
    lost: Mapping[str, Decimal]
    net: Mapping[str, Decimal]
    residual: Mapping[str, tuple[Decimal | None, Decimal | None]]
    verdict: Verdict
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    unit: str = field(default="hectare")
    names: Mapping[str, Text] = field(default_factory=dict, repr=False)

    def named(self, name: str) -> Text:
        """What a class is called; its key, where no name was given."""
        return self.names.get(name, Text(zh=name, en=name))

    def trace(self, at: int | None = None) -> Trace:
        """One class with where its land came from and went to, or all classes."""
        if at is None:
            notes = tuple(reason.text for reason in self.verdict.reasons)
            rows = tuple(self.trace(place) for place in range(len(self.classes)))
            label = Text(zh="土地总面积", en="Area of all land")
            return Trace(
                label, self.value, self.unit, "sum(closing)", rows, CITATION, notes=(*notes, *self.marks)
            )
        name = self.classes[at]
        inputs = [TraceInput(Text(zh="期初面积", en="Opening area"), self.opening[name], self.unit)]
        for (source, target), area in self.flows.items():
            if source == target or not area:
                continue
            if target == name:
                other = self.named(source)
                label = Text(zh=f"+ 由{other.zh}转入", en=f"+ from {other.en}")
                inputs.append(TraceInput(label, area, self.unit))
            if source == name:
                other = self.named(target)
                label = Text(zh=f"- 转为{other.zh}", en=f"- to {other.en}")
                inputs.append(TraceInput(label, area, self.unit))
        said = self.named(name)
        label = Text(zh=f"{said.zh}期末面积", en=f"{said.en}: closing area")
        formula = "opening + from others - to others"
        return Trace(label, self.closing[name], self.unit, formula, tuple(inputs), CITATION)


def transition_matrix(
    flows: Mapping[tuple[str, str], Decimal],
    *,
    opening: Mapping[str, Decimal] | None = None,
    closing: Mapping[str, Decimal] | None = None,
    unit: str = "hectare",
    tolerance: Decimal = Decimal(0),
    names: Mapping[str, Text] | None = None,
) -> TransitionMatrix:
    """A transition matrix from the area of each pair of classes.

    Parameters
    ----------
    flows : mapping of (str, str) to Decimal
        Area by (from, to), land that stayed included as (class, class).
    opening, closing : mapping of str to Decimal, optional
        Areas as recorded, which the sums of rows and columns must meet within `tolerance`.
    names : mapping of str to Text, optional
        What reasons and traces call the classes; their keys, when not given.

    Raises
    ------
    AccountError
        A negative or infinite area.

    Examples
    --------
    >>> moved = transition_matrix({
    ...     ("cultivated", "cultivated"): Decimal(90), ("cultivated", "built"): Decimal(10),
    ...     ("forest", "forest"): Decimal(50), ("forest", "cultivated"): Decimal(4),
    ... })
    >>> {name: str(area) for name, area in moved.net.items()}, str(moved.value)
    ({'cultivated': '-6', 'built': '10', 'forest': '-4'}, '154')
    """
    for (source, target), area in flows.items():
        if not area.is_finite() or area < 0:
            raise AccountError(
                f"From {source} to {target} the area is {area}; it must be finite and at least 0."
            )
    recorded = {"opening": opening or {}, "closing": closing or {}}
    of_flows = [name for pair in flows for name in pair]
    classes = tuple(dict.fromkeys([*of_flows, *recorded["opening"], *recorded["closing"]]))
    zero = dict.fromkeys(classes, Decimal(0))
    before, after, stayed = dict(zero), dict(zero), dict(zero)
    for (source, target), area in flows.items():
        before[source] += area
        after[target] += area
        if source == target:
            stayed[source] += area
    residual: dict[str, tuple[Decimal | None, Decimal | None]] = {}
    reasons: list[Reason] = []
    for name in classes:
        gaps: list[Decimal | None] = []
        for side, sums in (("opening", before), ("closing", after)):
            given = recorded[side].get(name)
            gap = None if given is None else given - sums[name]
            gaps.append(gap)
            if gap is not None and abs(gap) > tolerance:
                said = (names or {}).get(name, Text(zh=name, en=name))
                words = {"opening": ("期初", "opening"), "closing": ("期末", "closing")}[side]
                text = Text(
                    zh=f"{said.zh}{words[0]}记录面积与矩阵之和相差{gap}",
                    en=f"{said.en}: recorded {words[1]} area less the sum of the matrix is {gap}",
                )
                reasons.append(Reason(f"{side}-differs", text, {"class": name, "residual": gap}))
        if opening is not None or closing is not None:
            residual[name] = (gaps[0], gaps[1])
    return TransitionMatrix(
        value=sum(after.values(), Decimal(0)),
        classes=classes,
        flows=dict(flows),
        opening=before,
        closing=after,
        gained={name: after[name] - stayed[name] for name in classes},
        lost={name: before[name] - stayed[name] for name in classes},
        net={name: after[name] - before[name] for name in classes},
        residual=residual,
        verdict=Verdict(not reasons, tuple(reasons)),
        edition=EDITION,
        marks=(MARK,),
        validity=DataValidity(
            len(flows), None, True, Text(zh="各转移量均有数值", en="every transition has a figure")
        ),
        unit=unit,
        names=dict(names or {}),
    )


def transitions_of_patches(
    before: ArrayLike, after: ArrayLike, area: ArrayLike, *, digits: int = 2, unit: str = "m2"
) -> TransitionMatrix:
    """A transition matrix from patches with a class before and one after.

    Parameters
    ----------
    before, after : array_like of str
        Class of each patch.
    area : array_like
        Area of each patch in `unit`; a missing area is refused, for the matrix could not close.
    digits : int
        Decimals of the sums of each pair, rounded once by GB/T 8170.

    Raises
    ------
    AccountError
        Arrays of different length, a missing or negative area.

    Examples
    --------
    >>> patches = transitions_of_patches(["01", "01", "03"], ["01", "05", "03"], [10.5, 2.25, 7.0])
    >>> {pair: str(flow) for pair, flow in patches.flows.items()}
    {('01', '01'): '10.50', ('01', '05'): '2.25', ('03', '03'): '7.00'}
    """
    first, last, size = (
        np.asarray(before).astype(str),
        np.asarray(after).astype(str),
        as_float64("area", area),
    )
    if not first.shape == last.shape == size.shape or first.ndim != 1:
        raise AccountError(
            f"before {first.shape}, after {last.shape} and area {size.shape} must be lists of one length."
        )
    wrong = ~np.isfinite(size) | (size < 0)
    if wrong.any():
        place = int(np.argmax(wrong))
        raise AccountError(
            f"The area of patch {place} is {size[place]:g}; a matrix closes only over known areas."
        )
    names, codes = np.unique(np.concatenate([first, last]), return_inverse=True)
    pair = codes[: len(first)] * len(names) + codes[len(first) :]
    sums = np.bincount(pair, weights=size, minlength=len(names) ** 2)
    present = np.flatnonzero(np.bincount(pair, minlength=len(names) ** 2))
    flows = {
        (str(names[place // len(names)]), str(names[place % len(names)])): Decimal(
            round_half_even(to_decimal(float(sums[place])), digits)
        )
        for place in present
    }
    return transition_matrix(flows, unit=unit)

"""Physical supply and use of water: what an economy takes, passes on, returns and consumes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.core.verdicts import Reason, Verdict, all_hold
from ecociv.standards.natural_capital.asset import CITATION, EDITION, MARK
from ecociv.standards.natural_capital.balance import AccountError, add_up
from ecociv.standards.results import DataValidity, Result


@dataclass(frozen=True, slots=True)
class WaterUnit:
    """The flows of one unit of the economy in a year; ``None`` is missing.

    Attributes
    ----------
    abstracted : Decimal or None
        Taken from rivers, lakes, reservoirs and the ground.
    received : Decimal or None
        Got from other units: tap water, waste water to be treated, reused water.
    supplied : Decimal or None
        Passed on to other units.
    returned : Decimal or None
        Given back to the environment.
    consumed : Decimal or None
        Evaporated, or built into products, where it was measured; otherwise it follows.
    """

    abstracted: Decimal | None = Decimal(0)
    received: Decimal | None = Decimal(0)
    supplied: Decimal | None = Decimal(0)
    returned: Decimal | None = Decimal(0)
    consumed: Decimal | None = None


_NAMES = {
    "abstracted": Text(zh="+ 取水", en="+ Abstracted"),
    "received": Text(zh="+ 由其他单元获得", en="+ Received from other units"),
    "supplied": Text(zh="- 供给其他单元", en="- Supplied to other units"),
    "returned": Text(zh="- 排入环境", en="- Returned to the environment"),
}


@dataclass(frozen=True, eq=False)
class WaterSupplyUse(Result):
    """Supply and use of water.

    Attributes
    ----------
    value : Decimal or None
        Consumption of the whole economy: abstracted less returned, where passed-on water closes.
    consumption : dict of str to (Decimal or None)
        Of each unit: abstracted + received - supplied - returned.
    residual : dict of str to (Decimal or None)
        Measured less computed consumption of each unit that was measured.
    passed_on : Decimal or None
        Supplied less received over all units (with imports and exports): 0 where the tables close.
    verdict : Verdict
        Whether units and tables close; unknown where flows are missing.
    """

    value: Decimal | None
    consumption: Mapping[str, Decimal | None]
    residual: Mapping[str, Decimal | None]
    passed_on: Decimal | None
    verdict: Verdict
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    units: Mapping[str, WaterUnit] = field(repr=False)
    unit: str = "wan_m3"
    names: Mapping[str, Text] = field(default_factory=dict, repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """One unit by its number, or the whole economy."""
        names = tuple(self.units)
        if at is None:
            return Trace(
                Text(zh="耗水总量", en="Water consumed in all"),
                self.value,
                self.unit,
                "sum(consumption)",
                tuple(self.trace(place) for place in range(len(names))),
                CITATION,
                notes=(*(reason.text for reason in self.verdict.reasons), *self.marks),
            )
        name = names[at]
        inputs = tuple(
            TraceInput(label, getattr(self.units[name], key), self.unit) for key, label in _NAMES.items()
        )
        said = self.names.get(name, Text(zh=name, en=name))
        label = Text(zh=f"{said.zh}耗水量", en=f"Water consumed by {said.en}")
        formula = "abstracted + received - supplied - returned"
        return Trace(label, self.consumption[name], self.unit, formula, inputs, CITATION)


def water_supply_use(
    units: Mapping[str, WaterUnit],
    *,
    imported: Decimal = Decimal(0),
    exported: Decimal = Decimal(0),
    unit: str = "wan_m3",
    tolerance: Decimal = Decimal(0),
    names: Mapping[str, Text] | None = None,
) -> WaterSupplyUse:
    """Close the supply and use of water, unit by unit and for passed-on water as a whole.

    Parameters
    ----------
    units : mapping of str to WaterUnit
        Households, industries, the waterworks, the sewerage.
    imported, exported : Decimal
        Passed-on water from and to other economies.
    tolerance : Decimal
        Largest residual that still counts as closed.
    names : mapping of str to Text, optional
        What reasons and traces call the units; their keys, when not given.

    Raises
    ------
    AccountError
        A negative or infinite flow.

    Examples
    --------
    >>> city = water_supply_use({
    ...     "waterworks": WaterUnit(abstracted=Decimal(100), supplied=Decimal(90), returned=Decimal(4)),
    ...     "households": WaterUnit(received=Decimal(90), supplied=Decimal(70)),
    ...     "sewerage": WaterUnit(received=Decimal(70), returned=Decimal(69)),
    ... })
    >>> {name: str(amount) for name, amount in city.consumption.items()}, str(city.value), city.verdict.ok
    ({'waterworks': '6', 'households': '20', 'sewerage': '1'}, '27', True)
    """
    answers: list[bool | None] = []
    reasons: list[Reason] = []
    consumption: dict[str, Decimal | None] = {}
    residual: dict[str, Decimal | None] = {}
    for name, flows in units.items():
        said = (names or {}).get(name, Text(zh=name, en=name))
        _refuse(name, flows)
        into, out = add_up((flows.abstracted, flows.received)), add_up((flows.supplied, flows.returned))
        used = None if into is None or out is None else into - out
        consumption[name] = used
        if used is None:
            answers.append(None)
            text = Text(
                zh=f"{said.zh}有缺项，不能平衡", en=f"{said.en}: flows are missing, it cannot be closed"
            )
            reasons.append(Reason("flow-missing", text, {"unit": name}))
            continue
        if used < -tolerance:
            answers.append(False)
            text = Text(
                zh=f"{said.zh}流出多于流入{-used}", en=f"{said.en}: gives out {-used} more than it takes in"
            )
            reasons.append(Reason("below-zero", text, {"unit": name, "consumption": used}))
        if flows.consumed is not None:
            residual[name] = gap = flows.consumed - used
            answers.append(abs(gap) <= tolerance)
            if abs(gap) > tolerance:
                text = Text(
                    zh=f"{said.zh}实测耗水与推算相差{gap}",
                    en=f"{said.en}: measured less computed consumption is {gap}",
                )
                reasons.append(Reason("unexplained", text, {"unit": name, "residual": gap}))
    supplied, received = (
        add_up(f.supplied for f in units.values()),
        add_up(f.received for f in units.values()),
    )
    passed_on = None if supplied is None or received is None else supplied + imported - received - exported
    answers.append(None if passed_on is None else abs(passed_on) <= tolerance)
    if passed_on is not None and abs(passed_on) > tolerance:
        text = Text(
            zh=f"单元间供水与受水相差{passed_on}",
            en=f"water supplied less water received between units is {passed_on}",
        )
        reasons.append(Reason("passed-on", text, {"residual": passed_on}))
    complete = sum(1 for used in consumption.values() if used is not None)
    return WaterSupplyUse(
        value=add_up(consumption.values()),
        consumption=consumption,
        residual=residual,
        passed_on=passed_on,
        verdict=Verdict(all_hold(answers), tuple(reasons)),
        edition=EDITION,
        marks=(MARK,),
        validity=DataValidity(
            complete,
            len(units),
            complete == len(units),
            Text(zh="各单元均无缺项", en="no unit has missing flows"),
        ),
        units=dict(units),
        unit=unit,
        names=dict(names or {}),
    )


def _refuse(name: str, flows: WaterUnit) -> None:
    for key in (*_NAMES, "consumed"):
        amount: Decimal | None = getattr(flows, key)
        if amount is not None and (not amount.is_finite() or amount < 0):
            raise AccountError(
                f"{key} of {name} is {amount}; flows are finite and at least 0, or None where missing."
            )

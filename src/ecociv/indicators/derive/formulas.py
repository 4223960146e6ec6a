"""Figures by a declared formula, and compositions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ecociv.core.decimals import shortest, to_decimal
from ecociv.core.missing import Missing
from ecociv.core.quantities import as_decimal, factor
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Citation, Rounding, Trace, TraceInput, TraceParameter
from ecociv.indicators.declarations import Composition, Formula
from ecociv.indicators.derive.cells import (
    Asked,
    Resolved,
    absences,
    complete_members,
    decimal_of,
    digest_of,
    members_of,
    missing_of,
    resolve,
    suppliers,
)
from ecociv.indicators.derive.figures import Derived, Figure
from ecociv.indicators.derive.reported import SAMPLE_NOTE
from ecociv.indicators.expressions import DividedByZero
from ecociv.indicators.inputs import CellInput, ConstantInput, ParameterInput, Standard
from ecociv.standards.parameters import ParameterError, parameter

NOTHING_REPORTED = Text(zh="该年度没有收到报送", en="Nothing was reported for this year")


@dataclass
class Gathered:
    """The inputs of a derivation as figures."""

    inputs: dict[str, Resolved] = field(default_factory=dict)
    constants: dict[str, Fraction] = field(default_factory=dict)
    parameters: list[TraceParameter] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    problem: Missing | None = None

    @property
    def values(self) -> dict[str, Fraction]:
        """Every figure that there is."""
        found = {name: item.value for name, item in self.inputs.items() if isinstance(item.value, Fraction)}
        return {**found, **self.constants}

    @property
    def missing(self) -> Missing | None:
        """Why there can be no result, or none."""
        lost = [item.value for item in self.inputs.values() if isinstance(item.value, Missing)]
        if lost:
            return missing_of(lost)
        said = self.used or any(item.by_definition for item in self.inputs.values())
        # Inputs that may be absent make no figure when all of them are.
        return self.problem if said or not self.inputs else Missing.MISSING

    @property
    def used(self) -> list[Any]:
        """Every observation that entered."""
        return [seen for item in self.inputs.values() for seen in item.used]


def gather_inputs(asked: Asked, inputs: Mapping[str, Any]) -> Gathered:
    """Figures of all inputs. Inputs from one group of places take the members that have all of them."""
    made = Gathered()
    groups: dict[tuple[str, str, tuple[Any, ...]], dict[str, CellInput]] = {}
    for name, item in inputs.items():
        if isinstance(item, CellInput) and item.group is not None:
            key = (item.form, item.group, tuple(sorted(item.where.items())))
            groups.setdefault(key, {})[name] = item
    chosen: dict[str, tuple[str, ...]] = {}
    for together in groups.values():
        whole, wanted, lacking = complete_members(asked, together)
        share = min(item.members for item in together.values())
        if not wanted or len(whole) < share * len(wanted):
            made.problem = Missing.MISSING
            # Where nothing applies to any member, that is the answer.
            whole = wanted or members_of(asked.zone, next(iter(together.values())))
        elif lacking:
            names = [asked.name_of(member) for member in lacking]
            made.notes.append(
                Text(
                    zh=f"缺数未计入（分子分母均不计）：{'、'.join(n.zh for n in names)}",
                    en=f"Left out of numerator and denominator for want of figures: {', '.join(n.en for n in names)}",
                )
            )
        chosen |= dict.fromkeys(together, whole)
    for name, item in inputs.items():
        if isinstance(item, ConstantInput):
            value, unit = item.value
            made.constants[name] = value
            made.parameters.append(TraceParameter(item.note, decimal_of(value), unit))
        elif isinstance(item, ParameterInput):
            _take_parameter(made, name, item, asked.year)
        else:
            made.inputs[name] = resolve(asked, item, chosen.get(name))
    made.notes += [note for item in made.inputs.values() for note in item.notes]
    return made


def _take_parameter(made: Gathered, name: str, item: ParameterInput, year: int) -> None:
    try:
        known = parameter(item.parameter, on=date(year, 12, 31))
    except ParameterError as error:
        made.problem = Missing.MISSING
        made.notes.append(Text(zh=f"参数{item.parameter}在该年没有数值", en=str(error)))
        return
    made.constants[name] = Fraction(known.decimal) * factor(known.unit, item.unit)
    made.parameters.append(known.trace())
    if (mark := known.mark()) is not None:
        made.notes.append(mark)


def derive_formula(declared: Formula, asked: Asked, label: Text) -> Derived:
    """The figure by the formula, rounded once."""
    made = gather_inputs(asked, declared.inputs)
    figure: Figure
    if (lost := made.missing) is not None:
        figure = lost
    else:
        try:
            figure = published(declared.ready(made.values), declared.decimals)
        except DividedByZero as error:
            figure = Missing.NOT_APPLICABLE
            made.notes.append(
                Text(
                    zh=f"分母（{error}）为零，没有比值",
                    en=f"The denominator ({error}) is zero: there is no quotient",
                )
            )
    return finish(declared, asked, label, figure, declared.formula, made)


def derive_composition(declared: Composition, asked: Asked, label: Text) -> Derived:
    """All parts, which must make the whole."""
    made = gather_inputs(asked, declared.inputs)
    figure: Figure
    if (lost := made.missing) is not None:
        figure = lost
    else:
        values = made.values
        try:
            parts = {
                part: published(
                    ready({name: values[name] for name in ready.expression.names}), declared.decimals
                )
                for part, ready in declared.ready.items()
            }
        except DividedByZero:
            parts = {}
        total = sum(parts.values(), Decimal(0))
        if not parts or abs(total - to_decimal(declared.whole)) > to_decimal(declared.tolerance):
            figure = Missing.MISSING
            made.notes.append(
                Text(
                    zh="各部分之和为{total}，应为{whole}，不采用；请更正报表",
                    en="The parts make {total} instead of {whole} and are not used; correct the return",
                ).fill(total=shortest(total), whole=f"{declared.whole:g}")
            )
        else:
            figure = parts
    formula = "; ".join(f"{part} = {text}" for part, text in declared.parts.items())
    return finish(declared, asked, label, figure, formula, made)


def published(value: Fraction, decimals: int) -> Decimal:
    """The figure as it is published: rounded once, half to even (GB/T 8170).

    >>> published(Fraction(2, 3), 2), published(Fraction(5, 2), 0)
    (Decimal('0.67'), Decimal('2'))
    """
    exact = value.numerator, value.denominator
    # A quotient that lies exactly on a half must be seen as such, whatever the number of its digits.
    doubled = Fraction(*exact) * 2 * 10**decimals
    if doubled.denominator == 1:
        return round_half_even(Decimal(doubled.numerator) / 2, 0).scaleb(-decimals)
    return round_half_even(as_decimal(value), decimals)


def citation_of(standard: Standard | None) -> Citation | None:
    """A declared standard as a citation."""
    return (
        None
        if standard is None
        else Citation(standard.number, standard.clause, standard.year, standard.verified)
    )


def finish(
    declared: Any,
    asked: Asked,
    label: Text,
    figure: Figure,
    formula: str,
    made: Gathered,
    *,
    extras: Mapping[str, Any] | None = None,
    inputs: tuple[Trace | TraceInput, ...] | None = None,
    describe: Callable[[Trace], Trace] | None = None,
) -> Derived:
    """The figure with its trace, completeness and origin."""
    sample = any(item.sample for item in made.used)
    notes = list(made.notes)
    if not made.used and isinstance(figure, Missing):
        notes = [NOTHING_REPORTED, *([] if made.inputs else notes)]
    if isinstance(figure, Missing):
        mixed = absences((item.trace.label, item.value) for item in made.inputs.values())
        notes += [mixed] if mixed else []
    notes += [SAMPLE_NOTE] if sample else []
    notes += list(declared.caveats)
    trace = Trace(
        label,
        None if isinstance(figure, Mapping) else figure,
        declared.unit,
        formula,
        tuple(item.trace for item in made.inputs.values()) if inputs is None else inputs,
        citation_of(declared.standard),
        tuple(made.parameters),
        Rounding("half-even", declared.decimals) if not isinstance(figure, Missing) else None,
        tuple(dict.fromkeys(notes)),
    )
    if describe is not None:
        trace = describe(trace)
    who = list(suppliers(made.used))
    return Derived(
        declared.series,
        asked.place,
        asked.year,
        figure,
        declared.unit,
        trace,
        sample,
        digest_of(made.used) if made.used else "",
        {
            "supplier": "、".join(who) or declared.supplier,
            "caveats": [note.to_mapping() for note in declared.caveats],
            "completeness": completeness(made),
            **(extras or {}),
        },
    )


def completeness(made: Gathered) -> dict[str, Any]:
    """How many of the figures needed are there, and which inputs lack one."""
    wanted = sum(item.wanted for item in made.inputs.values())
    found = sum(item.found for item in made.inputs.values())
    lacking = [name for name, item in made.inputs.items() if isinstance(item.value, Missing)]
    return {"wanted": wanted, "found": found, "inputs_without_figure": lacking}

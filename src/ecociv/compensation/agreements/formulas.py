"""The formulas by which an agreement is computed, with what each of them needs to know. Pure: no Django."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ecociv.evidence.declared import Declared, LocalText

FLOW = "flow"
"""Name of the flow among what is read at a section."""

Positive = Annotated[Decimal, Field(gt=0)]
NotNegative = Annotated[Decimal, Field(ge=0)]


def _in_order(items: dict[str, Any]) -> dict[str, Any]:
    # A database may give the keys of a mapping back in another order; what is computed from them must not depend on it.
    return dict(sorted(items.items()))


InOrder = AfterValidator(_in_order)


class Step(Declared):
    """A price from a multiple of exceedance on: the highest step reached prices the whole exceedance."""

    above: NotNegative
    price: NotNegative


class Item(Declared):
    """An item with its agreed concentration in mg/L.

    ``price`` is yuan a tonne (method ``load``) or yuan a m3 and multiple; ``steps`` raise it with the multiple of
    exceedance. ``reward`` is what downstream pays for being better. ``design`` stands in for a missing concentration
    where the readings rule says so.
    """

    property: str
    name: LocalText
    limit: Positive
    price: NotNegative
    steps: tuple[Step, ...] = ()
    reward: NotNegative = Decimal(0)
    design: NotNegative | None = None

    @model_validator(mode="after")
    def _steps_rise(self) -> Self:
        bounds = [step.above for step in self.steps]
        if bounds != sorted(set(bounds)):
            raise ValueError("the steps have to rise")
        return self

    def price_at(self, multiple: Decimal) -> Decimal:
        """The price at a multiple of exceedance ``(C - S) / S``."""
        reached = [step.price for step in self.steps if multiple > step.above]
        return reached[-1] if reached else self.price


class Exceedance(Declared):
    """Payment for each item above its agreed concentration, reward below it (超标赔付、达标奖励)."""

    kind: Literal["exceedance"]
    method: Literal["load", "multiple"] = "load"
    flow: str
    items: Annotated[dict[str, Item], InOrder] = Field(min_length=1)

    def properties(self) -> dict[str, str]:
        """What is read at a section: item and observed property."""
        return {**{key: item.property for key, item in self.items.items()}, FLOW: self.flow}


class LoadItem(Declared):
    """An item with the tonnes that may pass in a period; prices in yuan a tonne above and below."""

    property: str
    name: LocalText
    allowed: Positive
    price: NotNegative
    reward: NotNegative = Decimal(0)
    design: NotNegative | None = None


class Load(Declared):
    """Payment for each tonne above the load agreed for the period (通量考核), by flow-weighted concentration."""

    kind: Literal["load"]
    flow: str
    items: Annotated[dict[str, LoadItem], InOrder] = Field(min_length=1)

    def properties(self) -> dict[str, str]:
        """What is read at a section: item and observed property."""
        return {**{key: item.property for key, item in self.items.items()}, FLOW: self.flow}


class IndexItem(Declared):
    """An item of the P index with its baseline in mg/L."""

    property: str
    name: LocalText
    baseline: Positive
    design: NotNegative | None = None


class IndexStep(Declared):
    """Up to this P downstream pays the amount in yuan."""

    up_to: Positive
    pays: NotNegative


class Index(Declared):
    """The P index of the Xin'an River (P 值): four items against their baselines, amounts by steps of P."""

    kind: Literal["p-index"]
    coefficients: str
    items: Annotated[dict[Literal["codmn", "nh3n", "tn", "tp"], IndexItem], InOrder]
    downstream_pays: tuple[IndexStep, ...] = Field(min_length=1)
    upstream_pays: NotNegative

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if set(self.items) != {"codmn", "nh3n", "tn", "tp"}:
            raise ValueError("the P index needs codmn, nh3n, tn and tp")
        bounds = [step.up_to for step in self.downstream_pays]
        if bounds != sorted(set(bounds)):
            raise ValueError("the steps have to rise")
        return self

    def properties(self) -> dict[str, str]:
        """What is read at a section: item and observed property."""
        return {key: item.property for key, item in self.items.items()}


Formula = Annotated[Exceedance | Load | Index, Field(discriminator="kind")]

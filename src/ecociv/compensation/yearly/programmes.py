"""The programmes whose yearly amounts are paid: the basin's fund, and each scheme by area. Pure: no Django."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ecociv.compensation.agreements.declaration import compensation
from ecociv.compensation.allocation.declaration import Fund, funds
from ecociv.compensation.areas.declaration import Scheme, schemes
from ecociv.compensation.payment import Payment
from ecociv.core.text import Text
from ecociv.standards.declared import DeclarationError

LAST_YEAR = 2999
"""The last year that can be meant; a later one is a slip of the hand."""

Terms = Fund | Scheme
"""What the amounts of a year are computed by."""


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme (补偿项目) with the terms of its years: one fund a year, or one scheme for all years."""

    key: str
    title: Text
    payment: Payment
    sample: bool
    funds: tuple[Fund, ...] = ()
    scheme: Scheme | None = None

    @property
    def counties(self) -> tuple[str, ...]:
        """Everyone who gets something in some year, by key."""
        if self.scheme is not None:
            return tuple(sorted(self.scheme.counties))
        return tuple(sorted({county for fund in self.funds for county in fund.counties}))

    def terms(self, year: int) -> Terms | None:
        """What a year is computed by; none where no fund of the year is declared, or the year is not paid by the book."""
        if not self.payment.since <= year <= LAST_YEAR:
            return None
        if self.scheme is not None:
            return self.scheme
        return next((fund for fund in self.funds if fund.year == year), None)

    def year_after(self, last: int | None) -> int | None:
        """The year that comes next after the last approved one (the first one for none); none where no fund is declared."""
        if self.scheme is not None:
            return self.payment.since if last is None else last + 1
        later = sorted(
            fund.year
            for fund in self.funds
            if fund.year >= self.payment.since and (last is None or fund.year > last)
        )
        return later[0] if later else None


def programmes(zone: str) -> tuple[Programme, ...]:
    """The programmes of a zone that are paid through a book; those without a declared payment are computed only.

    Raises
    ------
    DeclarationError
        A key that is used twice, a book or an account that is not declared, a fund that withholds without a pool.
    """
    declared = funds(zone)
    found = [
        Programme(
            key,
            each.title,
            each.payment,
            any(fund.sample for fund in declared.funds if fund.programme == key),
            tuple(fund for fund in declared.funds if fund.programme == key),
        )
        for key, each in declared.programmes.items()
        if each.payment is not None
    ]
    found += [
        Programme(each.key, each.title, each.payment, each.sample, scheme=each)
        for each in schemes(zone)
        if each.payment is not None
    ]
    faults = _faults(zone, found) if found else []
    if faults:
        raise DeclarationError("\n".join(faults))
    return tuple(found)


def _faults(zone: str, found: list[Programme]) -> list[str]:
    money = compensation(zone)
    keys = [*money.agreement_keys(), *(each.key for each in found)]
    faults = [
        f"The key {key} is used twice among agreements and programmes."
        for key in sorted(set(keys))
        if keys.count(key) > 1
    ]
    for each in found:
        if each.payment.book not in money.books:
            faults.append(
                f"{each.key}: payment.book names {each.payment.book!r}, which compensation.yaml does not declare."
            )
        bodies = [*each.counties, each.payment.payer, *([each.payment.pool] if each.payment.pool else [])]
        faults += [
            f"{each.key}: {body} has no account; declare it under accounts in compensation.yaml."
            for body in bodies
            if body not in money.accounts
        ]
        if len(set(bodies)) < len(bodies):
            faults.append(f"{each.key}: payer, pool and counties have to be different bodies.")
        for fund in each.funds:
            withholds = any(county.penalty for county in fund.counties.values())
            if not each.payment.pool and (withholds or fund.from_pool):
                faults.append(
                    f"{fund.key} withholds money or takes it from the pool, and {each.key} declares no payment.pool."
                )
    return faults


def kept_terms(terms: Terms) -> dict[str, Any]:
    """Terms as plain JSON, to be kept with the amounts; `read_terms` reads them back."""
    return {
        "kind": "scheme" if isinstance(terms, Scheme) else "fund",
        "said": terms.model_dump(mode="json", by_alias=True),
    }


def read_terms(kept: dict[str, Any]) -> Terms:
    """What `kept_terms` wrote."""
    return (Scheme if kept["kind"] == "scheme" else Fund).model_validate(kept["said"])


def restated(kept: Terms, current: Terms | None) -> Terms:
    """The terms by which a year is computed again: what was agreed stays, what was measured is taken as it is said now.

    Of a scheme the rates and eligible shares stay as kept, and areas that a document states are taken anew. A fund is its
    figures (scores, coefficients, bases, penalties): it is taken as it is declared now.
    """
    if isinstance(kept, Fund):
        return current if isinstance(current, Fund) else kept
    if not isinstance(current, Scheme):
        return kept
    lands = {
        key: land.model_copy(update={"stated": current.lands[key].stated})
        if land.stated is not None and key in current.lands and current.lands[key].stated is not None
        else land
        for key, land in kept.lands.items()
    }
    return kept.model_copy(update={"lands": lands})

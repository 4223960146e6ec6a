"""A move that opens another case by itself (随之立案), in the same transaction, and what links the two.

The new case names the step it came from as its origin (``case:<type>/<number>#<step>``), so that a step opens its cases
once and both pages find the other. They are closed each by itself, unless they stand under the case and it waits for
them by a guard.

What it is filled in with is for a room above to say, by type: supervision knows who was in post.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from ecociv.casework.models import Case


@dataclass(frozen=True, slots=True)
class Prefilled:
    """What a case that opens by itself begins with."""

    title: str
    parties: Mapping[str, tuple[str, ...]]
    fields: Mapping[str, Any] = field(default_factory=dict)


Prefill = Callable[[Case, dt.date, str], Prefilled | Sequence[Prefilled]]
_PREFILLS: dict[str, Prefill] = {}


def register(case_type: str, prefill: Prefill) -> None:
    """Fill cases of a type with what this says of the case they come from, the day and the reason of the move."""
    _PREFILLS[case_type] = prefill


def prefill_of(case_type: str) -> Prefill | None:
    """What fills cases of a type; none where no room says so."""
    return _PREFILLS.get(case_type)


def origin_of(case: Case, step: int) -> str:
    """How a case names the step that opened it.

    >>> origin_of(Case(type="supervision-order", number="督办〔2017〕1号"), 12)
    'case:supervision-order/督办〔2017〕1号#12'
    """
    return f"case:{case.type}/{case.number}#{step}"


def opened_by(cases: QuerySet[Case], case: Case) -> list[Case]:
    """Those of some cases that a step of this one opened, oldest first."""
    return list(cases.filter(origin__startswith=origin_of(case, 0)[:-1]).order_by("pk"))


def opener_of(cases: QuerySet[Case], case: Case) -> Case | None:
    """That of some cases of which a step opened this one; none where it was opened by hand."""
    kind, _, rest = case.origin.partition(":")
    named, _, _step = rest.rpartition("#")
    case_type, _, number = named.partition("/")
    if kind != "case" or not number:
        return None
    return cases.filter(type=case_type, number=number).first()

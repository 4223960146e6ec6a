"""What a reader tries out in a what-if, read from the address: nothing is recorded, and the link shows the same to others.

``v.<item>`` another figure, ``w.<category>`` another weight, ``d.<duty>`` another day of completion, ``e.<duty>`` the
effort of finishing a duty.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from ecociv.assessment.rules import Duty, Figure, RuleSet, SetDone, SetValue, SetWeight
from ecociv.assessment.rules.inputs import Entry

LARGEST = Decimal("1e15")
FIRST_DAY, LAST_DAY = dt.date(1990, 1, 1), dt.date(2999, 12, 31)


@dataclass
class Tried:
    """Changes that can be tried, and what was refused with the reason; ``asked`` keeps the fields as they were typed."""

    changes: list[SetValue | SetWeight | SetDone] = field(default_factory=list)
    efforts: dict[str, Decimal] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    asked: dict[str, str] = field(default_factory=dict)


def duties_of(row: Mapping[str, Entry]) -> dict[str, tuple[Duty, list[str]]]:
    """The duties behind a unit's figures, each with the items that it counts for."""
    found: dict[str, tuple[Duty, list[str]]] = {}
    for item, entry in row.items():
        for duty in entry.duties if isinstance(entry, Figure) else ():
            found.setdefault(duty.key, (duty, []))[1].append(item)
    return found


def read_changes(query: Mapping[str, str], rules: RuleSet, row: Mapping[str, Entry], unit: str) -> Tried:
    """The changes that an address asks for; what cannot be tried is said and left out."""
    tried = Tried()
    duties = duties_of(row)
    known = {*rules.items, *rules.adjustments, *rules.vetoes}
    for name, typed in query.items():
        kind, dot, key = name.partition(".")
        text = typed.strip()
        if not dot or kind not in {"v", "w", "d", "e"} or not text:
            continue
        tried.asked[name] = text[:40]
        if kind == "v" and key in known:
            _take_value(tried, unit, key, text, rules)
        elif kind == "w" and key in rules.categories:
            weight = _number(tried, text, rules.categories[key].title.zh, least=Decimal(0))
            if weight is not None:
                tried.changes.append(SetWeight(key, weight))
        elif kind == "d" and key in duties:
            day = _day(tried, text)
            if day is not None:
                tried.changes += [SetDone(unit, item, key, day) for item in duties[key][1]]
        elif kind == "e" and key in duties:
            effort = _number(tried, text, key, least=Decimal("0.001"))
            if effort is not None:
                tried.efforts[key] = effort
        else:
            tried.refused.append(
                _("%(key)s is not part of this assessment of this unit; it was left out.") % {"key": key[:60]}
            )
    return tried


def _take_value(tried: Tried, unit: str, key: str, text: str, rules: RuleSet) -> None:
    counted = key not in rules.items
    value = _number(tried, text, key, least=Decimal(0) if counted else -LARGEST)
    if value is not None:
        tried.changes.append(SetValue(unit, key, value))


def _number(tried: Tried, text: str, about: str, *, least: Decimal) -> Decimal | None:
    try:
        value = Decimal(text) if len(text) <= 40 and text.isascii() else Decimal("NaN")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not least <= value <= LARGEST or _digits(value) > 12:
        tried.refused.append(
            _("“%(text)s” for %(about)s is no number that can be tried; write it like 12.5.")
            % {"text": text[:40], "about": about}
        )
        return None
    return value


def _digits(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _day(tried: Tried, text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not FIRST_DAY <= day <= LAST_DAY:
        tried.refused.append(_("“%(text)s” is no day; write it like 2017-11-30.") % {"text": text[:40]})
        return None
    return day

"""How the credit of a duty is split between the lead and the supporting bodies (牵头单位与配合单位分摊)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from ecociv.assessment.rules.declaration import Split

_PLACES = Decimal("0.000000000001")


def shares(split: Split | None, lead: Sequence[str], support: Sequence[str]) -> dict[str, Decimal]:
    """The part of each body in one duty, 0 to 1, to twelve decimals.

    Several leads share the lead's part evenly, as supporting bodies share theirs. Without supporting bodies the leads
    carry the whole, and the other way round. A body that is named as both carries the lead's part alone. Without a
    declared split every body counts in full.

    Examples
    --------
    >>> from ecociv.assessment.rules.load import load_rule_set
    >>> split = load_rule_set("county-2015", "jingdezhen").split
    >>> {body: str(part.normalize()) for body, part in shares(split, ["a"], ["b", "c"]).items()}  # 30 / 2 = 15
    {'a': '0.7', 'b': '0.15', 'c': '0.15'}
    """
    leads = tuple(dict.fromkeys(lead))
    supports = tuple(body for body in dict.fromkeys(support) if body not in leads)
    if split is None:
        return dict.fromkeys((*leads, *supports), Decimal(1))
    first = Fraction(split.lead) / 100 if supports else Fraction(1)
    second = Fraction(split.support) / 100 if leads else Fraction(1)
    found = {body: first / len(leads) for body in leads}
    found |= {body: second / len(supports) for body in supports}
    return {
        body: (Decimal(part.numerator) / part.denominator).quantize(_PLACES) for body, part in found.items()
    }

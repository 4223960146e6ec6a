"""What the figures of a yearly payment are called. Pure: no Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ecociv.compensation.allocation.declaration import Fund
from ecociv.compensation.yearly.programmes import Terms
from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.standards.compensation.basin import FACTORS

_ITEMS: dict[str, Text] = {
    **FACTORS,
    "amount": Text(zh="资金总额", en="fund"),
    "from_pool": Text(zh="其中上年结转", en="of it carried over from earlier years"),
    "edition": Text(zh="权重版本", en="edition of the weights"),
    "coefficient": Text(zh="补偿系数", en="coefficient"),
    "base": Text(zh="基数", en="base"),
    "withheld": Text(zh="扣减比例", en="share withheld"),
}


def figure_name(terms: Terms, item: str) -> Text:
    """The name of a figure: of a fund its declared items, of a scheme the kind of land or the property of a return."""
    if isinstance(terms, Fund):
        return _ITEMS.get(item, Text(zh=item, en=item))
    for land in terms.lands.values():
        if land.name.zh == item:
            return land.name
        if land.area is not None and item in land.area.properties:
            detail = f" ({item})" if len(land.area.properties) > 1 else ""
            return Text(zh=f"{land.name.zh}{detail}", en=f"{land.name.en}{detail}")
    return Text(zh=item, en=item)


def with_names(text: Text, names: Mapping[str, Text]) -> Text:
    """A text that speaks of bodies by their keys, with their names instead: a record keeps keys, a reader wants names.

    >>> with_names(Text(zh="x-county补偿资金", en="Compensation of x-county"), {"x-county": Text(zh="某县", en="X County")}).en
    'Compensation of X County'
    """
    zh, en = text.zh, text.en
    for key, name in names.items():
        zh, en = zh.replace(key, name.zh), en.replace(key, name.en)
    return Text(zh=zh, en=en)


def named_trace(trace: Trace, names: Mapping[str, Text]) -> Trace:
    """The arithmetic with the names of bodies in its labels."""
    inputs = tuple(named_trace(each, names) if isinstance(each, Trace) else each for each in trace.inputs)
    return replace(trace, label=with_names(trace.label, names), inputs=inputs)

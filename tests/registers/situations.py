"""Names of what the tests of the registers speak of."""

from __future__ import annotations

import datetime as dt
from typing import Any

ZONE = "jingdezhen"
SINCE = dt.date(2015, 1, 1)
FACTORY = "91360222MA0000001W"
OTHER = "91360222MA00000020"
PERMIT = FACTORY + "001P"
NAMES = {"name": "甲陶瓷有限公司", "division": "360222", "industry": "C3074", "contact": "某人"}


def permit_values(**more: Any) -> dict[str, Any]:
    """What a permit says, with some fields otherwise."""
    return {
        "site": "甲陶瓷一厂",
        "holder": FACTORY,
        "management": "重点管理",
        "permitted": "化学需氧量=12000; 氨氮=800",
        "valid-from-day": "2017-01-01",
        "valid-to-day": "2019-12-31",
    } | more

"""The six pollutants of the index, in the order of GB 3095, and sets of them as bit masks."""

from __future__ import annotations

from collections.abc import Sequence

from ecociv.core.text import Text
from ecociv.standards.key_sets import KeySets, joined

POLLUTANTS = ("so2", "no2", "co", "o3", "pm10", "pm2_5")
"""Keys of the pollutants; the place of a key is its bit in a mask."""

POLLUTANT_NAMES = {
    "so2": Text(zh="二氧化硫", en="SO2"),
    "no2": Text(zh="二氧化氮", en="NO2"),
    "co": Text(zh="一氧化碳", en="CO"),
    "o3": Text(zh="臭氧", en="O3"),
    "pm10": Text(zh="颗粒物(PM10)", en="PM10"),
    "pm2_5": Text(zh="细颗粒物(PM2.5)", en="PM2.5"),
}

ITEM_NAMES = {
    **POLLUTANT_NAMES,
    "o3_8h": Text(zh="臭氧日最大8小时平均", en="O3 daily maximum 8-hour mean"),
    "o3_1h": Text(zh="臭氧日最大1小时平均", en="O3 daily maximum 1-hour mean"),
    "so2_24h": Text(zh="二氧化硫24小时平均", en="SO2 24-hour mean"),
}

UNITS = {key: "mg/m3" if key == "co" else "ug/m3" for key in ITEM_NAMES}


def pollutant_of(item: str) -> str:
    """The pollutant of an item: ``"o3_8h"`` is ``"o3"``."""
    return item.removesuffix("_8h").removesuffix("_1h").removesuffix("_24h")


def decode(bits: int) -> tuple[str, ...]:
    """The pollutants whose bits are set, in the order of GB 3095.

    Examples
    --------
    >>> decode(0b110000)
    ('pm10', 'pm2_5')
    """
    return PollutantSets.decode(bits)


class PollutantSets(KeySets):
    """A set of pollutants for each element, kept as one byte."""

    KEYS = POLLUTANTS
    NAMES = POLLUTANT_NAMES


def label(keys: Sequence[str], lang: str = "zh", separator: str | None = None) -> str:
    """The names of some pollutants in one text.

    Examples
    --------
    >>> label(("pm10", "pm2_5"), "en")
    'PM10, PM2.5'
    """
    return joined(POLLUTANT_NAMES, keys, lang, separator)

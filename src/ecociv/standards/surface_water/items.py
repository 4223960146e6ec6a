"""The items of GB 3838 Table 1: their keys, names, units, and sets of them as bit masks."""

from __future__ import annotations

from collections.abc import Sequence

from ecociv.core.text import Text
from ecociv.standards.key_sets import KeySets, joined

ITEM_NAMES: dict[str, Text] = {
    "ph": Text(zh="pH", en="pH"),
    "do": Text(zh="溶解氧", en="dissolved oxygen"),
    "codmn": Text(zh="高锰酸盐指数", en="permanganate index"),
    "cod": Text(zh="化学需氧量", en="COD"),
    "bod5": Text(zh="五日生化需氧量", en="BOD5"),
    "nh3n": Text(zh="氨氮", en="ammonia nitrogen"),
    "tp": Text(zh="总磷", en="total phosphorus"),
    "tn": Text(zh="总氮", en="total nitrogen"),
    "cu": Text(zh="铜", en="copper"),
    "zn": Text(zh="锌", en="zinc"),
    "fluoride": Text(zh="氟化物", en="fluoride"),
    "se": Text(zh="硒", en="selenium"),
    "arsenic": Text(zh="砷", en="arsenic"),
    "hg": Text(zh="汞", en="mercury"),
    "cd": Text(zh="镉", en="cadmium"),
    "cr6": Text(zh="铬（六价）", en="chromium (VI)"),
    "pb": Text(zh="铅", en="lead"),
    "cyanide": Text(zh="氰化物", en="cyanide"),
    "phenol": Text(zh="挥发酚", en="volatile phenol"),
    "oil": Text(zh="石油类", en="petroleum"),
    "las": Text(zh="阴离子表面活性剂", en="anionic surfactant"),
    "sulfide": Text(zh="硫化物", en="sulfide"),
    "coliform": Text(zh="粪大肠菌群", en="faecal coliforms"),
}
"""Keys and names of the items that have a class, in the order of Table 1 (water temperature has none)."""

ITEMS = tuple(ITEM_NAMES)
"""Keys of the items; the place of a key is its bit in a mask."""

UNITS = {key: {"ph": "1", "coliform": "1/L"}.get(key, "mg/L") for key in ITEMS}

CLASS_NAMES = ("", "Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "劣Ⅴ")
"""How a class is written; 0 stands for "no class"."""

NO_CLASS = 0
"""The class of a sample in which nothing was measured."""


def class_name(value: int, lang: str = "zh") -> str:
    """A class as it is written: ``"Ⅲ类"``, ``"劣Ⅴ类"``, in English ``"III"``, ``"worse than V"``; ``"—"`` for none.

    Examples
    --------
    >>> class_name(6), class_name(6, "en"), class_name(3, "en"), class_name(0)
    ('劣Ⅴ类', 'worse than V', 'III', '—')
    """
    if value == NO_CLASS:
        return "—"
    if lang.startswith("zh"):
        return f"{CLASS_NAMES[value]}类"
    return ("I", "II", "III", "IV", "V", "worse than V")[value - 1]


def decode(bits: int) -> tuple[str, ...]:
    """The items whose bits are set, in the order of Table 1.

    Examples
    --------
    >>> decode(0b100001)
    ('ph', 'nh3n')
    """
    return ItemSets.decode(bits)


def label(keys: Sequence[str], lang: str = "zh") -> str:
    """The names of some items in one text, ``"—"`` for none.

    Examples
    --------
    >>> label(("codmn", "tp"))
    '高锰酸盐指数、总磷'
    """
    return joined(ITEM_NAMES, keys, lang)


class ItemSets(KeySets):
    """A set of items for each element, kept as four bytes."""

    KEYS = ITEMS
    NAMES = ITEM_NAMES


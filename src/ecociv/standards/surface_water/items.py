"""The items of GB 3838 Table 1: their keys, names, units, and sets of them as bit masks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from ecociv.core.text import Text

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
    return tuple(key for place, key in enumerate(ITEMS) if bits >> place & 1)


def label(keys: Sequence[str], lang: str = "zh") -> str:
    """The names of some items in one text, ``"—"`` for none.

    Examples
    --------
    >>> label(("codmn", "tp"))
    '高锰酸盐指数、总磷'
    """
    joint = Text(zh="、", en=", ").in_language(lang)
    return joint.join(ITEM_NAMES[key].in_language(lang) for key in keys) or "—"


class ItemSets(Sequence[tuple[str, ...]]):
    """A set of items for each element, kept as four bytes and decoded when it is read.

    ``sets[i]`` is a tuple of keys, counted along the flattened array; `bits` is the array of masks in its own shape.
    """

    __slots__ = ("bits",)

    def __init__(self, bits: NDArray[np.uint32]) -> None:
        self.bits = bits

    def __len__(self) -> int:
        return int(self.bits.size)

    @overload
    def __getitem__(self, index: int) -> tuple[str, ...]: ...
    @overload
    def __getitem__(self, index: slice) -> ItemSets: ...
    def __getitem__(self, index: int | slice) -> tuple[str, ...] | ItemSets:
        flat = self.bits.reshape(-1)
        if isinstance(index, slice):
            return ItemSets(flat[index])
        return decode(int(flat[index]))

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        different, places = np.unique(self.bits.reshape(-1), return_inverse=True)
        decoded = [decode(bits) for bits in different.tolist()]
        return (decoded[place] for place in places.tolist())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, ItemSets):
            return self.bits.shape == other.bits.shape and bool(np.array_equal(self.bits, other.bits))
        return list(self) == other if isinstance(other, list) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # holds an array

    def __repr__(self) -> str:
        shown = ", ".join(str(self[place]) for place in range(min(len(self), 6)))
        return f"ItemSets([{shown}{', ...' if len(self) > 6 else ''}])"

    def contains(self, item: str) -> NDArray[np.bool_]:
        """For each element, whether the item belongs to its set."""
        return (self.bits >> ITEMS.index(item) & 1).astype(np.bool_)

    def labels(self, lang: str = "zh") -> list[str]:
        """The names of each set joined in one text, ``"—"`` for the empty set."""
        return [label(keys, lang) for keys in self]

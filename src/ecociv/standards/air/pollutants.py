"""The six pollutants of the index, in the order of GB 3095, and sets of them as bit masks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from ecociv.core.text import Text

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
    return tuple(key for place, key in enumerate(POLLUTANTS) if bits >> place & 1)


_DECODED = tuple(decode(bits) for bits in range(1 << len(POLLUTANTS)))


class PollutantSets(Sequence[tuple[str, ...]]):
    """A set of pollutants for each element, kept as one byte and decoded when it is read.

    ``sets[i]`` is a tuple of keys, counted along the flattened array; `bits` is the array of masks in its own shape.
    """

    __slots__ = ("bits",)

    def __init__(self, bits: NDArray[np.uint8]) -> None:
        self.bits = bits

    def __len__(self) -> int:
        return int(self.bits.size)

    @overload
    def __getitem__(self, index: int) -> tuple[str, ...]: ...
    @overload
    def __getitem__(self, index: slice) -> PollutantSets: ...
    def __getitem__(self, index: int | slice) -> tuple[str, ...] | PollutantSets:
        flat = self.bits.reshape(-1)
        if isinstance(index, slice):
            return PollutantSets(flat[index])
        return _DECODED[int(flat[index])]

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        return (_DECODED[bits] for bits in self.bits.reshape(-1).tolist())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, PollutantSets):
            return self.bits.shape == other.bits.shape and bool(np.array_equal(self.bits, other.bits))
        return list(self) == other if isinstance(other, list) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # holds an array

    def __repr__(self) -> str:
        shown = ", ".join(str(self[place]) for place in range(min(len(self), 6)))
        return f"PollutantSets([{shown}{', ...' if len(self) > 6 else ''}])"

    def contains(self, pollutant: str) -> NDArray[np.bool_]:
        """For each element, whether the pollutant belongs to its set."""
        return (self.bits >> POLLUTANTS.index(pollutant) & 1).astype(np.bool_)

    def labels(self, lang: str = "zh", separator: str | None = None) -> list[str]:
        """The names of each set joined in one text, ``"—"`` for the empty set."""
        return [label(keys, lang, separator) for keys in self]


def label(keys: Sequence[str], lang: str = "zh", separator: str | None = None) -> str:
    """The names of some pollutants in one text.

    Examples
    --------
    >>> label(("pm10", "pm2_5"), "en")
    'PM10, PM2.5'
    """
    joint = separator if separator is not None else Text(zh="、", en=", ").in_language(lang)
    return joint.join(POLLUTANT_NAMES[key].in_language(lang) for key in keys) or "—"

"""A set of keys for each element of an array, kept as a bit mask and decoded when it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Self, overload

import numpy as np
from numpy.typing import NDArray

from ecociv.core.text import Text


def joined(
    names: Mapping[str, Text], keys: Sequence[str], lang: str = "zh", separator: str | None = None
) -> str:
    """The names of some keys in one text, ``"—"`` for none."""
    joint = separator if separator is not None else Text(zh="、", en=", ").in_language(lang)
    return joint.join(names[key].in_language(lang) for key in keys) or "—"


class KeySets(Sequence[tuple[str, ...]]):
    """``sets[i]`` is a tuple of keys, counted along the flattened array; `bits` is the array of masks in its own shape.

    A subclass declares `KEYS`, whose places are the bits, and the `NAMES` of the keys.
    """

    __slots__ = ("bits",)

    KEYS: ClassVar[tuple[str, ...]]
    NAMES: ClassVar[Mapping[str, Text]]

    def __init__(self, bits: NDArray[Any]) -> None:
        self.bits = bits

    @classmethod
    def decode(cls, bits: int) -> tuple[str, ...]:
        """The keys whose bits are set, in the order of `KEYS`."""
        return tuple(key for place, key in enumerate(cls.KEYS) if bits >> place & 1)

    def __len__(self) -> int:
        return int(self.bits.size)

    @overload
    def __getitem__(self, index: int) -> tuple[str, ...]: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> tuple[str, ...] | Self:
        flat = self.bits.reshape(-1)
        if isinstance(index, slice):
            return type(self)(flat[index])
        return self.decode(int(flat[index]))

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        different, places = np.unique(self.bits.reshape(-1), return_inverse=True)
        decoded = [self.decode(bits) for bits in different.tolist()]
        return (decoded[place] for place in places.tolist())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, type(self)):
            return self.bits.shape == other.bits.shape and bool(np.array_equal(self.bits, other.bits))
        return list(self) == other if isinstance(other, list) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # holds an array

    def __repr__(self) -> str:
        shown = ", ".join(str(self[place]) for place in range(min(len(self), 6)))
        return f"{type(self).__name__}([{shown}{', ...' if len(self) > 6 else ''}])"

    def contains(self, key: str) -> NDArray[np.bool_]:
        """For each element, whether the key belongs to its set."""
        return (self.bits >> self.KEYS.index(key) & 1).astype(np.bool_)

    def labels(self, lang: str = "zh", separator: str | None = None) -> list[str]:
        """The names of each set joined in one text, ``"—"`` for the empty set."""
        return [joined(self.NAMES, keys, lang, separator) for keys in self]

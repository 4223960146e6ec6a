"""A mapping that cannot change, so that a frozen value that holds one is truly frozen."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, Mapping
from typing import TypeVar

K = TypeVar("K")
V_co = TypeVar("V_co", covariant=True)


class FrozenMapping(Mapping[K, V_co]):
    """An immutable mapping that keeps its order, can be hashed, copied and pickled, and equals a like ``dict``.

    Parameters
    ----------
    items : Mapping or iterable of pairs
        Copied, so that a later change of the source does not show.

    Examples
    --------
    >>> parts = FrozenMapping({"primary": 7, "tertiary": 34})
    >>> parts["primary"], parts == {"tertiary": 34, "primary": 7}
    (7, True)
    """

    __slots__ = ("_items",)
    _items: dict[K, V_co]

    def __init__(self, items: Mapping[K, V_co] | Iterable[tuple[K, V_co]] = ()) -> None:
        object.__setattr__(self, "_items", dict(items))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"A FrozenMapping cannot change (tried to set {name!r}); build a new one.")

    def __getitem__(self, key: K) -> V_co:
        return self._items[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def items(self) -> ItemsView[K, V_co]:
        return self._items.items()

    def __hash__(self) -> int:
        # Sets do not care for order, and neither does equality.
        return hash(frozenset(self._items.items()))

    def __eq__(self, other: object) -> bool:
        return dict(other) == self._items if isinstance(other, Mapping) else NotImplemented

    def __reduce__(self) -> tuple[type[FrozenMapping[K, V_co]], tuple[dict[K, V_co]]]:
        return (type(self), (dict(self._items),))

    def __repr__(self) -> str:
        return f"FrozenMapping({self._items!r})"

"""Serial numbers that one holder has, as contiguous blocks in rising order (连续编号段). Pure: no Django."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

Block = tuple[int, int]
"""First and last serial number, both of them in the block."""


class Blocks:
    """A set of serial numbers, kept as blocks that neither touch nor overlap.

    Two sets of the same numbers always have the same blocks, so that a dump says the same thing in one way only.

    Examples
    --------
    >>> held = Blocks([(1, 10)])
    >>> held.take(4)
    [(1, 4)]
    >>> held.put([(2, 3)]); held.pairs()
    [(2, 3), (5, 10)]
    >>> held.put([(4, 4)]); held.pairs(), held.size
    ([(2, 10)], 9)
    """

    __slots__ = ("ends", "size", "starts")

    def __init__(self, pairs: Iterable[Block] = ()) -> None:
        """Take the blocks as they are given: whether they are in order is for `Registry.verify` to say."""
        given = list(pairs)
        self.starts = [start for start, _ in given]
        self.ends = [end for _, end in given]
        self.size = sum(self.ends) - sum(self.starts) + len(given)
        """How many serial numbers there are."""

    def pairs(self) -> list[Block]:
        """The blocks in rising order."""
        return list(zip(self.starts, self.ends, strict=True))

    def take(self, quantity: int) -> list[Block]:
        """Take out the lowest ``quantity`` numbers; the caller knows that there are so many."""
        starts, ends = self.starts, self.ends
        self.size -= quantity
        end = ends[0]
        first = starts[0]
        if quantity < end - first + 1:
            starts[0] = first + quantity
            return [(first, first + quantity - 1)]
        taken = []
        whole = 0
        while quantity:
            first, end = starts[whole], ends[whole]
            size = end - first + 1
            if size > quantity:
                starts[whole] = first + quantity
                taken.append((first, first + quantity - 1))
                break
            taken.append((first, end))
            quantity -= size
            whole += 1
        del starts[:whole], ends[:whole]
        return taken

    def has(self, pairs: Iterable[Block]) -> bool:
        """Whether every number of the blocks is here."""
        for first, last in pairs:
            place = bisect_right(self.starts, first) - 1
            if place < 0 or self.ends[place] < last or last < first:
                return False
        return True

    def take_out(self, pairs: Iterable[Block]) -> None:
        """Take out these very blocks; the caller knows that they are here."""
        starts, ends = self.starts, self.ends
        for first, last in pairs:
            self.size -= last - first + 1
            place = bisect_right(starts, first) - 1
            start, end = starts[place], ends[place]
            if start == first and end == last:
                del starts[place], ends[place]
            elif start == first:
                starts[place] = last + 1
            elif end == last:
                ends[place] = first - 1
            else:
                ends[place] = first - 1
                starts.insert(place + 1, last + 1)
                ends.insert(place + 1, end)

    def put(self, pairs: Iterable[Block]) -> None:
        """Add blocks of numbers that are not here; what touches is joined."""
        starts, ends = self.starts, self.ends
        for first, last in pairs:
            self.size += last - first + 1
            place = bisect_left(starts, first)
            joins_before = place > 0 and ends[place - 1] == first - 1
            joins_after = place < len(starts) and starts[place] == last + 1
            if joins_before and joins_after:
                ends[place - 1] = ends[place]
                del starts[place], ends[place]
            elif joins_before:
                ends[place - 1] = last
            elif joins_after:
                starts[place] = first
            else:
                starts.insert(place, first)
                ends.insert(place, last)

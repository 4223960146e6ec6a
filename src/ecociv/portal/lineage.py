"""The dependency graph of an indicator laid out in columns, drawn as SVG on the server: it prints and needs no script."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NODE_WIDTH = 210.0
LINE = 15.0
PADDING = 8.0
GAP = 12.0
COLUMN_GAP = 70.0
EDGE = 6.0
_UNITS = 30
"""How many half-width characters fit into a line of a node."""


@dataclass(frozen=True, slots=True)
class Box:
    """One node: where it stands, and its words in lines."""

    key: str
    kind: str
    x: float
    y: float
    height: float
    lines: tuple[str, ...]
    note: str
    title: str
    url: str

    @property
    def middle(self) -> float:
        """Where its edges join."""
        return self.y + self.height / 2

    @property
    def rows(self) -> tuple[tuple[float, str], ...]:
        """Each line with its base line."""
        return tuple((self.y + PADDING + LINE * (at + 0.75), line) for at, line in enumerate(self.lines))

    @property
    def note_y(self) -> float:
        """Base line of the note."""
        return self.y + PADDING + LINE * (len(self.lines) + 0.75)


@dataclass(frozen=True, slots=True)
class Edge:
    """A curve from one node to another."""

    path: str
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Lineage:
    """Everything the template draws."""

    width: float
    height: float
    node_width: float
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]


def lay_out(
    nodes: Sequence[Mapping[str, Any]],
    edges: Sequence[Mapping[str, str]],
    *,
    words: Mapping[str, str],
    notes: Mapping[str, str],
    addresses: Mapping[str, str],
) -> Lineage:
    """Place the nodes of each column from top to bottom, near what they lead to.

    Parameters
    ----------
    nodes, edges
        As ``ecociv.indicators.graph.graph_of`` gives them: ``column`` 0 is the evidence.
    words, notes, addresses
        Label, second line and link of each node, by its id.

    Examples
    --------
    >>> drawn = lay_out(
    ...     [{"id": "a", "kind": "series", "column": 0}, {"id": "b", "kind": "indicator", "column": 1}],
    ...     [{"from": "a", "to": "b"}], words={"a": "GDP", "b": "GDP per person"}, notes={}, addresses={})
    >>> [(box.key, box.x) for box in drawn.boxes], len(drawn.edges)
    ([('a', 6.0), ('b', 286.0)], 1)
    """
    columns: dict[int, list[Mapping[str, Any]]] = {}
    for node in nodes:
        columns.setdefault(int(node["column"]), []).append(node)
    order = sorted(columns)
    leads_to: dict[str, list[str]] = {}
    for edge in edges:
        leads_to.setdefault(edge["from"], []).append(edge["to"])
    placed: dict[str, Box] = {}
    heights: dict[int, float] = {}
    for column in reversed(order):
        members = sorted(columns[column], key=lambda node: _pull(node["id"], leads_to, placed))
        y = EDGE
        for node in members:
            key = str(node["id"])
            lines = wrapped(words.get(key, key))
            note = notes.get(key, "")
            height = 2 * PADDING + LINE * (len(lines) + bool(note))
            placed[key] = Box(
                key,
                str(node["kind"]),
                EDGE + order.index(column) * (NODE_WIDTH + COLUMN_GAP),
                y,
                height,
                lines,
                note,
                words.get(key, key),
                addresses.get(key, ""),
            )
            y += height + GAP
        heights[column] = y - GAP + EDGE
    tallest = max(heights.values(), default=0.0)
    centred = {
        key: _moved(box, (tallest - heights[order[_column_of(box, order)]]) / 2)
        for key, box in placed.items()
    }
    drawn = tuple(
        Edge(_curve(centred[edge["from"]], centred[edge["to"]]), edge["from"], edge["to"])
        for edge in edges
        if edge["from"] in centred and edge["to"] in centred
    )
    width = 2 * EDGE + len(order) * NODE_WIDTH + max(0, len(order) - 1) * COLUMN_GAP
    boxes = tuple(sorted(centred.values(), key=lambda box: (box.x, box.y)))
    return Lineage(width, tallest, NODE_WIDTH, boxes, drawn)


def _pull(key: str, leads_to: Mapping[str, Sequence[str]], placed: Mapping[str, Box]) -> float:
    """Mean height of what a node leads to, so that edges cross little."""
    ends = [placed[end].middle for end in leads_to.get(key, ()) if end in placed]
    return sum(ends) / len(ends) if ends else 0.0


def _column_of(box: Box, order: Sequence[int]) -> int:
    return min(len(order) - 1, round((box.x - EDGE) / (NODE_WIDTH + COLUMN_GAP)))


def _moved(box: Box, down: float) -> Box:
    return Box(box.key, box.kind, box.x, box.y + down, box.height, box.lines, box.note, box.title, box.url)


def _curve(start: Box, end: Box) -> str:
    x1, y1, x2, y2 = start.x + NODE_WIDTH, start.middle, end.x, end.middle
    bend = (x2 - x1) / 2
    return f"M{x1:.1f},{y1:.1f} C{x1 + bend:.1f},{y1:.1f} {x2 - bend:.1f},{y2:.1f} {x2:.1f},{y2:.1f}"


def wrapped(text: str, units: int = _UNITS) -> tuple[str, ...]:
    """A text in lines of about equal width: a Chinese character counts two, English breaks at spaces.

    >>> wrapped("Gross domestic product, current prices")
    ('Gross domestic product,', 'current prices')
    >>> wrapped("城镇居民人均可支配收入（元/人）指标")
    ('城镇居民人均可支配收入（元/人', '）指标')
    """
    lines: list[str] = []
    line, width = "", 0
    for word in _words(text):
        size = sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in word)
        if line and width + size > units:
            lines.append(line.strip())
            line, width = "", 0
        line += word
        width += size
    lines.append(line.strip())
    return tuple(each for each in lines if each) or ("",)


def _words(text: str) -> list[str]:
    words: list[str] = []
    current = ""
    for sign in text:
        if unicodedata.east_asian_width(sign) in "WF":
            if current:
                words.append(current)
                current = ""
            words.append(sign)
        elif sign == " ":
            words.append(current + " ")
            current = ""
        else:
            current += sign
    return [*words, current] if current else words

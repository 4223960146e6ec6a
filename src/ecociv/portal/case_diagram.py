"""The diagram of a case type: states in a column, moves as arcs beside them. Drawn by the server as SVG."""

from __future__ import annotations

from dataclasses import dataclass

from ecociv.casework.declaration import CaseType, StateKind

_STEP, _TOP, _LEFT, _WIDE, _HIGH = 64, 12, 250, 220, 36


@dataclass(frozen=True, slots=True)
class Box:
    """A state."""

    label: str
    y: int
    kind: str

    @property
    def middle(self) -> int:
        """Where its text stands."""
        return self.y + 23


@dataclass(frozen=True, slots=True)
class Arc:
    """A move between two states: forward on the right, back on the left."""

    label: str
    path: str
    x: int
    y: int
    anchor: str


@dataclass(frozen=True, slots=True)
class Diagram:
    """What the template draws."""

    boxes: list[Box]
    arcs: list[Arc]
    height: int
    width: int = 2 * _LEFT + _WIDE
    left: int = _LEFT
    wide: int = _WIDE
    high: int = _HIGH


def diagram_of(case_type: CaseType, language: str) -> Diagram:
    """States in the order of the declaration; ends stand last. Moves between the same states share an arc."""
    order = sorted(case_type.states, key=lambda key: case_type.states[key].kind is StateKind.END)
    place = {key: _TOP + _STEP * n for n, key in enumerate(order)}
    boxes = [
        Box(case_type.states[k].title.in_language(language), place[k], case_type.states[k].kind.value)
        for k in order
    ]
    pairs: dict[tuple[str, str], list[str]] = {}
    for move in case_type.transitions.values():
        for start in move.from_:
            pairs.setdefault((start, move.to), []).append(move.title.in_language(language))
    arcs, slots = [], {"right": 0, "left": 0}
    for (start, end), titles in pairs.items():
        down = place[end] > place[start]
        side = "right" if down else "left"
        lane = slots[side] % 4
        slots[side] += 1
        edge, sign = (_LEFT + _WIDE, 1) if down else (_LEFT, -1)
        y1, y2 = place[start] + (24 if down else 12), place[end] + (12 if down else 24)
        if start == end:
            y1, y2 = place[start] + 6, place[start] + 30
        bend = edge + sign * (24 + 16 * lane)
        path = f"M{edge} {y1} C{bend} {y1} {bend} {y2} {edge + sign * 4} {y2}"
        x = edge + sign * (26 + 12 * lane)
        arcs.append(
            Arc(" / ".join(titles), path, x, (y1 + y2) // 2 + 4 + 3 * lane, "start" if down else "end")
        )
    return Diagram(boxes, arcs, _TOP * 2 + _STEP * len(order))

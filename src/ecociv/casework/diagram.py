"""A case type drawn as an SVG, and told as a list for those who do not see it. Pure: no Django.

States stand one under another, by the number of moves from the start. A move to the next state goes straight down; all
others leave to the right, each with its name on its own line, and run in one lane for each state they lead to, so that
no line crosses a box or a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from unicodedata import east_asian_width

from ecociv.casework.declaration import CaseType, StateKind
from ecociv.core.text import Text

BOX_HEIGHT, BETWEEN, STUB, LANE, MARGIN, SIZE = 38, 40, 20, 18, 16, 13


@dataclass(frozen=True, slots=True)
class Box:
    """Where a state stands: row, upper edge, height and width, in pixels."""

    key: str
    row: int
    y: float
    height: float
    width: float


@dataclass(frozen=True, slots=True)
class Arrow:
    """A way between two states, with the moves that take it."""

    from_: str
    to: str
    moves: tuple[str, ...]


def arrows(case_type: CaseType) -> tuple[Arrow, ...]:
    """Each way between two states once, with all the moves that take it."""
    found: dict[tuple[str, str], list[str]] = {}
    for key, move in case_type.transitions.items():
        for state in move.from_:
            found.setdefault((state, move.to), []).append(key)
    return tuple(Arrow(a, b, tuple(moves)) for (a, b), moves in found.items())


def layers(case_type: CaseType) -> tuple[tuple[str, ...], ...]:
    """States by the fewest moves that lead there from the start; ends stand below everything else."""
    depth = {case_type.start: 0}
    front = [case_type.start]
    while front:
        following = []
        for arrow in arrows(case_type):
            if arrow.from_ in front and arrow.to not in depth:
                depth[arrow.to] = min(depth[arrow.from_] + 1, len(depth))
                following.append(arrow.to)
        front = following
    ends = {key for key, state in case_type.states.items() if state.kind is StateKind.END}
    deepest = max((level for key, level in depth.items() if key not in ends), default=0)
    rows: dict[int, list[str]] = {}
    for key in case_type.states:
        rows.setdefault(deepest + 1 if key in ends else depth.get(key, deepest), []).append(key)
    ordered = [rows[level] for level in sorted(rows)]
    return tuple(tuple(row) for row in _untangled(case_type, ordered))


def _untangled(case_type: CaseType, rows: list[list[str]]) -> list[list[str]]:
    """Rows sorted by the mean place of the states above that lead to each; fewer lines cross."""
    for above, row in zip(rows, rows[1:], strict=False):
        place = {key: position / max(1, len(above) - 1) for position, key in enumerate(above)}
        mean: dict[str, float] = {}
        for key in row:
            before = [place[a.from_] for a in arrows(case_type) if a.to == key and a.from_ in place]
            mean[key] = sum(before) / len(before) if before else 0.5
        row.sort(key=lambda key: mean[key])
    return rows


def described(case_type: CaseType, language: str = "zh", current: str = "") -> tuple[str, ...]:
    """The same as sentences, one for each state: what it is, whose move is next, and where it leads."""
    lines = []
    for key, state in case_type.states.items():
        name = state.title.in_language(language)
        here = Text(zh="（当前）", en=" (now)").in_language(language) if key == current else ""
        ways = [
            Text(zh="{move}→{to}", en="{move} → {to}")
            .fill(move=move.title, to=case_type.states[move.to].title)
            .in_language(language)
            for move in case_type.transitions.values()
            if key in move.from_
        ]
        if state.kind is StateKind.END:
            lines.append(
                Text(zh="{name}{here}：终点。", en="{name}{here}: an end.")
                .fill(name=name, here=here)
                .in_language(language)
            )
            continue
        turn = (
            Text(zh="、", en=", ")
            .in_language(language)
            .join(case_type.parts[part].title.in_language(language) for part in state.turn)
        )
        joined = Text(zh="；", en="; ").in_language(language).join(ways)
        lines.append(
            Text(zh="{name}{here}：由{turn}办理；{ways}。", en="{name}{here}: next by {turn}; {ways}.")
            .fill(name=name, here=here, turn=turn, ways=joined)
            .in_language(language)
        )
    return tuple(lines)


def diagram(case_type: CaseType, *, language: str = "zh", current: str = "", ident: str = "case-type") -> str:
    """The SVG of a case type.

    Parameters
    ----------
    case_type
        The declaration.
    language
        ``zh`` or ``en``.
    current
        Key of the state to be marked; "" for none.
    ident
        Beginning of the ids within the picture, so that two can stand on one page.
    """
    names = {
        way: " / ".join(case_type.transitions[key].title.in_language(language) for key in way.moves)
        for way in arrows(case_type)
    }
    boxes = _boxes(case_type, language)
    middle = MARGIN + max(box.width for box in boxes.values()) / 2
    aside = [way for way in names if boxes[way.to].row != boxes[way.from_].row + 1]
    right = middle * 2 - MARGIN
    lane_start = right + max((_width(names[way]) for way in aside), default=0.0) + 28
    lanes = {key: lane_start + LANE * place for place, key in enumerate(_lanes(aside, boxes))}
    lines: list[str] = []
    labels: list[str] = []
    for way, name in names.items():
        start, end = boxes[way.from_], boxes[way.to]
        if way not in aside:
            y1, y2 = start.y + start.height, end.y - 2
            lines.append(_path(f"M{middle:.1f} {y1:.1f}V{y2:.1f}", ident))
            labels.append(_label(middle, (y1 + y2) / 2 - 2, name))
            continue
        y1, y2 = _stub(start, way.to, aside), _stub(end, "", aside)
        x1, x2 = middle + start.width / 2, middle + end.width / 2 + 2
        lines.append(_path(f"M{x1:.1f} {y1:.1f}H{lanes[way.to]:.1f}V{y2:.1f}H{x2:.1f}", ident))
        labels.append(_label(right + 14 + _width(name) / 2, y1, name))
    width = max(lanes.values(), default=right) + MARGIN
    height = max(box.y + box.height for box in boxes.values()) + MARGIN
    title = Text(zh="{title}的流转图", en="States and moves of “{title}”").fill(title=case_type.title)
    parts = [
        f'<svg class="case-diagram" xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" aria-labelledby="{escape(ident)}-title {escape(ident)}-desc" '
        f'font-size="{SIZE}" font-family="sans-serif">',
        f'<title id="{escape(ident)}-title">{escape(title.in_language(language))}</title>',
        f'<desc id="{escape(ident)}-desc">{escape(" ".join(described(case_type, language, current)))}</desc>',
        f'<defs><marker id="{escape(ident)}-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        f'orient="auto"><path d="M0 0 8 4 0 8z" fill="#4b5563"/></marker></defs>',
        *lines,
        *(_box(case_type, box, middle, language, current) for box in boxes.values()),
        *labels,
        "</svg>",
    ]
    return "\n".join(parts)


def _width(text: str) -> float:
    return sum(SIZE if east_asian_width(letter) in "WF" else SIZE * 0.58 for letter in text)


def _boxes(case_type: CaseType, language: str) -> dict[str, Box]:
    order = [key for layer in layers(case_type) for key in layer]
    rows = {key: row for row, key in enumerate(order)}
    aside = [way for way in arrows(case_type) if rows[way.to] != rows[way.from_] + 1]
    found: dict[str, Box] = {}
    y = float(MARGIN)
    for key in order:
        height = max(BOX_HEIGHT, STUB * len(_stubs(key, aside)) + 8)
        width = _width(case_type.states[key].title.in_language(language)) + 28
        found[key] = Box(key, rows[key], y, height, width)
        y += height + BETWEEN
    return found


def _stubs(key: str, aside: list[Arrow]) -> list[str]:
    """What meets the right-hand side of a box, from above: each way that leaves, and "" for all that arrive."""
    leaving = [way.to for way in aside if way.from_ == key]
    return [*leaving, ""] if any(way.to == key for way in aside) else leaving


def _stub(box: Box, to: str, aside: list[Arrow]) -> float:
    """Height at which a way meets a box."""
    stubs = _stubs(box.key, aside)
    return box.y + box.height * (stubs.index(to) + 1) / (len(stubs) + 1)


def _lanes(aside: list[Arrow], boxes: dict[str, Box]) -> list[str]:
    """States that lanes lead to, the shortest lane first."""
    reach: dict[str, int] = {}
    for way in aside:
        rows = abs(boxes[way.to].row - boxes[way.from_].row)
        reach[way.to] = max(reach.get(way.to, 0), rows)
    return sorted(reach, key=lambda key: reach[key])


def _path(data: str, ident: str) -> str:
    return (
        f'<path d="{data}" fill="none" stroke="#4b5563" stroke-width="1.2" stroke-linejoin="round" '
        f'marker-end="url(#{escape(ident)}-head)"/>'
    )


def _label(x: float, y: float, text: str) -> str:
    width = _width(text) * 0.9 + 6
    return (
        f'<rect x="{x - width / 2:.1f}" y="{y - 9:.1f}" width="{width:.1f}" height="16" fill="#ffffff"/>'
        f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" font-size="{SIZE - 1}" fill="#1f2937">{escape(text)}</text>'
    )


def _box(case_type: CaseType, box: Box, middle: float, language: str, current: str) -> str:
    state = case_type.states[box.key]
    here = box.key == current
    left = middle - box.width / 2
    fill, stroke, thick = ("#0f766e", "#0f766e", 2.5) if here else ("#ffffff", "#374151", 1.4)
    radius = BOX_HEIGHT / 2.0 if state.kind is not StateKind.OPEN else 6
    inner = (
        f'<rect x="{left + 3:.1f}" y="{box.y + 3:.1f}" width="{box.width - 6:.1f}" height="{box.height - 6:.1f}" '
        f'rx="{radius - 3}" fill="none" stroke="{"#ffffff" if here else stroke}" stroke-width="1"/>'
        if state.kind is StateKind.END
        else ""
    )
    return (
        f'<g class="case-state{" is-current" if here else ""}">'
        f'<rect x="{left:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="{radius}" '
        f'fill="{fill}" stroke="{stroke}" stroke-width="{thick}"/>{inner}'
        f'<text x="{middle:.1f}" y="{box.y + box.height / 2 + 4.5:.1f}" text-anchor="middle" '
        f'fill="{"#ffffff" if here else "#111827"}"{" font-weight=" + chr(34) + "bold" + chr(34) if here else ""}>'
        f"{escape(state.title.in_language(language))}</text></g>"
    )

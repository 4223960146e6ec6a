"""A case type drawn as an SVG, and told as a list for those who do not see it. Pure: no Django.

States stand in layers by the number of moves from the start; a move that leads back, or past a layer, runs along the
right-hand side in a lane of its own, so that no line crosses a box. Colours are classes of the page's style sheet
where there is one; without it the picture is black on white.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from unicodedata import east_asian_width

from ecociv.casework.declaration import CaseType, StateKind
from ecociv.core.text import Text

BOX_HEIGHT, LAYER_HEIGHT, GAP, LANE, MARGIN, SIZE = 38, 92, 44, 15, 16, 13


@dataclass(frozen=True, slots=True)
class Box:
    """Where a state stands: left upper corner and width, in pixels."""

    key: str
    layer: int
    x: float
    y: float
    width: float

    @property
    def middle(self) -> float:
        """Horizontal middle."""
        return self.x + self.width / 2


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
    boxes = _boxes(case_type, language)
    ways = arrows(case_type)
    right = max(box.x + box.width for box in boxes.values())
    drawn: list[str] = []
    labels: list[str] = []
    aside = sorted(
        (way for way in ways if not _straight(way, boxes)),
        key=lambda way: abs(boxes[way.to].layer - boxes[way.from_].layer),
    )
    places = {way: number for number, way in enumerate(aside)}
    widest = 0.0
    for way in ways:
        text = " / ".join(case_type.transitions[key].title.in_language(language) for key in way.moves)
        if way in places:
            x = right + 24 + places[way] * LANE
            drawn.append(_round_about(boxes[way.from_], boxes[way.to], x, places[way], ident))
            y = (boxes[way.from_].y + boxes[way.to].y + BOX_HEIGHT) / 2
            labels.append(_lane_label(len(aside), right, y, text))
            widest = max(widest, _width(text))
        else:
            path, x, y = _down(boxes[way.from_], boxes[way.to], way, ways, boxes, ident)
            drawn.append(path)
            labels.append(_label(x, y, text))
    width = right + MARGIN + (24 + len(aside) * LANE + 16 + widest if aside else 0)
    height = max(box.y for box in boxes.values()) + BOX_HEIGHT + MARGIN
    title = Text(zh="{title}的流转图", en="States and moves of “{title}”").fill(title=case_type.title)
    parts = [
        f'<svg class="case-diagram" xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" aria-labelledby="{escape(ident)}-title {escape(ident)}-desc" '
        f'font-size="{SIZE}" font-family="sans-serif">',
        f'<title id="{escape(ident)}-title">{escape(title.in_language(language))}</title>',
        f'<desc id="{escape(ident)}-desc">{escape(" ".join(described(case_type, language, current)))}</desc>',
        f'<defs><marker id="{escape(ident)}-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        f'orient="auto"><path d="M0 0 8 4 0 8z" fill="#4b5563"/></marker></defs>',
        *drawn,
        *(_box(case_type, box, language, current) for box in boxes.values()),
        *labels,
        "</svg>",
    ]
    return "\n".join(parts)


def _width(text: str) -> float:
    return sum(SIZE if east_asian_width(letter) in "WF" else SIZE * 0.58 for letter in text)


def _boxes(case_type: CaseType, language: str) -> dict[str, Box]:
    rows = layers(case_type)
    widths = {key: _width(state.title.in_language(language)) + 28 for key, state in case_type.states.items()}
    gaps = max((_gap(case_type, row, language) for row in rows), default=GAP)
    whole = max(sum(widths[key] for key in row) + gaps * (len(row) - 1) for row in rows)
    found = {}
    for layer, row in enumerate(rows):
        x = MARGIN + (whole - sum(widths[key] for key in row) - gaps * (len(row) - 1)) / 2
        for key in row:
            found[key] = Box(key, layer, x, MARGIN + layer * LAYER_HEIGHT, widths[key])
            x += widths[key] + gaps
    return found


def _gap(case_type: CaseType, row: tuple[str, ...], language: str) -> float:
    """Room between the boxes of a row for the words on the ways that lead to them."""
    longest = max(
        (
            _width(" / ".join(case_type.transitions[key].title.in_language(language) for key in way.moves))
            for way in arrows(case_type)
            if way.to in row
        ),
        default=0.0,
    )
    return max(GAP, min(longest, 140)) if len(row) > 1 else GAP


def _straight(way: Arrow, boxes: dict[str, Box]) -> bool:
    return boxes[way.to].layer == boxes[way.from_].layer + 1


def _down(
    a: Box, b: Box, way: Arrow, ways: tuple[Arrow, ...], boxes: dict[str, Box], ident: str
) -> tuple[str, float, float]:
    """A way to the next layer; ways that leave one box start side by side."""
    leaving = sorted(
        (each for each in ways if each.from_ == way.from_ and _straight(each, boxes)),
        key=lambda each: boxes[each.to].middle,
    )
    arriving = sorted(
        (each for each in ways if each.to == way.to and _straight(each, boxes)),
        key=lambda each: boxes[each.from_].middle,
    )
    x1 = a.x + a.width * (leaving.index(way) + 1) / (len(leaving) + 1)
    x2 = b.x + b.width * (arriving.index(way) + 1) / (len(arriving) + 1)
    y1, y2 = a.y + BOX_HEIGHT, b.y - 2
    bend = (y1 + y2) / 2
    path = f"M{x1:.1f} {y1:.1f}C{x1:.1f} {bend:.1f} {x2:.1f} {bend:.1f} {x2:.1f} {y2:.1f}"
    return _path(path, ident), x1 * 0.28 + x2 * 0.72, y1 + (y2 - y1) * 0.66


def _round_about(a: Box, b: Box, x: float, number: int, ident: str) -> str:
    """A way along the right-hand side, in a lane of its own."""
    shift = (number % 4) * 4 - 6
    y1, y2 = a.y + BOX_HEIGHT / 2 + shift, b.y + BOX_HEIGHT / 2 - shift
    out = f"M{a.x + a.width:.1f} {y1:.1f}H{x:.1f}V{y2:.1f}H{b.x + b.width + 2:.1f}"
    return _path(out, ident)


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


def _lane_label(count: int, right: float, y: float, text: str) -> str:
    x = right + 24 + count * LANE + 8
    return f'<text x="{x:.1f}" y="{y + 4:.1f}" font-size="{SIZE - 1}" fill="#1f2937">{escape(text)}</text>'


def _box(case_type: CaseType, box: Box, language: str, current: str) -> str:
    state = case_type.states[box.key]
    here = box.key == current
    fill, stroke, thick = ("#0f766e", "#0f766e", 2.5) if here else ("#ffffff", "#374151", 1.4)
    radius = BOX_HEIGHT / 2 if state.kind is not StateKind.OPEN else 6
    inner = (
        f'<rect x="{box.x + 3:.1f}" y="{box.y + 3:.1f}" width="{box.width - 6:.1f}" height="{BOX_HEIGHT - 6}" '
        f'rx="{radius - 3}" fill="none" stroke="{"#ffffff" if here else stroke}" stroke-width="1"/>'
        if state.kind is StateKind.END
        else ""
    )
    return (
        f'<g class="case-state{" is-current" if here else ""}">'
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{BOX_HEIGHT}" rx="{radius}" '
        f'fill="{fill}" stroke="{stroke}" stroke-width="{thick}"/>{inner}'
        f'<text x="{box.middle:.1f}" y="{box.y + BOX_HEIGHT / 2 + 4.5:.1f}" text-anchor="middle" '
        f'fill="{"#ffffff" if here else "#111827"}"{" font-weight=" + chr(34) + "bold" + chr(34) if here else ""}>'
        f"{escape(state.title.in_language(language))}</text></g>"
    )

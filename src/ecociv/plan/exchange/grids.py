"""Tables whose cell borders survive: a grid of cells, merged ones known by their identity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ecociv.plan.exchange.characters import fold_name
from ecociv.plan.exchange.headers import Heading, TableHeading, kind_of, read_heading

_ROWS_BEFORE_HEADING = 6
_HEADING_ROWS = 3
_LONGEST_HEADING = 16


@dataclass(frozen=True)
class GridCell:
    """A cell at one place of the grid. Merged cells have the same ``identity`` at every place they cover."""

    text: str
    identity: int

    @property
    def lines(self) -> list[str]:
        """Paragraphs that are not empty."""
        return [line.strip() for line in self.text.split("\n") if line.strip()]


GridRow = Sequence[GridCell]


def find_grid_heading(rows: Sequence[GridRow]) -> TableHeading | None:
    """The headings of a grid, which may stand below a title and fill up to three rows, or None.

    ``first`` and ``last`` of the result are rows of the grid. An unknown heading has the role ``other``.
    """
    for first in range(min(_ROWS_BEFORE_HEADING, len(rows))):
        for count in range(min(_HEADING_ROWS, len(rows) - first), 0, -1):
            block = rows[first : first + count]
            if not all(_is_heading_row(row) for row in block):
                continue
            columns = tuple(_heading_of([row[at].text for row in block]) for at in range(len(block[0])))
            kind = kind_of(columns)
            if kind is not None:
                return TableHeading(kind, columns, first, first + count - 1)
    return None


def _is_heading_row(row: GridRow) -> bool:
    cells = {cell.identity: fold_name(cell.text) for cell in row if fold_name(cell.text)}
    known = sum(read_heading(words) is not None for words in cells.values())
    return bool(cells) and known * 2 >= len(cells) and max(map(len, cells.values())) <= _LONGEST_HEADING


def _heading_of(texts: Sequence[str]) -> Heading:
    """The heading of a column: a year before anything else, then the lowest row that is known."""
    found = [heading for heading in map(read_heading, texts) if heading is not None]
    years = [heading for heading in found if heading.year is not None]
    if years:
        return years[-1]
    narrow = [heading for heading in found if heading.role != "values"]
    if narrow:
        return narrow[-1]
    return found[-1] if found else Heading("other", fold_name(texts[-1]))


def is_repeated_heading(row: GridRow, heading: TableHeading) -> bool:
    """Whether a row repeats the headings, as at a page break."""
    roles = [read_heading(cell.text) for cell in row]
    known = [role for role in roles if role is not None]
    return len(known) >= 3 and len(known) * 2 >= len(heading.columns)


def spanning_text(row: GridRow) -> str | None:
    """The words of a row in which only one cell has any, or None."""
    texts = {cell.identity: cell.text.strip() for cell in row if cell.text.strip()}
    return next(iter(texts.values())) if len(texts) == 1 else None


def distinct_texts(row: GridRow, places: Sequence[int]) -> list[str]:
    """Texts at ``places``, each merged cell once, empty ones left out."""
    texts: dict[int, str] = {}
    for place in places:
        if row[place].text.strip():
            texts.setdefault(row[place].identity, " ".join(row[place].lines))
    return list(texts.values())

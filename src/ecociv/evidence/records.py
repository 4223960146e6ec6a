"""What every reader of files gives: records with their row, or a refusal of the file."""

from __future__ import annotations

from dataclasses import dataclass

from ecociv.core.text import Text


class FileRefused(ValueError):
    """The file as a whole cannot be used, and nothing of it was written."""

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(text.en)
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Record:
    """Cells of one record and the line where it begins (quoted cells may hold line breaks)."""

    row: int
    cells: list[str]
    faults: tuple[tuple[int, str, str], ...] = ()
    """(position of the cell, code of what is wrong with it, what was found) for cells that hold no plain content."""

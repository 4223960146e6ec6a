"""Why a file is not imported, and what its sender is asked for."""

from __future__ import annotations

from typing import Literal

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason

Asked = Literal["crs", "axis_order", "encoding", "mapping", "layer", "gcj02", "datum_shift"]


class ImportRefused(ValueError):
    """The file is not imported; the text says what was found, by which rule, and what to do.

    Attributes
    ----------
    reason : Reason
        Stable code, sentence and figures.
    asks : Asked or None
        The argument of `read_polygons` that answers it; ``None`` where only another file helps.

    Examples
    --------
    >>> refusal = ImportRefused("empty", Text(zh="文件是空的。", en="The file is empty."))
    >>> refusal.code, str(refusal), refusal.asks
    ('empty', 'The file is empty.', None)
    """

    def __init__(self, code: str, text: Text, *, asks: Asked | None = None, **data: object) -> None:
        super().__init__(text.en)
        self.reason = Reason(code, text, data)
        self.asks = asks

    @property
    def code(self) -> str:
        """Code of the reason."""
        return self.reason.code

    @property
    def text(self) -> Text:
        """The sentence in both languages."""
        return self.reason.text

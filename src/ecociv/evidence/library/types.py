"""The declared list of document types."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from ecociv.evidence.declared import Declared, LocalText, read_declaration
from ecociv.evidence.library.formats import FORMATS


class DocumentType(Declared):
    """One type: its name, and the formats that fit it (any, where none is named)."""

    key: str = Field(pattern=r"^[a-z-]+$", max_length=32)
    name: LocalText
    formats: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _known_formats(self) -> Self:
        if strange := set(self.formats) - set(FORMATS):
            raise ValueError(f"these formats are not known: {', '.join(sorted(strange))}")
        return self


class _Types(Declared):
    types: tuple[DocumentType, ...]


@lru_cache(maxsize=1)
def document_types() -> dict[str, DocumentType]:
    """All types by key, in the order of the list.

    >>> document_types()["patches"].name.en, document_types()["patches"].formats
    ('Layer of patches', ('geojson',))
    """
    declared = read_declaration(Path(__file__).with_name("document_types.yaml"), _Types)
    return {each.key: each for each in declared.types}

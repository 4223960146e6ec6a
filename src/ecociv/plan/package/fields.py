"""Field types that every part of a zone package shares."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from ecociv.core.quantities import check_unit
from ecociv.core.text import Text


class PackageModel(BaseModel):
    """Base of all package models: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def _text(value: object) -> Text:
    if isinstance(value, Text):
        return value
    if not isinstance(value, dict) or set(value) - {"printed"} != {"zh", "en"}:
        raise ValueError("give the text in both languages, as {zh: ..., en: ...}")
    if not all(isinstance(part, str) for part in value.values()):
        raise ValueError("both languages must be text; put figures in quotes")
    return Text(zh=value["zh"], en=value["en"])


def _decimal(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise ValueError(f"{value!r} is not a number")
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError(f"{value!r} is not a number") from error


def decimal_to_yaml(value: Decimal) -> int | float:
    """The plain number for a YAML or JSON file; the shortest float repr keeps every printed digit."""
    return int(value) if value == value.to_integral_value() else float(value)


def _unit(value: object) -> str:
    check_unit(str(value))
    return str(value)


LocalText = Annotated[
    Text,
    BeforeValidator(_text),
    PlainSerializer(lambda text: {"zh": text.zh, "en": text.en}, return_type=Any),
]
Number = Annotated[Decimal, BeforeValidator(_decimal), PlainSerializer(decimal_to_yaml, return_type=Any)]
Unit = Annotated[str, BeforeValidator(_unit)]


class Uncertain(PackageModel):
    """A reading of the plan document that a colleague should check."""

    field: str
    note: LocalText


class UnitLabel(PackageModel):
    """The unit as shown, and as printed in the plan where that differs (a misprint)."""

    zh: str
    en: str
    printed: str | None = None

    def in_language(self, language: str) -> str:
        """The label for a reader of ``language``."""
        return self.zh if language.startswith("zh") else self.en

"""The declared forms of bank statement files. Pure: no Django."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from ecociv.evidence.declared import Declared, LocalText, read_declaration, zone_declaration_if_any


class Columns(Declared):
    """Names of the columns as the bank writes them: either ``in`` and ``out``, or one signed ``amount``."""

    day: str
    in_: str | None = Field(default=None, alias="in")
    out: str | None = None
    amount: str | None = None
    balance: str | None = None
    number: str | None = None
    reference: str | None = None
    counterparty: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.amount is None) == (self.in_ is None) or (self.in_ is None) != (self.out is None):
            raise ValueError("give either both in and out, or amount")
        names = self.names()
        if len(set(names)) < len(names):
            raise ValueError("two columns have the same name")
        return self

    def names(self) -> tuple[str, ...]:
        """The columns that the file must have."""
        every = (
            self.day,
            self.in_,
            self.out,
            self.amount,
            self.balance,
            self.number,
            self.reference,
            self.counterparty,
        )
        return tuple(name for name in every if name is not None)


class StatementForm(Declared):
    """One form: where the figures stand, how days are written, with which words rows of totals begin."""

    key: str
    title: LocalText
    columns: Columns
    days: tuple[str, ...] = Field(min_length=1)
    delimiter: str = ","
    encoding: Literal["utf-8", "gb18030", "auto"] = "auto"
    totals: tuple[str, ...] = ()


class _Forms(Declared):
    forms: tuple[StatementForm, ...]

    @model_validator(mode="after")
    def _keys_differ(self) -> Self:
        keys = [form.key for form in self.forms]
        if len(set(keys)) < len(keys):
            raise ValueError("two forms have the same key")
        return self


@lru_cache(maxsize=1)
def _common() -> _Forms:
    return read_declaration(Path(__file__).with_name("forms.yaml"), _Forms)


def statement_forms(zone: str) -> dict[str, StatementForm]:
    """The forms by key: those of the room, and those that the zone adds or replaces; read again when its file changes.

    >>> sorted(statement_forms("jingdezhen"))
    ['signed', 'standard']
    """
    own = zone_declaration_if_any(zone, "bank_forms.yaml", _Forms)
    return {each.key: each for forms in (_common(), own) if forms is not None for each in forms.forms}

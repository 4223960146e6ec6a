"""The code lists of a zone's accounts, made from the forms that lay them down. Pure: no Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ecociv.accounts.forms import AccountForm, national
from ecociv.accounts.sdmx.shape import EVERY_CAUSE, SAMPLE_CODES, Shape, item_code
from ecociv.accounts.seea import FLOWS, MONEY, RESIDUAL_FLOW, REVALUATION, REVALUATION_FLOW
from ecociv.accounts.sheet import RESIDUAL
from ecociv.core.missing import Missing
from ecociv.core.quantities import label_of
from ecociv.core.text import Text


@dataclass(frozen=True, slots=True)
class Scope:
    """What the accounts of a zone are made of.

    Attributes
    ----------
    areas : mapping of str to Text
        Code (GB/T 2260) and name of each area.
    accounts : mapping of str to (AccountForm, columns)
        The accounts that are drawn up.
    """

    zone: str
    name: Text
    areas: Mapping[str, Text]
    accounts: Mapping[str, tuple[AccountForm, Mapping[str, Text]]]


@dataclass(frozen=True, slots=True)
class Code:
    """A code; `parent` is the code that it belongs to."""

    key: str
    name: Text
    parent: str = ""


@dataclass(frozen=True, slots=True)
class CodeList:
    """A code list; `partial` where another agency publishes more codes than are given here."""

    key: str
    agency: str
    version: str
    name: Text
    codes: tuple[Code, ...]
    partial: bool = False

    @property
    def urn(self) -> str:
        """Name of the list in SDMX."""
        return f"urn:sdmx:org.sdmx.infomodel.codelist.Codelist={self.agency}:{self.key}({self.version})"


def code_lists(shape: Shape, scope: Scope) -> tuple[CodeList, ...]:
    """Every list that the components refer to, ours and those of SDMX."""
    ours = {
        "CL_AREA": _plain(scope.areas),
        "CL_ACCOUNT": _plain({key: form.name for key, (form, _) in scope.accounts.items()}),
        "CL_ITEM": _below(scope, {key: columns for key, (_, columns) in scope.accounts.items()}),
        "CL_SEEA_FLOW": _plain({**FLOWS, REVALUATION_FLOW: REVALUATION, RESIDUAL_FLOW: RESIDUAL}),
        "CL_CAUSE": (
            *_below(
                scope,
                {
                    key: {row: declared.name for row, declared in form.rows.items()}
                    for key, (form, _) in scope.accounts.items()
                },
            ),
            Code(RESIDUAL_FLOW, RESIDUAL),
            Code(EVERY_CAUSE, Text(zh="全部原因", en="All causes")),
        ),
        "CL_UNIT": _plain(
            {unit: label_of(unit) for unit in (*(form.unit for form, _ in scope.accounts.values()), MONEY)}
        ),
        "CL_ABSENCE": _plain({kind.value: kind.label for kind in Missing}),
        "CL_SOURCE": _plain(shape.sources),
        "CL_GRADE": _plain(national().grades.names),
        "CL_SAMPLE": _plain(SAMPLE_CODES),
    }
    found = [CodeList(key, shape.agency, shape.version, name, ours[key]) for key, name in shape.lists.items()]
    found += [
        CodeList(key, "SDMX", one.version, one.name, _plain(one.codes), partial=True)
        for key, one in shape.published.items()
    ]
    return tuple(found)


def _plain(names: Mapping[str, Text]) -> tuple[Code, ...]:
    return tuple(Code(key, name) for key, name in names.items())


def _below(scope: Scope, parts: Mapping[str, Mapping[str, Text]]) -> tuple[Code, ...]:
    """The accounts, and below each its columns or rows: the same key means something else in another account."""
    found = []
    for key, names in parts.items():
        found.append(Code(key, scope.accounts[key][0].name))
        found += [Code(item_code(key, one), name, key) for one, name in names.items()]
    return tuple(found)

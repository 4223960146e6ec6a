"""The declared shape of what leaves as SDMX: components, code lists, statuses. Pure: no Django."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from ecociv.accounts.forms import Name
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.evidence.declared import Declared, LocalText, read_declaration

DATAFLOW = "dataflow"
"""What an attribute belongs to that is the same in the whole file."""


class Component(Declared):
    """A column of the file.

    Attributes
    ----------
    codes : str
        The list that its values come from; empty where they are free.
    text : str
        Type of a free value, as SDMX names it.
    of : tuple of str
        Of an attribute: the dimensions that it belongs to, or ``dataflow``; each observation, when not given.
    """

    key: str
    role: Literal["dimension", "time", "measure", "attribute"]
    name: Name
    codes: str = ""
    text: str = ""
    of: tuple[str, ...] = ()
    required: bool = False

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if bool(self.codes) == bool(self.text):
            raise ValueError(f"{self.key}: give either codes or text")
        return self


class Published(Declared):
    """A code list that SDMX itself publishes; only the codes that are used."""

    version: str
    name: LocalText
    codes: dict[str, Name]


class Shape(Declared):
    """The declared shape of the accounts as SDMX."""

    agency: str
    version: str
    verified: bool
    dataflow: str
    data_structure: str
    concepts: str
    title: LocalText
    components: tuple[Component, ...] = Field(min_length=3)
    lists: dict[str, LocalText]
    published: dict[str, Published]
    sources: dict[str, Name]
    missing: dict[Missing, str]
    observed: str
    estimated: str
    confidential: dict[str, str]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        known = {*self.lists, *self.published}
        if strange := [one.codes for one in self.components if one.codes and one.codes not in known]:
            raise ValueError(f"no list {', '.join(strange)}; lists: {', '.join(known)}")
        roles = [one.role for one in self.components]
        if (roles.count("time"), roles.count("measure")) != (1, 1):
            raise ValueError("there is one component of time and one measure")
        if set(self.missing) != set(Missing):
            raise ValueError(f"missing names the status of each of: {', '.join(Missing)}")
        return self

    def of_role(self, *roles: str) -> tuple[Component, ...]:
        """The components of some roles, in their order."""
        return tuple(one for one in self.components if one.role in roles)

    @property
    def dataflow_id(self) -> str:
        """The dataflow as SDMX-CSV names it.

        >>> shape().dataflow_id
        'ECOCIV:NATURAL_RESOURCES(2.0)'
        """
        return f"{self.agency}:{self.dataflow}({self.version})"

    @property
    def header(self) -> list[str]:
        """Names of the columns of the file."""
        return ["STRUCTURE", "STRUCTURE_ID", "ACTION", *(one.key for one in self.components)]


@lru_cache(maxsize=1)
def shape() -> Shape:
    """The shape in ``shape.yaml``."""
    return read_declaration(Path(__file__).parent / "shape.yaml", Shape)


def item_code(account: str, column: str) -> str:
    """Code of a column: *other* of land is not *other* of timber.

    >>> item_code("forest_area", "natural")
    'forest_area-natural'
    """
    return f"{account}-{column}"


EVERY_CAUSE = "_T"
"""Code of all causes of a row of the framework together, as SDMX writes totals."""
SAMPLE_CODES = {"Y": Text(zh="示例数据", en="Sample data"), "N": Text(zh="不是示例数据", en="No sample data")}

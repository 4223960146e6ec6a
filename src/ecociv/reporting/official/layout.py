"""The page of an official document (GB/T 9704-2012) as dated data: lengths, sizes by their Chinese names, fonts. Pure."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ecociv.core.text import Text
from ecociv.core.trace import Citation

POINTS_PER_MM = 72 / 25.4
Role = Literal["title", "heading", "subheading", "body", "song"]
ROLES: tuple[Role, ...] = ("title", "heading", "subheading", "body", "song")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class _Page(_Part):
    clause: str
    width: float
    height: float
    top: float
    inner: float
    text_width: float
    text_height: float

    @property
    def outer(self) -> float:
        """What is left of the width at the cut edge, in mm."""
        return self.width - self.inner - self.text_width

    @property
    def bottom(self) -> float:
        """What is left of the height at the foot, in mm."""
        return self.height - self.top - self.text_height


class _Grid(_Part):
    clause: str
    lines: int
    characters: int


class _Head(_Part):
    clause: str
    issuer_below_text_top: float
    lines_before_number: int
    rule_below_number: float
    rule_thickness: float
    red: str


class _Signature(_Part):
    clause: str
    lines_before: int
    date_from_right: int
    date_from_right_upward: int


class _Attachments(_Part):
    clause: str
    lines_before: int
    title_on_line: int


class _Imprint(_Part):
    clause: str
    outer_rule: float
    inner_rule: float
    inset: int


class _PageNumber(_Part):
    clause: str
    below_text: float
    inset: int


class _Type(_Part):
    face: Role
    size: str


class OfficialLayout(_Part):
    """The layout that was in force for a document of a day (公文格式).

    Lengths are in mm, insets in characters of the text's own size, sizes by name (``size_of`` gives points).
    ``verified`` is false where the standard's own text was not read; ``reason`` then says what was.
    """

    standard: str
    title: dict[str, str]
    from_: dt.date = Field(alias="from")
    to: dt.date | None
    verified: bool
    reason: str
    page: _Page
    grid: _Grid
    head: _Head
    title_lines_before: int
    addressee_lines_before: int
    indent: int
    signature: _Signature
    attachments: _Attachments
    imprint: _Imprint
    page_number: _PageNumber
    sizes: dict[str, float]
    type_clause: str
    type: dict[str, _Type]
    faces: dict[Role, tuple[str, ...]]

    @model_validator(mode="before")
    @classmethod
    def _clause_of_type(cls, values: dict[str, object]) -> dict[str, object]:
        kinds = dict(values["type"])  # type: ignore[call-overload]
        return {**values, "type_clause": kinds.pop("clause"), "type": kinds}

    @model_validator(mode="after")
    def _sizes_are_named(self) -> OfficialLayout:
        unknown = {each.size for each in self.type.values()} - set(self.sizes)
        if unknown:
            raise ValueError(
                f"sizes without a point figure: {', '.join(sorted(unknown))}; add them under `sizes`"
            )
        return self

    @property
    def citation(self) -> Citation:
        """Which standard, and whether its text was read."""
        return Citation(self.standard, self.page.clause, self.from_.year, verified=self.verified)

    def size_of(self, element: str) -> float:
        """Points of an element's size.

        >>> layout_on(dt.date(2017, 1, 1)).size_of("body")
        16.0
        """
        return self.sizes[self.type[element].size]

    @property
    def line_pitch(self) -> float:
        """Points from line to line, so that the lines of the grid fill the type area: 225 mm / 22 = 28.99 pt."""
        return self.page.text_height * POINTS_PER_MM / self.grid.lines

    @property
    def character_pitch(self) -> float:
        """Points from character to character: 156 mm / 28 = 15.79 pt, a little less than size 三号 itself."""
        return self.page.text_width * POINTS_PER_MM / self.grid.characters


class LayoutNotInForce(LookupError):
    """No layout is declared for the day; ``text`` says so in both languages."""

    def __init__(self, day: dt.date) -> None:
        self.text = Text(
            zh=f"没有{day}时有效的公文格式：GB/T 9704-2012自2012年7月1日起施行，请选择此后的日期。",
            en=f"No layout of official documents is declared for {day}: GB/T 9704-2012 is in force from 1 July 2012; choose a later day.",
        )
        super().__init__(self.text.en)


@lru_cache
def _layouts() -> tuple[OfficialLayout, ...]:
    folder = files("ecociv.reporting.official")
    found = (
        file for file in folder.iterdir() if file.name.startswith("gbt_") and file.name.endswith(".yaml")
    )
    return tuple(OfficialLayout.model_validate(yaml.safe_load(file.read_text("utf-8"))) for file in found)


def layout_on(day: dt.date) -> OfficialLayout:
    """The layout in force on a day.

    Raises
    ------
    LayoutNotInForce
        Before the first layout that is declared.
    """
    for layout in _layouts():
        if layout.from_ <= day and (layout.to is None or day <= layout.to):
            return layout
    raise LayoutNotInForce(day)

"""How a file is read: a declared mapping from its columns to series.

A mapping is data of the zone (``zones/<zone>/mappings/*.yaml``), so that a new file format needs no code.

>>> mapping = load_mapping("jiangxi-cities-daily", zone="jingdezhen")
>>> mapping.layout, mapping.time.period, sorted(mapping.values)[:2]
('wide', 'day', ['co', 'no2'])
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from ecociv.core.digests import digest_of_json
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.evidence.declared import (
    DeclarationError,
    Declared,
    LocalText,
    Unit,
    read_declaration,
    zone_declaration,
    zone_folder,
)

PLACES_FILE = "_places.yaml"


class PlaceDeclaration(Declared):
    """A place that series belong to (a Thing with its Location, in the words of SensorThings)."""

    key: str = Field(pattern=r"^[a-z0-9-]+$")
    kind: Literal[
        "province",
        "city",
        "county",
        "station",
        "section",
        "water-source",
        "plot",
        "meter",
        "enterprise",
        "outfall",
        "area",
    ]
    name: LocalText
    code: str = ""
    parent: str | None = None
    longitude: float | None = Field(default=None, ge=-180, le=180)
    latitude: float | None = Field(default=None, ge=-90, le=90)
    details: dict[str, str | int | float | bool] = Field(default_factory=dict)


class Places(Declared):
    """All places that the mappings of a zone may name, and groups of them that derivations speak of."""

    places: tuple[PlaceDeclaration, ...]
    groups: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        keys = [place.key for place in self.places]
        if twice := {key for key in keys if keys.count(key) > 1}:
            raise ValueError(f"these keys occur twice: {', '.join(sorted(twice))}")
        if lost := {p.parent for p in self.places if p.parent} - set(keys):
            raise ValueError(f"these parents are not declared: {', '.join(sorted(lost))}")
        if strange := {member for members in self.groups.values() for member in members} - set(keys):
            raise ValueError(f"these members of groups are not declared: {', '.join(sorted(strange))}")
        return self

    @cached_property
    def by_key(self) -> dict[str, PlaceDeclaration]:
        """The places by key."""
        return {place.key: place for place in self.places}


class FileFormat(Declared):
    """Delimited text (``auto`` tries UTF-8, then GB18030, on the whole file), or one sheet of an Excel workbook."""

    format: Literal["delimited", "xlsx"] = "delimited"
    sheet: str | None = None
    """Name of the sheet; none means that the workbook has only one."""
    header_row: int = Field(default=1, ge=1, le=1000)
    """Row of the sheet that holds the names of the columns, counted as Excel shows it."""
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    encoding: Literal["utf-8", "gb18030", "auto"] = "auto"

    @model_validator(mode="after")
    def _sheet_only_in_workbooks(self) -> Self:
        if self.format == "delimited" and (self.sheet is not None or self.header_row != 1):
            raise ValueError("sheet and header_row belong to format: xlsx")
        return self


class DateColumn(Declared):
    """The column of the date and its ``strptime`` format."""

    column: str
    format: str

    @field_validator("format")
    @classmethod
    def _reads_its_own_output(cls, value: str) -> str:
        try:
            datetime.strptime(datetime(2015, 1, 1).strftime(value), value)  # noqa: DTZ001, DTZ007 - a trial
        except ValueError as error:
            raise ValueError(f"{value!r} is no date format: {error}") from error
        if "%Y" not in value:
            raise ValueError(f"{value!r} has no year with century (%Y)")
        return value


class HourColumn(Declared):
    """The column of the hour; ``labels`` says whether the hour named is the one that begins or ends then."""

    column: str
    labels: Literal["start", "end"]


class TimeColumns(Declared):
    """When a value was true."""

    zone: str
    period: Literal["hour", "day", "month", "year"]
    date: DateColumn
    hour: HourColumn | None = None

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{value!r} is no time zone; the zone's own is Asia/Shanghai") from error
        return value

    @model_validator(mode="after")
    def _hour_only_for_hours(self) -> Self:
        if (self.period == "hour") != (self.hour is not None):
            raise ValueError("hour is declared for hourly files, and only for them")
        return self


class PlaceColumn(Declared):
    """Where a value belongs: a column of names, or one place for the whole file."""

    column: str | None = None
    names: dict[str, str] = Field(default_factory=dict)
    skip: dict[str, LocalText] = Field(default_factory=dict)
    constant: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.column is None) == (self.constant is None):
            raise ValueError("give either column with names, or constant")
        if self.column is not None and not self.names:
            raise ValueError("names lists each name in the file with the key of its place")
        if both := set(self.names) & set(self.skip):
            raise ValueError(f"both read and skipped: {', '.join(sorted(both))}")
        return self


class SupplierColumn(Declared):
    """Who gave the value: a column of the file, or one body for the whole file."""

    column: str | None = None
    constant: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.column is None) == (self.constant is None):
            raise ValueError("give either column or constant")
        return self


class ValueDeclaration(Declared):
    """One observed property of the file: what it is, in which unit, over which period, within which range."""

    property: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$")
    name: LocalText
    unit: Unit
    statistic: Literal["mean", "maximum", "minimum", "total", "reading", "figure", "index", "unknown"]
    averaging: str = Field(pattern=r"^(P(\d+[YMD])?(T\d+[HMS])?|unknown)$")
    plausible: tuple[float, float] | None = None
    zero: Literal["value", "suspect"] = "value"
    censored: bool = False
    note: LocalText | None = None

    @model_validator(mode="after")
    def _range_in_order(self) -> Self:
        if self.plausible is not None and self.plausible[0] >= self.plausible[1]:
            raise ValueError("plausible is [low, high] with low below high")
        return self

    def doubt(self, value: float) -> str | None:
        """Code of the reason for which a value is kept and marked as suspect, or none."""
        if value == 0 and self.zero == "suspect":
            return "implausible-zero"
        if self.plausible is not None and not self.plausible[0] <= value <= self.plausible[1]:
            return "outside-plausible-range"
        return None


class Mapping(Declared):
    """A file format, column by column. Every column is declared: read, expected or ignored with its reason."""

    key: str = Field(pattern=r"^[a-z0-9-]+$")
    title: LocalText
    network: str = Field(pattern=r"^[a-z0-9-]+$")
    layout: Literal["wide", "long"]
    file: FileFormat = FileFormat()
    time: TimeColumns
    place: PlaceColumn
    supplier: SupplierColumn
    note_column: str | None = None
    series_column: str | None = None
    value_column: str | None = None
    unit_column: str | None = None
    units: dict[str, Unit] = Field(default_factory=dict)
    values: dict[str, ValueDeclaration]
    expect: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    ignore: dict[str, LocalText] = Field(default_factory=dict)
    missing: dict[str, Missing] = Field(default_factory=lambda: {"": Missing.MISSING})
    on_rejected_rows: Literal["take-good-rows", "refuse-file"] = "take-good-rows"
    caveats: tuple[LocalText, ...] = ()

    @model_validator(mode="after")
    def _columns_fit_layout(self) -> Self:
        if not self.values:
            raise ValueError("values names at least one property")
        if self.layout == "long" and not (self.series_column and self.value_column):
            raise ValueError("a long file declares series_column and value_column")
        if self.layout == "wide" and (self.series_column or self.value_column or self.unit_column):
            raise ValueError("series_column, value_column and unit_column belong to long files")
        columns = self.columns
        if twice := {column for column in columns if columns.count(column) > 1}:
            raise ValueError(f"these columns are declared twice: {', '.join(sorted(twice))}")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the file must have."""
        named = [
            self.time.date.column,
            self.time.hour.column if self.time.hour else None,
            self.place.column,
            self.supplier.column,
            self.note_column,
            self.series_column,
            self.value_column,
            self.unit_column,
            *(self.values if self.layout == "wide" else ()),
            *self.expect,
            *self.ignore,
        ]
        return tuple(column for column in named if column is not None)

    @property
    def place_keys(self) -> frozenset[str]:
        """Keys of all places that the mapping can write to."""
        return frozenset(self.names_to_places.values()) | (
            {self.place.constant} if self.place.constant else set()
        )

    @property
    def names_to_places(self) -> dict[str, str]:
        """Names in the file with their places."""
        return self.place.names

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that decides what a file means; titles, notes and caveats are left out."""
        content = self.model_dump(mode="json", exclude={"title", "caveats", "ignore", "on_rejected_rows"})
        if self.file.format == "delimited":  # as it was before workbooks could be declared
            for name in ("format", "sheet", "header_row"):
                del content["file"][name]
        for declared in content["values"].values():
            del declared["name"], declared["note"]
        content["place"]["skip"] = sorted(content["place"]["skip"])
        return digest_of_json(content)

    def series_key(self, place: str, column: str, *, sample: bool) -> str:
        """Key of the series that a column (wide) or a series key (long) of the file feeds at a place."""
        prefix = "sample/" if sample else ""
        return f"{prefix}{self.network}/{place}/{self.values[column].property}"


def load_mapping(name: str | Path, *, zone: str = "jingdezhen") -> Mapping:
    """Read a mapping by its key from the zone's folder, or from a path.

    Raises
    ------
    DeclarationError
        When the file is absent or wrong, or names a place that the zone does not declare.
    """
    path = Path(name)
    if path.suffix not in {".yaml", ".yml"}:
        path = zone_folder(zone) / "mappings" / f"{name}.yaml"
        if str(name) not in mapping_keys(zone):
            raise DeclarationError(
                f"Zone {zone} has no mapping {str(name)!r}; there are: {', '.join(mapping_keys(zone))}."
            )
    mapping = read_declaration(path, Mapping)
    places = load_places(zone).by_key
    if unknown := sorted(mapping.place_keys - set(places)):
        raise DeclarationError(
            f"{path.name}:1: place: {', '.join(unknown)} not declared in {PLACES_FILE}; add the place there first."
        )
    return mapping


def mapping_keys(zone: str) -> list[str]:
    """Keys of the zone's mappings."""
    return sorted(
        p.stem for p in (zone_folder(zone) / "mappings").glob("*.yaml") if not p.name.startswith("_")
    )


def available_mappings(zone: str) -> list[Mapping]:
    """All mappings of the zone."""
    return [load_mapping(key, zone=zone) for key in mapping_keys(zone)]


def load_places(zone: str) -> Places:
    """The places that the zone's mappings may name; read again when the file changes."""
    return zone_declaration(zone, f"mappings/{PLACES_FILE}", Places)


def place_name(zone: str, key: str) -> Text:
    """Name of a place in both languages; the key itself where the zone does not declare it."""
    place = load_places(zone).by_key.get(key)
    return place.name if place else Text(zh=key, en=key)

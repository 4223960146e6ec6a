"""Which series an intake feeds: the properties that it may write to, by its own words or those of a file mapping."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from pydantic import Field, model_validator

from ecociv.core.missing import Missing
from ecociv.core.quantities import convert
from ecociv.evidence import registry
from ecociv.evidence.declared import DeclarationError, Declared, LocalText, read_declaration, zone_folder
from ecociv.evidence.mapping import SupplierColumn, ValueDeclaration, load_mapping, load_places
from ecociv.evidence.readings import Censored
from ecociv.evidence.schema import Quality


class IntakeDeclaration(Declared):
    """What every declared intake says: its network, and the properties with unit and averaging.

    ``mapping`` takes network, properties and supplier from a file mapping, so that a reading that comes as a message
    feeds the very series that a file of the same network feeds.
    """

    key: str = Field(pattern=r"^[a-z0-9-]+$")
    title: LocalText
    mapping: str | None = None
    network: str | None = Field(default=None, pattern=r"^[a-z0-9-]+$")
    supplier: str = ""
    sample: bool = False
    values: dict[str, ValueDeclaration] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_source_of_properties(self) -> IntakeDeclaration:
        if (self.mapping is None) == (self.network is None):
            raise ValueError("give either mapping, or network with values")
        if self.network is not None and not self.values:
            raise ValueError("network needs values: its properties with unit, statistic and averaging")
        if wrong := [key for key, value in self.values.items() if value.property != key]:
            raise ValueError(f"values are listed by their property: {', '.join(wrong)}")
        return self


@dataclass(frozen=True, slots=True)
class Feed:
    """The series of one intake: network, properties (by their key) and supplier."""

    key: str
    network: str
    values: dict[str, ValueDeclaration]
    supplier: SupplierColumn
    sample: bool

    def series_key(self, place: str, column: str, *, sample: bool) -> str:
        """Key of the series of a property at a place."""
        return f"{'sample/' if sample else ''}{self.network}/{place}/{column}"

    def key_at(self, place: str, column: str) -> str:
        """The same for this feed's own kind of data, real or sample."""
        return self.series_key(place, column, sample=self.sample)

    def register(self, zone: str, pairs: Iterable[tuple[str, str]]) -> None:
        """Make the series of (place, property) pairs that are new; refuse those that exist in another unit."""
        pairs = list(pairs)
        registry.check_series(self, pairs, sample=self.sample)
        registry.ensure_series(zone, self, pairs, sample=self.sample)


def feed_of(declaration: IntakeDeclaration, zone: str) -> Feed:
    """The feed that a declaration describes."""
    if declaration.mapping is None:
        assert declaration.network is not None
        supplier = SupplierColumn(constant=declaration.supplier)
        return Feed(declaration.key, declaration.network, declaration.values, supplier, declaration.sample)
    mapping = load_mapping(declaration.mapping, zone=zone)
    supplier = SupplierColumn(constant=declaration.supplier or mapping.supplier.constant or "")
    values = {value.property: value for value in mapping.values.values()}
    return Feed(declaration.key, mapping.network, values, supplier, declaration.sample)


_Model = TypeVar("_Model", bound=IntakeDeclaration)


def load_intakes(zone: str, protocol: str, model: type[_Model]) -> list[_Model]:
    """All declarations ``zones/<zone>/intake/<protocol>-*.yaml``, each with its places looked up.

    Raises
    ------
    DeclarationError
        When one cannot be used.
    """
    folder = zone_folder(zone) / "intake"
    return [read_declaration(path, model) for path in sorted(folder.glob(f"{protocol}-*.yaml"))]


def require_places(zone: str, declaration: IntakeDeclaration, places: Iterable[str]) -> None:
    """Refuse a declaration that names a place which the zone does not declare."""
    if unknown := sorted(set(places) - set(load_places(zone).by_key)):
        raise DeclarationError(
            f"intake {declaration.key}: {', '.join(unknown)} not declared in mappings/_places.yaml; add the place there first."
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """A value with the mark that the rules of its property give it."""

    value: float | Censored | Missing
    quality: Quality = Quality.GOOD
    reason: str = ""


class UnreadableValue(ValueError):
    """A text that is no number."""


def judge(text: str, declared: ValueDeclaration, unit: str | None = None) -> Judged:
    """Read a number and judge it as a file's cell is judged: out of the plausible range is suspect, and kept.

    Parameters
    ----------
    text
        As sent; empty means that there is no value.
    unit
        Of the text, where it is not the series' own; converted exactly.

    Raises
    ------
    UnreadableValue
        When the text is no finite number.
    """
    if not text:
        return Judged(Missing.MISSING)
    if declared.censored and text[0] in "<>":
        return Judged(Censored(text[0], number_of(text[1:])))
    value = number_of(text)
    if unit is not None and unit != declared.unit:
        value = float(convert(Decimal(text), unit, declared.unit))
    reason = declared.doubt(value) or ""
    return Judged(value, Quality.SUSPECT if reason else Quality.GOOD, reason)


def number_of(text: str) -> float:
    """The finite number that a text says, written in ASCII."""
    try:
        if text.isascii() and "_" not in text and len(text) <= 40:
            value = float(text)
            if value - value == 0:
                return value
    except ValueError:
        pass
    raise UnreadableValue(f"{text[:40]!r} is no number")

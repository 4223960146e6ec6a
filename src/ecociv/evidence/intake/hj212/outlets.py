"""Which device feeds which series: the zone's declarations ``intake/hj212-*.yaml``."""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass, field
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from ecociv.evidence.declared import DeclarationError, Declared, Unit
from ecociv.evidence.intake.feeds import Feed, IntakeDeclaration, feed_of, load_intakes, require_places
from ecociv.evidence.intake.hj212.codes import codes
from ecociv.evidence.intake.passwords import is_password


class Password(Declared):
    """Where the password of a device is kept: in an environment variable, or as a digest."""

    environment: str | None = Field(default=None, pattern=r"^[A-Z][A-Z0-9_]*$")
    digest: str | None = Field(default=None, pattern=r"^pbkdf2\$\d+\$[0-9a-f]{32}\$[0-9a-f]{64}$")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.environment is None) == (self.digest is None):
            raise ValueError(
                "give either environment (name of a variable) or digest (ecociv intake password)"
            )
        return self

    def fits(self, text: str) -> bool:
        """Whether ``text`` is the password; always false while the variable is not set."""
        if self.environment is not None:
            expected = os.environ.get(self.environment, "")
            return bool(expected) and hmac.compare_digest(expected.encode(), text.encode())
        assert self.digest is not None
        return is_password(text, self.digest)


class Device(Declared):
    """A data logger (数采仪) at one place."""

    mn: str = Field(pattern=r"^[0-9A-Za-z]{14,27}$")
    place: str
    password: Password
    systems: tuple[str, ...] = ()
    """System codes (ST) that it may send; none declared means any."""
    factors: tuple[str, ...] = ()
    """Factors that it measures; none declared means all of the declaration's."""


class SentItem(Declared):
    """One item of one factor in one kind of message, and the property that it is."""

    factor: str = Field(pattern=r"^[A-Za-z0-9]{3,12}$")
    command: Literal["2011", "2051", "2061", "2031"]
    item: str = Field(pattern=r"^(Zs)?(Rtd|Avg|Min|Max|Cou)$")
    property: str
    unit: Unit | None = None
    """Where the devices send another unit than the standard's."""


class Outlets(IntakeDeclaration):
    """Devices of one network and what they send."""

    zone: str = "Asia/Shanghai"
    labels: Literal["start", "end"]
    """Whether DataTime of minute, hour and day data names the start or the end of the period."""
    real_time_seconds: int = Field(default=30, ge=1, le=3600)
    minutes: int = Field(default=10, ge=1, le=30)
    devices: tuple[Device, ...]
    items: tuple[SentItem, ...]

    @model_validator(mode="after")
    def _unambiguous(self) -> Self:
        mns = [device.mn for device in self.devices]
        if twice := {mn for mn in mns if mns.count(mn) > 1}:
            raise ValueError(f"these devices occur twice: {', '.join(sorted(twice))}")
        sent = [(item.factor, item.command, item.item) for item in self.items]
        if any(sent.count(one) > 1 for one in sent):
            raise ValueError("an item of a factor feeds one property; one of them is listed twice")
        fed = [item.property for item in self.items]
        if again := {one for one in fed if fed.count(one) > 1}:
            raise ValueError(f"two items feed the same property: {', '.join(sorted(again))}")
        return self


@dataclass(frozen=True, slots=True)
class Outlet:
    """A device with all that is needed to read its messages."""

    device: Device
    outlets: Outlets
    feed: Feed
    clock: ZoneInfo
    items: dict[tuple[str, str, str], SentItem] = field(repr=False)
    factors: frozenset[str] = frozenset()

    def unit(self, sent: SentItem) -> str | None:
        """Unit in which an item is sent; none when it is that of the series."""
        return sent.unit or codes().unit_of(sent.factor, sent.item)


def load_outlets(zone: str) -> dict[str, Outlet]:
    """All devices of the zone by MN.

    Raises
    ------
    DeclarationError
        When a declaration cannot be used, or two of them name the same device.
    """
    found: dict[str, Outlet] = {}
    for outlets in load_intakes(zone, "hj212", Outlets):
        require_places(zone, outlets, (device.place for device in outlets.devices))
        feed = feed_of(outlets, zone)
        if lost := sorted({item.property for item in outlets.items} - set(feed.values)):
            raise DeclarationError(
                f"intake {outlets.key}: properties without declaration: {', '.join(lost)}."
            )
        declared = {item.factor for item in outlets.items}
        for device in outlets.devices:
            if device.mn in found:
                raise DeclarationError(f"intake {outlets.key}: device {device.mn} is declared twice.")
            if foreign := sorted(set(device.factors) - declared):
                raise DeclarationError(
                    f"intake {outlets.key}: device {device.mn} measures {', '.join(foreign)}, of which no item is declared."
                )
            factors = frozenset(device.factors) or frozenset(declared)
            items: dict[tuple[str, str, str], SentItem] = {
                (item.factor, item.command, item.item): item for item in outlets.items if item.factor in factors
            }
            found[device.mn] = Outlet(device, outlets, feed, ZoneInfo(outlets.zone), items, factors)
    return found


def register(zone: str, outlets: dict[str, Outlet]) -> None:
    """Register the series that the devices feed, for each the factors that it measures."""
    for outlet in outlets.values():
        pairs = [(outlet.device.place, item.property) for item in outlet.items.values()]
        outlet.feed.register(zone, pairs)

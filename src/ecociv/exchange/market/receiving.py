"""Who may receive the units of a market, and until when they are worth anything: one rule for transfers and trades.

What the rule needs stands in the rules of the market and in the accounts, and so in the journal. Pure: no Django.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason, Verdict


@dataclass(frozen=True, slots=True)
class Party:
    """Who gives or takes: account, sector (``power``, ``ceramics``, ``agriculture`` …) and where its outfall lies.

    An empty sector or region says that it is not known.
    """

    account: str
    sector: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Ban:
    """Sectors between which units do not pass: ``*`` stands for any other sector."""

    one: str
    other: str
    citation: Text

    def forbids(self, giver: str, taker: str) -> bool:
        """Whether it stands between two sectors, in either direction.

        Examples
        --------
        >>> ban = Ban("power", "*", Text(zh="38号", en="No. 38"))
        >>> ban.forbids("power", "ceramics"), ban.forbids("ceramics", "power"), ban.forbids("power", "power")
        (True, True, False)
        """
        return any(
            one == self.one and (other == self.other or (self.other == "*" and other != self.one))
            for one, other in ((giver, taker), (taker, giver))
        )


@dataclass(frozen=True, slots=True)
class Receiving:
    """What the law says of who receives units of one series.

    Attributes
    ----------
    reserve : str
        Account of the government's reserve, which may give to and take from everybody.
    bound : bool
        Whether the units stay in their region or basin.
    bans : tuple of Ban
        Sectors between which they do not pass.
    last_day : date or None
        The last day on which they are valid; ``None`` where they do not expire.
    """

    reserve: str = ""
    bound: bool = False
    bans: tuple[Ban, ...] = ()
    last_day: dt.date | None = None

    @property
    def says_nothing(self) -> bool:
        """Whether everybody may receive the units for ever."""
        return not (self.bound or self.bans or self.last_day)

    def to_json(self) -> dict[str, Any]:
        """The form in which the rules of a market hold it; `receiving_of` reads it."""
        return {
            "reserve": self.reserve,
            "bound": self.bound,
            "bans": [
                {
                    "one": ban.one,
                    "other": ban.other,
                    "citation_zh": ban.citation.zh,
                    "citation_en": ban.citation.en,
                }
                for ban in self.bans
            ],
            "last_day": self.last_day.isoformat() if self.last_day else "",
        }


_BAN = {"one", "other", "citation_zh", "citation_en"}
_NAMES = {"reserve", "bound", "bans", "last_day"}


def receiving_of(given: Any) -> Receiving:
    """Read what `Receiving.to_json` wrote.

    Raises
    ------
    ValueError
        When it is something else.
    """
    if not isinstance(given, Mapping) or set(given) != _NAMES or type(given["bound"]) is not bool:
        raise ValueError("it has the keys reserve, bound (true or false), bans and last_day")
    if not isinstance(given["reserve"], str) or not isinstance(given["last_day"], str):
        raise ValueError("reserve and last_day are texts")
    bans = given["bans"]
    if not isinstance(bans, list | tuple) or not all(
        isinstance(ban, Mapping) and set(ban) == _BAN and all(isinstance(word, str) for word in ban.values())
        for ban in bans
    ):
        raise ValueError("each of bans has the texts one, other, citation_zh and citation_en")
    return Receiving(
        given["reserve"],
        given["bound"],
        tuple(
            Ban(ban["one"], ban["other"], Text(zh=ban["citation_zh"], en=ban["citation_en"])) for ban in bans
        ),
        dt.date.fromisoformat(given["last_day"]) if given["last_day"] else None,
    )


def over(last_day: dt.date | None, series: str, on: dt.date) -> Reason | None:
    """Why units are no longer worth anything on a day (code ``expired``), or ``None`` while they are valid."""
    if last_day is None or on <= last_day:
        return None
    return _reason(
        "expired",
        "{series} 有效期至 {ends}，已失效。",
        "{series} was valid until {ends}.",
        series=series,
        ends=last_day,
    )


def between(
    receiving: Receiving, series: str, region: str, giver: Party, taker: Party, label: Text
) -> Verdict:
    """Whether units of a series, which belong to a region or to none, may pass from one party to another.

    Returns
    -------
    Verdict
        Codes ``sector``, ``sector-unknown`` (an unknown), ``region``, ``region-unknown`` (an unknown).
    """
    return Verdict.all_of(
        (_sectors(receiving, giver, taker, label), within(receiving, series, region, taker))
    )


def may_enter(
    receiving: Receiving, series: str, region: str, party: Party, label: Text, *, buying: bool, book: bool
) -> Verdict:
    """Whether a party may send an order, or make an offer, of which nobody knows yet whom it will meet.

    In a ``book`` everybody may meet everybody: whoever is named first by a ban keeps out of it, and trades with known
    counterparties, by blocks, listings and auctions. An offer is open to him, for each bid on it is looked at.

    Returns
    -------
    Verdict
        Codes ``sector-book`` beside those of `between`.
    """
    verdicts = [_sectors(receiving, party, party, label)]
    barred = next((ban for ban in receiving.bans if ban.one == party.sector), None)
    if book and barred is not None and party.account != receiving.reserve:
        verdicts.append(
            _no(
                _reason(
                    "sector-book",
                    "行业“{sector}”不得参与{label}的匿名撮合（{citation}）；可用大宗协议、挂牌或竞价与允许的对方交易。",
                    "The sector {sector} keeps out of the anonymous book of {label} ({citation}); blocks, listings and auctions with a permitted counterparty are open to it.",
                    sector=party.sector,
                    label=label,
                    citation=barred.citation,
                )
            )
        )
    if buying:
        verdicts.append(within(receiving, series, region, party))
    return Verdict.all_of(verdicts)


def within(receiving: Receiving, series: str, region: str, taker: Party) -> Verdict:
    """Whether a party lies where the units of a series stay; codes ``region`` and ``region-unknown``."""
    if not (region and receiving.bound) or taker.account == receiving.reserve:
        return Verdict(True)
    if not taker.region:
        return Verdict(
            None,
            (
                _reason(
                    "region-unknown",
                    "账户“{account}”所在流域（区域）未知，无法判断能否受让 {series}。",
                    "Where account {account} lies is not known, and {series} does not leave its basin or region.",
                    account=taker.account,
                    series=series,
                ),
            ),
        )
    if taker.region == region:
        return Verdict(True)
    return _no(
        _reason(
            "region",
            "{series} 不得转让到“{region}”：不得跨流域、跨区域交易。",
            "{series} may not pass to {region}: rights stay in their basin or region.",
            series=series,
            region=taker.region,
        )
    )


def _sectors(receiving: Receiving, giver: Party, taker: Party, label: Text) -> Verdict:
    if not receiving.bans or receiving.reserve in (giver.account, taker.account):
        return Verdict(True)
    unknown = next((party.account for party in (giver, taker) if not party.sector), None)
    if unknown is not None:
        return Verdict(
            None,
            (
                _reason(
                    "sector-unknown",
                    "账户“{account}”的行业未知，无法判断能否交易{label}。",
                    "The sector of account {account} is not known, and {label} does not pass between all sectors.",
                    account=unknown,
                    label=label,
                ),
            ),
        )
    return _no(*_forbidden(receiving, giver, taker, label))


def _forbidden(receiving: Receiving, giver: Party, taker: Party, label: Text) -> Iterator[Reason]:
    ban = next((one for one in receiving.bans if one.forbids(giver.sector, taker.sector)), None)
    if ban is not None:
        yield _reason(
            "sector",
            "行业“{giver}”与“{taker}”之间不得交易{label}（{citation}）。",
            "{label} does not pass between the sectors {giver} and {taker} ({citation}).",
            giver=giver.sector,
            taker=taker.sector,
            label=label,
            citation=ban.citation,
        )


def _reason(code: str, zh: str, en: str, **data: object) -> Reason:
    return Reason(code, Text(zh=zh, en=en).fill(**data), data)


def _no(*reasons: Reason) -> Verdict:
    return Verdict(not reasons, reasons)

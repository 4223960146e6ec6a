"""The rules of one market, as they stand in the command that opens it: a replay needs nothing but the journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ecociv.core.text import Text
from ecociv.exchange.auctions import BlockRules, Pricing, Rationing
from ecociv.exchange.market.calendar import Hours, seconds, within
from ecociv.exchange.market.fees import Fee
from ecociv.exchange.market.prices import BASIS, band
from ecociv.exchange.market.receiving import Receiving, receiving_of
from ecociv.exchange.registry import Series


class RulesRefused(ValueError):
    """Rules that contradict themselves or miss something; ``text`` names the field and the remedy."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class MarketRules:
    """What may be traded on a market, in which steps and within which limits.

    Attributes
    ----------
    market, instrument : str
        Keys.
    label_zh, label_en : str
        Names for people.
    vintage : int
        Year of the units that trade here; 0 where the instrument has none.
    region : str
        Region or basin of the units; "" where the instrument has none.
    quote : int
        Units that a price is for: 1000 where kilograms are traded and quoted by the tonne.
    lot : int
        Quantities are whole multiples of it, in units.
    tick : int
        Smallest step of a price, fen.
    years : int
        How often the price is due: a right for five years quoted by the year costs price x quantity x 5.
    band, block_band : int
        Ten-thousandths that a price may differ from the reference; 0 is no limit.
    block_minimum : int
        Units from which a trade may be negotiated as a block; 0 where none is.
    largest : int
        Units that an order may have at most; 0 is no limit.
    position : int
        Units that an account may hold or be about to buy; 0 is no limit.
    same_day : bool
        Whether what was bought on a day may be sold on it.
    fee : Fee
        What each side pays.
    hours, block_hours : Hours
        Spans of the day in which orders (blocks) are taken; empty where the session alone decides.
    reference : int
        Reference price of the first day, fen; 0 is none.
    late_bids : str
        Which bid shortly before the end of a listing moves it: ``any``, or one that changes the ``awards``.
    better_bids : str
        What makes a bid better than the bidder's own before it: its ``price`` alone, or ``either`` its price or its
        quantity, none of which may get worse.
    extension, extension_most : int
        Microseconds: how far a late bid moves the end of a listing that says nothing of it, and how far all of them
        together at most; 0 is not at all, and no limit.
    sealed_pricing : str
        What winners of an offer that says nothing of it pay: ``pay-as-bid``, ``uniform`` or ``uniform-rejected``.
    rationing : str
        Who gets units at the last price of a sealed auction: who came first (``time``), or all (``pro-rata``).
    bidder_limit : int
        Units that one beneficial owner may win in a sealed auction that says nothing of it; 0 is no limit.
    block_lasts : int
        Microseconds that a proposal of a block stands; 0 until the session ends.
    position_counts : str
        What counts as about to be bought: ``orders`` of the book alone, or ``all``, bids, offers and proposals too.
    market_maker : bool
        Always false: no account quotes for the exchange itself.
    receiving : Receiving or None
        Who may receive the units, and until when they are valid; ``None`` is never asked.
    source : str
        Where the rules stand (citation).
    verified : bool
        Whether the citation was read in the document itself.
    sample : bool
        Whether the market was made up to try the product.
    """

    market: str
    instrument: str
    label_zh: str
    label_en: str
    vintage: int = 0
    region: str = ""
    quote: int = 1
    lot: int = 1
    tick: int = 1
    years: int = 1
    band: int = 0
    block_band: int = 0
    block_minimum: int = 0
    largest: int = 0
    position: int = 0
    same_day: bool = True
    fee: Fee = Fee()
    hours: Hours = ()
    block_hours: Hours = ()
    reference: int = 0
    late_bids: str = "any"
    better_bids: str = "price"
    extension: int = 0
    extension_most: int = 0
    sealed_pricing: str = "pay-as-bid"
    rationing: str = "time"
    bidder_limit: int = 0
    block_lasts: int = 0
    position_counts: str = "orders"
    market_maker: bool = False
    receiving: Receiving | None = None
    source: str = ""
    verified: bool = False
    sample: bool = False

    @property
    def label(self) -> Text:
        """The name in both languages."""
        return Text(zh=self.label_zh, en=self.label_en)

    @property
    def series(self) -> Series:
        """What is traded."""
        return Series(self.instrument, self.vintage, self.region)

    def amount(self, price: int, quantity: int) -> int:
        """What a trade costs, fen, without fees: price x quantity x years, exact by the choice of tick and lot.

        Sulphur dioxide at 389 yuan a tonne and year, 96 t for five years; 186 720 yuan.

        >>> rules = MarketRules("so2", "SO2", "二氧化硫", "SO2", quote=1000, lot=100, tick=100, years=5)
        >>> rules.amount(38_900, 96_000)
        18672000
        """
        return price * quantity * self.years // self.quote

    @property
    def blocks(self) -> BlockRules:
        """What a block trade may be."""
        return BlockRules(self.block_minimum, self.block_band, self.block_lasts, lot=self.lot, tick=self.tick)

    def limits(self, reference: int, *, block: bool = False) -> tuple[int, int] | None:
        """Lowest and highest price of the day, ``None`` where there is no limit or nothing to refer to."""
        if block:
            return self.blocks.band(reference)
        return band(reference, self.band, self.tick) if self.band and reference else None

    def open_at(self, at: int, *, block: bool = False) -> bool:
        """Whether the declared hours allow an order at a moment."""
        return within(self.block_hours or self.hours if block else self.hours, at)

    def to_json(self) -> dict[str, Any]:
        """The form in which a command holds the rules; `rules_of` reads it.

        Rules that came later are left out where they are as they always were: what was written before them has the
        digest that it had.
        """
        plain: dict[str, Any] = {
            each.name: getattr(self, each.name)
            for each in fields(self)
            if each.name not in _LATER or getattr(self, each.name) != each.default
        }
        plain["fee"] = {"rate": self.fee.rate, "minimum": self.fee.minimum}
        for name in ("hours", "block_hours"):
            plain[name] = [[clock(begin), clock(end)] for begin, end in plain[name]]
        if self.receiving is not None:
            plain["receiving"] = self.receiving.to_json()
        return plain


def clock(second: int) -> str:
    """A second of the day as ``HH:MM``.

    >>> clock(34_200), clock(86_400)
    ('09:30', '24:00')
    """
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}"


_NAMES = {each.name for each in fields(MarketRules)}
_COUNTS = ("quote", "lot", "tick", "years")
_MOMENTS = ("extension", "extension_most", "block_lasts")
_LIMITS = (
    "vintage",
    "band",
    "block_band",
    "block_minimum",
    "largest",
    "position",
    "reference",
    "bidder_limit",
    *_MOMENTS,
)
_WORDS = {
    "late_bids": ("any", "awards"),
    "better_bids": ("price", "either"),
    "sealed_pricing": tuple(each.value for each in Pricing),
    "rationing": tuple(each.value for each in Rationing),
    "position_counts": ("orders", "all"),
}
_LATER = {*_WORDS, *_MOMENTS, "bidder_limit", "receiving"}


def rules_of(given: Mapping[str, Any]) -> MarketRules:
    """Read the rules of a market.

    Raises
    ------
    RulesRefused
        For an unknown or missing key, a figure of the wrong kind, and steps in which amounts would not be whole fen.
    """
    unknown = sorted(set(given) - _NAMES)
    if unknown:
        raise _refused(f"不认识的键：{'、'.join(unknown)}。", f"Unknown key: {', '.join(unknown)}.")
    for name in ("market", "instrument", "label_zh", "label_en"):
        if not isinstance(given.get(name), str) or not given[name].strip():
            raise _refused(f"“{name}”应为非空文字。", f"{name!r} is a text and not empty.")
    for name in ("region", "source"):
        if not isinstance(given.get(name, ""), str):
            raise _refused(f"“{name}”应为文字。", f"{name!r} is a text.")
    for name in ("same_day", "market_maker", "verified", "sample"):
        if not isinstance(given.get(name, False), bool):
            raise _refused(f"“{name}”应为是或否。", f"{name!r} is true or false.")
    for names, least in ((_COUNTS, 1), (_LIMITS, 0)):
        for name in names:
            value = given.get(name, least)
            if type(value) is not int or value < least:
                raise _refused(
                    f"“{name}”应为不小于{least}的整数，而不是{value!r}。",
                    f"{name!r} is a whole number of at least {least}, not {value!r}.",
                )
    for name, words in _WORDS.items():
        if name in given and given[name] not in words:
            raise _refused(
                f"“{name}”应为{'、'.join(words)}之一，而不是{given[name]!r}。",
                f"{name!r} is one of {', '.join(words)}, not {given[name]!r}.",
            )
    if given.get("market_maker"):
        raise _refused("本所不设做市商。", "This exchange has no market makers: leave 'market_maker' out.")
    rules = MarketRules(
        **{
            **given,
            "fee": _fee(given.get("fee", {})),
            "hours": _hours(given.get("hours", ()), "hours"),
            "block_hours": _hours(given.get("block_hours", ()), "block_hours"),
            "receiving": _receiving(given.get("receiving")),
        }
    )
    _consistent(rules)
    return rules


def _consistent(rules: MarketRules) -> None:
    if rules.tick * rules.lot * rules.years % rules.quote:
        raise _refused(
            f"最小变动价位{rules.tick}分 × 最小单位{rules.lot} × {rules.years}年 ÷ {rules.quote} 不是整数分，请调整。",
            f"A tick of {rules.tick} fen x a lot of {rules.lot} x {rules.years} years / {rules.quote} is no whole "
            "number of fen; choose another tick or lot.",
        )
    for name in ("band", "block_band"):
        if getattr(rules, name) >= BASIS:
            raise _refused(
                f"“{name}”以万分之一计，应小于{BASIS}。", f"{name!r} counts ten-thousandths and is below {BASIS}."
            )
    for name in ("largest", "block_minimum", "bidder_limit"):
        if getattr(rules, name) % rules.lot:
            raise _refused(
                f"“{name}”应为最小单位{rules.lot}的整数倍。", f"{name!r} is a multiple of the lot of {rules.lot}."
            )
    if rules.reference % rules.tick:
        raise _refused(
            f"参考价{rules.reference}分不是最小变动价位{rules.tick}分的整数倍。",
            f"The reference of {rules.reference} fen is no multiple of the tick of {rules.tick} fen.",
        )


def _fee(given: Any) -> Fee:
    if not isinstance(given, Mapping) or set(given) - {"rate", "minimum"}:
        raise _refused("“fee”只有rate与minimum两项。", "'fee' has the keys 'rate' and 'minimum' only.")
    rate, minimum = given.get("rate", 0), given.get("minimum", 0)
    if type(rate) is not int or type(minimum) is not int or not 0 <= rate <= 1_000_000 or minimum < 0:
        raise _refused(
            "费率以百万分之一计（0至1000000），最低收费以分计，均为整数。",
            "A fee counts whole millionths (0 to 1000000) and whole fen for its minimum.",
        )
    return Fee(rate, minimum)


def _receiving(given: Any) -> Receiving | None:
    try:
        return None if given is None else receiving_of(given)
    except ValueError as error:
        raise _refused(f"“receiving”有误：{error}。", f"'receiving' is not as it should be: {error}.") from error


def _hours(given: Any, name: str) -> Hours:
    spans = []
    try:
        for begin, end in given:
            spans.append((seconds(begin), seconds(end)))
    except (TypeError, ValueError):
        spans = [(1, 0)]
    if any(begin >= end for begin, end in spans) or sorted(spans) != spans:
        raise _refused(
            f"“{name}”应为若干段先后有序的时间，如[[\"09:30\",\"11:30\"]]。",
            f'{name!r} is a list of spans in their order, such as [["09:30", "11:30"]].',
        )
    return tuple(spans)


def _refused(zh: str, en: str) -> RulesRefused:
    return RulesRefused(Text(zh=zh, en=en))

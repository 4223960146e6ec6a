"""What is projected from the journal; each row can be made again by replaying it (`ecociv exchange verify` does)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Projected(models.Model):
    """A row of a venue with a key of its own."""

    venue = models.CharField(_("venue"), max_length=60)

    class Meta:
        abstract = True


def _once(name: str, *fields: str) -> list[models.BaseConstraint]:
    return [models.UniqueConstraint(fields=["venue", *fields], name=f"exchange_{name}_once")]


class AccountRow(Projected):
    """A participant (交易参与人)."""

    account = models.CharField(_("account"), max_length=120)
    name = models.CharField(_("name"), max_length=120)
    owner = models.CharField(_("beneficial owner"), max_length=120)
    sort = models.CharField(_("sort"), max_length=20)
    frozen = models.BooleanField(_("frozen"))
    closed = models.BooleanField(_("closed"))
    sector = models.CharField(_("sector of industry"), max_length=120, blank=True, default="")
    regions = models.TextField(_("regions and basins, joined by commas"), blank=True, default="")

    class Meta:
        constraints = _once("account", "account")
        verbose_name = _("account of the exchange")
        verbose_name_plural = _("accounts of the exchange")

    def __str__(self) -> str:
        return self.name


class MarketRow(Projected):
    """A market with its rules and its phase."""

    market = models.CharField(_("market"), max_length=120)
    instrument = models.CharField(_("instrument"), max_length=120)
    vintage = models.BigIntegerField(_("vintage"))
    region = models.CharField(_("region"), max_length=120, blank=True)
    rules = models.TextField(_("rules"))
    phase = models.CharField(_("phase"), max_length=20)
    halted = models.CharField(_("halted by"), max_length=300, blank=True)
    day = models.CharField(_("trading day"), max_length=10, blank=True)
    reference = models.BigIntegerField(_("reference price, fen"))
    sample = models.BooleanField(_("sample"))

    class Meta:
        constraints = _once("market", "market")
        verbose_name = _("market")
        verbose_name_plural = _("markets")

    def __str__(self) -> str:
        return self.market


class DayRow(Projected):
    """A market on a trading day (日行情)."""

    market = models.CharField(_("market"), max_length=120)
    day = models.CharField(_("trading day"), max_length=10)
    reference = models.BigIntegerField(_("reference price, fen"))
    open = models.BigIntegerField(_("open, fen"))
    high = models.BigIntegerField(_("high, fen"))
    low = models.BigIntegerField(_("low, fen"))
    last = models.BigIntegerField(_("last, fen"))
    close = models.BigIntegerField(_("close, fen"))
    volume = models.BigIntegerField(_("volume, units"))
    value = models.BigIntegerField(_("sum of price x quantity"))
    amount = models.BigIntegerField(_("amount, fen"))
    trades = models.BigIntegerField(_("trades"))
    block_volume = models.BigIntegerField(_("volume of blocks, units"))
    block_amount = models.BigIntegerField(_("amount of blocks, fen"))
    ended = models.BooleanField(_("ended"))

    class Meta:
        constraints = _once("day", "market", "day")
        verbose_name = _("trading day")
        verbose_name_plural = _("trading days")

    def __str__(self) -> str:
        return f"{self.market} {self.day}"


class OrderRow(Projected):
    """An order, open or not (委托)."""

    number = models.BigIntegerField(_("number"))
    account = models.CharField(_("account"), max_length=120)
    market = models.CharField(_("market"), max_length=120)
    side = models.SmallIntegerField(_("side"))
    price = models.BigIntegerField(_("price, fen"))
    quantity = models.BigIntegerField(_("quantity, units"))
    open = models.BigIntegerField(_("open, units"))
    at = models.BigIntegerField(_("microseconds since 1970"))
    day = models.CharField(_("trading day"), max_length=10)
    traded = models.BigIntegerField(_("traded, units"))
    amount = models.BigIntegerField(_("amount, fen"))
    fee = models.BigIntegerField(_("fee, fen"))
    reserved = models.BigIntegerField(_("reserved, fen"))
    state = models.CharField(_("state"), max_length=20)
    cause = models.CharField(_("cause"), max_length=40, blank=True)

    class Meta:
        constraints = _once("order", "number")
        indexes = [
            models.Index(fields=["venue", "account", "number"], name="exchange_order_account"),
            models.Index(
                fields=["venue", "market", "side", "price"],
                name="exchange_order_book",
                condition=models.Q(state="open"),
            ),
        ]
        verbose_name = _("order")
        verbose_name_plural = _("orders")

    def __str__(self) -> str:
        return str(self.number)


class TradeRow(Projected):
    """A trade (成交)."""

    number = models.BigIntegerField(_("number"))
    market = models.CharField(_("market"), max_length=120)
    day = models.CharField(_("trading day"), max_length=10)
    at = models.BigIntegerField(_("microseconds since 1970"))
    price = models.BigIntegerField(_("price, fen"))
    quantity = models.BigIntegerField(_("quantity, units"))
    amount = models.BigIntegerField(_("amount, fen"))
    buyer = models.CharField(_("buyer"), max_length=120)
    seller = models.CharField(_("seller"), max_length=120)
    buy_order = models.BigIntegerField(_("order of the buyer"))
    sell_order = models.BigIntegerField(_("order of the seller"))
    buy_fee = models.BigIntegerField(_("fee of the buyer, fen"))
    sell_fee = models.BigIntegerField(_("fee of the seller, fen"))
    taker = models.SmallIntegerField(_("side of the order that came last"))
    way = models.CharField(_("way"), max_length=20)

    class Meta:
        constraints = _once("trade", "number")
        indexes = [
            models.Index(fields=["venue", "market", "number"], name="exchange_trade_market"),
            models.Index(fields=["venue", "day"], name="exchange_trade_day"),
        ]
        verbose_name = _("trade")
        verbose_name_plural = _("trades")

    def __str__(self) -> str:
        return str(self.number)


class MovementRow(Projected):
    """One line of a movement of the registry, with its document (登记变动)."""

    movement = models.BigIntegerField(_("movement"))
    place = models.SmallIntegerField(_("line"))
    at = models.BigIntegerField(_("microseconds since 1970"))
    kind = models.CharField(_("kind"), max_length=20)
    document = models.CharField(_("document"), max_length=300)
    unit = models.CharField(_("instrument or fen"), max_length=120, blank=True)
    vintage = models.BigIntegerField(_("vintage"))
    region = models.CharField(_("region"), max_length=120, blank=True)
    quantity = models.BigIntegerField(_("quantity"))
    giver = models.CharField(_("from"), max_length=120, blank=True)
    taker = models.CharField(_("to"), max_length=120, blank=True)
    before = models.CharField(_("state before"), max_length=20, blank=True)
    after = models.CharField(_("state after"), max_length=20, blank=True)
    claim = models.CharField(_("held for"), max_length=300, blank=True)

    class Meta:
        constraints = _once("movement", "movement", "place")
        indexes = [
            models.Index(fields=["venue", "giver", "movement"], name="exchange_movement_giver"),
            models.Index(fields=["venue", "taker", "movement"], name="exchange_movement_taker"),
        ]
        verbose_name = _("movement")
        verbose_name_plural = _("movements")

    def __str__(self) -> str:
        return f"{self.movement}.{self.place}"


class HoldingRow(Projected):
    """Units of an account in one state (持有)."""

    account = models.CharField(_("account"), max_length=120)
    instrument = models.CharField(_("instrument"), max_length=120)
    vintage = models.BigIntegerField(_("vintage"))
    region = models.CharField(_("region"), max_length=120, blank=True)
    state = models.CharField(_("state"), max_length=20)
    quantity = models.BigIntegerField(_("quantity, units"))

    class Meta:
        constraints = _once("holding", "account", "instrument", "vintage", "region", "state")
        verbose_name = _("holding")
        verbose_name_plural = _("holdings")

    def __str__(self) -> str:
        return f"{self.account} {self.instrument} {self.state}"


class MoneyRow(Projected):
    """Money of an account, in fen (资金)."""

    account = models.CharField(_("account"), max_length=120)
    free = models.BigIntegerField(_("free, fen"))
    reserved = models.BigIntegerField(_("reserved, fen"))

    class Meta:
        constraints = _once("money", "account")
        verbose_name = _("money")
        verbose_name_plural = _("money")

    def __str__(self) -> str:
        return self.account


class ProposalRow(Projected):
    """A block trade that was proposed (大宗协议)."""

    number = models.BigIntegerField(_("number"))
    market = models.CharField(_("market"), max_length=120)
    account = models.CharField(_("account"), max_length=120)
    side = models.SmallIntegerField(_("side"))
    counterparty = models.CharField(_("counterparty"), max_length=120)
    price = models.BigIntegerField(_("price, fen"))
    quantity = models.BigIntegerField(_("quantity, units"))
    at = models.BigIntegerField(_("microseconds since 1970"))
    reserved = models.BigIntegerField(_("reserved, fen"))
    state = models.CharField(_("state"), max_length=20)
    until = models.BigIntegerField(_("stands until, microseconds since 1970"), default=0)

    class Meta:
        constraints = _once("proposal", "number")
        verbose_name = _("block proposal")
        verbose_name_plural = _("block proposals")

    def __str__(self) -> str:
        return str(self.number)


class OfferRow(Projected):
    """A listing or a sealed auction (挂牌、竞价); ``bids`` is JSON, and shown by pages only as far as it is public."""

    number = models.BigIntegerField(_("number"))
    market = models.CharField(_("market"), max_length=120)
    account = models.CharField(_("account"), max_length=120)
    side = models.SmallIntegerField(_("side"))
    mode = models.CharField(_("mode"), max_length=20)
    pricing = models.CharField(_("pricing"), max_length=20)
    price = models.BigIntegerField(_("lowest or highest price, fen"))
    quantity = models.BigIntegerField(_("quantity, units"))
    at = models.BigIntegerField(_("microseconds since 1970"))
    ends = models.BigIntegerField(_("bidding ends, microseconds since 1970"))
    extension = models.BigIntegerField(_("extension, microseconds"))
    reserved = models.BigIntegerField(_("reserved, fen"))
    document = models.CharField(_("document"), max_length=300)
    amount = models.BigIntegerField(_("amount, fen"))
    fee = models.BigIntegerField(_("fee, fen"))
    state = models.CharField(_("state"), max_length=20)
    terms = models.TextField(_("terms of the bidding"), default="{}")
    bids = models.TextField(_("bids"))

    class Meta:
        constraints = _once("offer", "number")
        verbose_name = _("offer")
        verbose_name_plural = _("offers")

    def __str__(self) -> str:
        return str(self.number)

"""Movements of rights and of money: what leaves one holding and enters another, under one document. Pure: no Django."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from ecociv.core.text import Text
from ecociv.exchange.registry.blocks import Block

MONEY = "CNY-fen"
"""The unit in which money is kept: whole fen."""


class State(StrEnum):
    """What may be done with units that an account holds (状态)."""

    FREE = "free"
    FROZEN = "frozen"
    RESERVED = "reserved"
    PLEDGED = "pledged"
    SURRENDERED = "surrendered"
    CANCELLED = "cancelled"
    EXPIRED = "expired"

    @property
    def live(self) -> bool:
        """Whether the units can still come to be used."""
        return self in LIVE

    @property
    def label(self) -> Text:
        """The state in both languages."""
        return _STATES[self]


LIVE = frozenset({State.FREE, State.FROZEN, State.RESERVED, State.PLEDGED})

_STATES = {
    State.FREE: Text(zh="可用", en="free"),
    State.FROZEN: Text(zh="冻结", en="frozen"),
    State.RESERVED: Text(zh="挂单占用", en="reserved for an order"),
    State.PLEDGED: Text(zh="质押", en="pledged"),
    State.SURRENDERED: Text(zh="已清缴", en="surrendered"),
    State.CANCELLED: Text(zh="已注销", en="cancelled"),
    State.EXPIRED: Text(zh="已失效", en="expired"),
}


class Kind(StrEnum):
    """Kinds of movement (变动类型)."""

    OPEN = "open"
    CLOSE = "close"
    BLOCK = "block"
    UNBLOCK = "unblock"
    ISSUE = "issue"
    TRANSFER = "transfer"
    RESERVE = "reserve"
    RELEASE = "release"
    DELIVER = "deliver"
    PLEDGE = "pledge"
    UNPLEDGE = "unpledge"
    REALISE = "realise"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    SURRENDER = "surrender"
    CANCEL = "cancel"
    EXPIRE = "expire"
    BANK = "bank"
    BORROW = "borrow"
    REPAY = "repay"
    REPLACE = "replace"
    CONVERT = "convert"
    BUY_BACK = "buy-back"
    GRANT = "grant"
    RECLAIM = "reclaim"
    DEPOSIT = "deposit"
    WITHDRAW = "withdraw"
    RESERVE_CASH = "reserve-cash"
    RELEASE_CASH = "release-cash"
    PAY = "pay"

    @property
    def label(self) -> Text:
        """The kind in both languages."""
        return _KINDS[self]


_KINDS = {
    Kind.OPEN: Text(zh="开户", en="opening of an account"),
    Kind.CLOSE: Text(zh="销户", en="closing of an account"),
    Kind.BLOCK: Text(zh="账户冻结", en="freezing of an account"),
    Kind.UNBLOCK: Text(zh="账户解冻", en="unfreezing of an account"),
    Kind.ISSUE: Text(zh="核发", en="issue"),
    Kind.TRANSFER: Text(zh="划转", en="transfer"),
    Kind.RESERVE: Text(zh="挂单占用", en="reservation"),
    Kind.RELEASE: Text(zh="解除占用", en="release of a reservation"),
    Kind.DELIVER: Text(zh="交割", en="delivery"),
    Kind.PLEDGE: Text(zh="质押", en="pledge"),
    Kind.UNPLEDGE: Text(zh="解除质押", en="release of a pledge"),
    Kind.REALISE: Text(zh="质押物处置", en="realisation of a pledge"),
    Kind.FREEZE: Text(zh="冻结", en="freezing"),
    Kind.UNFREEZE: Text(zh="解冻", en="unfreezing"),
    Kind.SURRENDER: Text(zh="清缴", en="surrender"),
    Kind.CANCEL: Text(zh="注销", en="cancellation"),
    Kind.EXPIRE: Text(zh="到期失效", en="expiry"),
    Kind.BANK: Text(zh="结转", en="banking"),
    Kind.BORROW: Text(zh="预支", en="borrowing"),
    Kind.REPAY: Text(zh="偿还预支", en="repayment of what was borrowed"),
    Kind.REPLACE: Text(zh="削减替代", en="reduction replacement"),
    Kind.CONVERT: Text(zh="转换", en="conversion"),
    Kind.BUY_BACK: Text(zh="政府回购", en="buy-back by the reserve"),
    Kind.GRANT: Text(zh="有偿出让", en="paid grant"),
    Kind.RECLAIM: Text(zh="闲置收回", en="reclaiming of idle rights"),
    Kind.DEPOSIT: Text(zh="入金", en="deposit"),
    Kind.WITHDRAW: Text(zh="出金", en="withdrawal"),
    Kind.RESERVE_CASH: Text(zh="资金占用", en="reservation of money"),
    Kind.RELEASE_CASH: Text(zh="解除资金占用", en="release of money"),
    Kind.PAY: Text(zh="付款", en="payment"),
}


class Series(NamedTuple):
    """Units that are the same: instrument, vintage (0 where there are none) and region or basin.

    The serial numbers of a series run from 1 without a gap.
    """

    instrument: str
    vintage: int = 0
    region: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.instrument, str(self.vintage or ""), self.region) if part)


class Units(NamedTuple):
    """Units that pass from one holding to another.

    Attributes
    ----------
    giver, taker : str
        Keys of accounts; the same where only the state changes.
    giver_claim, taker_claim : str
        For whom the units are kept: an order, a pledge, an order of the court. Empty for none.
    blocks : tuple of (first, last)
        Which serial numbers; the lowest when empty.
    """

    series: Series
    quantity: int
    giver: str
    before: State
    taker: str
    after: State
    giver_claim: str = ""
    taker_claim: str = ""
    blocks: tuple[Block, ...] = ()


class Make(NamedTuple):
    """Units that come into being, free, with the next serial numbers of their series."""

    series: Series
    quantity: int
    account: str
    source: Series | None = None
    given: int = 0
    """What was cancelled for them in ``source``: for banking, conversion and replacement."""


class Debt(NamedTuple):
    """Units of a later vintage that an account owes (positive: more; negative: paid back)."""

    series: Series
    quantity: int
    account: str


class Cash(NamedTuple):
    """Money in whole fen that passes from one account to another; an empty account is the bank outside.

    With ``giver_reserved`` the money comes out of what is reserved under ``giver_claim``; likewise for the taker.
    """

    amount: int
    giver: str = ""
    taker: str = ""
    giver_reserved: bool = False
    taker_reserved: bool = False
    giver_claim: str = ""
    taker_claim: str = ""


class Account(NamedTuple):
    """An account that is opened, closed, frozen or unfrozen; the kind of the movement says which."""

    account: str


Line = Units | Make | Debt | Cash | Account


class Movement(NamedTuple):
    """Lines that happen together or not at all, under one document.

    Attributes
    ----------
    id : int or str
        A whole number is a place in the caller's own rising sequence: what is not above the last one has been applied
        before. A text is remembered with a digest of the movement. Either way it is applied once.
    document : str
        Reference of the document on which it rests; never empty.
    at : int
        Microseconds since 1970-01-01 UTC, handed in.
    """

    id: int | str
    kind: Kind
    document: str
    at: int
    lines: tuple[Line, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, which `movement_from_json` reads."""
        return {
            "id": self.id,
            "kind": self.kind.value,
            "document": self.document,
            "at": self.at,
            "lines": [_line_to_json(line) for line in self.lines],
        }


class MovementRefused(ValueError):
    """A movement that may not happen; nothing of it did. ``code`` is for programs, ``text`` for readers."""

    def __init__(self, text: Text, code: str) -> None:
        super().__init__(text.en)
        self.text = text
        self.code = code


_LINES: dict[str, type[Units | Make | Debt | Cash | Account]] = {
    "units": Units,
    "make": Make,
    "debt": Debt,
    "cash": Cash,
    "account": Account,
}
_NAMES = {made: name for name, made in _LINES.items()}


def movement_from_json(data: Mapping[str, Any]) -> Movement:
    """Read what `Movement.to_json` wrote.

    Raises
    ------
    MovementRefused
        With code ``malformed`` when it is no movement.
    """
    try:
        return Movement(
            data["id"],
            Kind(data["kind"]),
            data["document"],
            data["at"],
            tuple(_line_from_json(line) for line in data["lines"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise MovementRefused(
            Text(
                zh=f"变动记录的格式不对：{error}。请按 id、kind、document、at、lines 填写。",
                en=f"This is no movement: {error}. It has id, kind, document, at and lines.",
            ),
            "malformed",
        ) from error


def _line_to_json(line: Line) -> dict[str, Any]:
    said: dict[str, Any] = {"line": _NAMES[type(line)]}
    for name, value in line._asdict().items():
        if isinstance(value, Series):
            said[name] = list(value)
        elif isinstance(value, tuple):
            said[name] = [list(pair) for pair in value]
        elif isinstance(value, StrEnum):
            said[name] = value.value
        else:
            said[name] = value
    return said


def _line_from_json(data: Mapping[str, Any]) -> Line:
    fields = dict(data)
    made = _LINES[fields.pop("line")]
    for name in ("series", "source"):
        if fields.get(name) is not None:
            instrument, vintage, region = fields[name]
            fields[name] = Series(_of(instrument, str), _of(vintage, int), _of(region, str))
    if made is Units:
        fields["before"], fields["after"] = State(fields["before"]), State(fields["after"])
        fields["blocks"] = tuple(
            (_of(first, int), _of(last, int)) for first, last in fields.get("blocks", ())
        )
    for name, value in fields.items():
        wanted = _TYPES.get(name)
        if wanted is not None:
            _of(value, wanted)
    return made(**fields)


_TYPES: dict[str, type] = {
    **dict.fromkeys(("quantity", "amount", "given"), int),
    **dict.fromkeys(("giver_reserved", "taker_reserved"), bool),
    **dict.fromkeys(("account", "giver", "taker", "giver_claim", "taker_claim"), str),
}


def _of(value: Any, wanted: type) -> Any:
    """The value, when it is of exactly this type: a truth value is no number."""
    if type(value) is not wanted:
        raise TypeError(f"{value!r} is not of the kind {wanted.__name__}")
    return value

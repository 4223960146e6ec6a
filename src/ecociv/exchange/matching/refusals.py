"""What a book refuses, said for the person who reads it."""

from __future__ import annotations

from typing import NoReturn

from ecociv.core.text import Text
from ecociv.exchange.matching.orders import BookError, Side


def sign_of(side: Side | int | str) -> int:
    if side.__class__ is not bool and side.__class__ is not float:  # which equal 1 where they mean something else
        if side in ("buy", 1):
            return 1
        if side in ("sell", -1):
            return -1
    raise BookError(
        "bad-side",
        Text(
            zh=f"买卖方向“{side}”不明，应为 buy（买，1）或 sell（卖，-1）。",
            en=f"Side {side!r} is not known: say buy (1) or sell (-1).",
        ),
    )


_WORDS = {
    "bad-quantity": Text(zh="数量", en="quantity"),
    "bad-price": Text(zh="价格（分）", en="price (fen)"),
}


def refuse_number(code: str, found: object) -> NoReturn:
    if code in _WORDS:
        word = _WORDS[code]
        text = Text(
            zh=f"{word.zh}应为正整数，实为 {found!r}。",
            en=f"The {word.en} has to be a whole number above zero, but it is {found!r}.",
        )
    elif code == "bad-levels":
        text = Text(
            zh=f"档数应为不小于零的整数，实为 {found!r}。",
            en=f"The number of levels has to be whole and 0 or more, but it is {found!r}.",
        )
    elif code == "bad-owner":
        text = Text(
            zh=f"持有人编号应为整数，实为 {found!r}。",
            en=f"The owner has to be a whole number, but it is {found!r}.",
        )
    else:
        text = Text(
            zh=f"有效方式 {found!r} 不明，应为 0、1 或 2。",
            en=f"Life {found!r} is not known: say 0 (day), 1 (immediate) or 2 (fill or kill).",
        )
    raise BookError(code, text)


def refuse_numbers(order: object, quantity: object, owner: object) -> NoReturn:
    """Say which of the three is not a whole number, or that no units are wanted."""
    if quantity.__class__ is not int or quantity <= 0:
        refuse_number("bad-quantity", quantity)
    if owner.__class__ is not int:
        refuse_number("bad-owner", owner)
    refuse_order(order)


def refuse_order(order: object) -> NoReturn:
    if order.__class__ is not int:
        raise BookError(
            "bad-order",
            Text(
                zh=f"委托编号应为整数，实为 {order!r}。",
                en=f"The number of an order has to be whole, but it is {order!r}.",
            ),
        )
    raise BookError(
        "order-known",
        Text(
            zh=f"编号为 {order} 的委托已在簿中，请换一个编号。",
            en=f"An order numbered {order} is in the book already: give another number.",
        ),
    )


def refuse_unknown(order: object) -> NoReturn:
    raise BookError(
        "order-unknown",
        Text(
            zh=f"簿中没有编号为 {order} 的委托：可能已全部成交、已撤销或从未提交。",
            en=f"No order numbered {order} rests in the book: it has traded in full, was withdrawn, or never came.",
        ),
    )


def refuse_state(found: str) -> NoReturn:
    raise BookError(
        "bad-state",
        Text(
            zh=f"无法读取委托簿状态（{found}）：应为 dump 所写，未经改动。",
            en=f"The state of the book cannot be read ({found}): it has to be what dump wrote, unchanged.",
        ),
    )

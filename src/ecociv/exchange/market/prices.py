"""Prices of a day: the band round the reference, and the close. Integers only, fen per quoted quantity."""

from __future__ import annotations

BASIS = 10_000
"""Shares are whole ten-thousandths (万分之一), so that ten per cent is exactly 1000."""


def half_even(numerator: int, denominator: int) -> int:
    """The whole number nearest to a fraction; exactly half goes to the even one (GB/T 8170-2008).

    Parameters
    ----------
    numerator : int
        Any sign.
    denominator : int
        Positive.

    Examples
    --------
    >>> half_even(5, 2), half_even(7, 2), half_even(-5, 2), half_even(8, 3)
    (2, 4, -2, 3)
    """
    whole, rest = divmod(numerator, denominator)
    if 2 * rest > denominator or (2 * rest == denominator and whole % 2):
        return whole + 1
    return whole


def band(reference: int, share: int, tick: int) -> tuple[int, int]:
    """Lowest and highest price allowed on a day (涨跌幅限制).

    The limits are rounded *inwards* to the tick: a price on the limit never moves by more than the declared share.

    Parameters
    ----------
    reference : int
        Close of the trading day before, fen.
    share : int
        Ten-thousandths either way: 1000 is ten per cent.
    tick : int
        Smallest step of a price, fen.

    Examples
    --------
    62.35 yuan: 56.115 and 68.585 are cut to 56.12 and 68.58; for block trades 43.645 and 81.055 to 43.65 and 81.05.

    >>> band(6235, 1000, 1), band(6235, 3000, 1)
    ((5612, 6858), (4365, 8105))
    >>> band(6235, 1000, 10)
    (5620, 6850)
    """
    step = BASIS * tick
    low = -(-reference * (BASIS - share) // step) * tick
    high = reference * (BASIS + share) // step * tick
    return max(low, tick), high


def close(amount: int, quantity: int, previous: int) -> int:
    """The close of a day: the volume-weighted mean of its continuous and call-auction trades, else the close before.

    Parameters
    ----------
    amount : int
        Sum of price x quantity over the trades (fen per quoted quantity x units); block trades are left out.
    quantity : int
        Sum of quantities, units.
    previous : int
        Close of the trading day before, fen.

    Examples
    --------
    100 at 62.00 and 50 at 63.00: (6200 x 100 + 6300 x 50) / 150 = 6233.3 fen.

    >>> close(6200 * 100 + 6300 * 50, 150, 6235), close(0, 0, 6235)
    (6233, 6235)
    """
    return half_even(amount, quantity) if quantity else previous

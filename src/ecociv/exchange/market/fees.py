"""Fees of trading: a share of the amount with a minimum, counted over the whole of an order."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ecociv.exchange.market.prices import half_even

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Fee:
    """What one side of a trade pays.

    Attributes
    ----------
    rate : int
        Millionths of the amount: 500 is 0.05 per cent.
    minimum : int
        Fen an order that traded pays at least.
    """

    rate: int = 0
    minimum: int = 0

    @classmethod
    def of(cls, rate: str, minimum: int) -> Fee:
        """Read a rate written as a decimal share.

        >>> Fee.of("0.0005", 100)
        Fee(rate=500, minimum=100)

        Raises
        ------
        ValueError
            For a rate finer than a millionth, below nought or above one.
        """
        parts = Decimal(rate) * _MILLION
        if parts != parts.to_integral_value() or not 0 <= parts <= _MILLION:
            raise ValueError(f"The rate {rate!r} is no share of whole millionths between 0 and 1.")
        return cls(int(parts), minimum)

    def on(self, amount: int) -> int:
        """The fee of an order that traded ``amount`` fen in all; rounded once, half to even, to the fen.

        It grows with the amount, so what was reserved at the limit always covers it.

        >>> fee = Fee(rate=500, minimum=100)
        >>> fee.on(0), fee.on(150_000), fee.on(1_000_000)
        (0, 100, 500)
        """
        if amount <= 0:
            return 0
        return max(self.minimum, half_even(amount * self.rate, _MILLION))

"""The scale on which a series is forecast: what is a share stays a share, and an amount stays above zero."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Scale(StrEnum):
    """How figures are turned before they are extrapolated."""

    LOGARITHM = "logarithm"
    """Amounts above zero: changes are rates."""
    LOGIT = "logit"
    """Shares strictly between 0 and 100 per cent."""
    PLAIN = "plain"
    """Everything else: figures with zeros, and shares that touch 0 or 100."""

    def turn(self, figures: Sequence[float] | Floats, whole: float = 100.0) -> Floats:
        """Figures on this scale.

        >>> Scale.LOGIT.turn([50.0]).tolist()
        [0.0]
        """
        values = np.asarray(figures, dtype=np.float64)
        if self is Scale.LOGARITHM:
            return np.log(values)
        if self is Scale.LOGIT:
            return np.log(values / (whole - values))
        return values

    def back(self, values: Floats | float, whole: float = 100.0) -> Floats:
        """Figures from this scale; monotone, so that quantiles stay quantiles."""
        turned = np.asarray(values, dtype=np.float64)
        if self is Scale.LOGARITHM:
            return np.exp(np.minimum(turned, 700.0))
        if self is Scale.LOGIT:
            made: Floats = whole / (1 + np.exp(-np.clip(turned, -700.0, 700.0)))
            return made
        return turned


def scale_for(figures: Sequence[float], *, whole: float | None = None) -> Scale:
    """The scale of a series.

    Parameters
    ----------
    figures
        Figures on record.
    whole
        100 for a share in per cent, 1 for a coefficient below one; none for an amount.

    Examples
    --------
    >>> scale_for([77.8, 81.2, 83.3], whole=100).value, scale_for([98.0, 100.0], whole=100).value
    ('logit', 'plain')
    >>> scale_for([0.0, 0.006, 0.011]).value
    'plain'
    """
    lowest, highest = min(figures), max(figures)
    if whole is not None and lowest > 0 and highest < whole:
        return Scale.LOGIT
    return Scale.LOGARITHM if lowest > 0 and whole is None else Scale.PLAIN

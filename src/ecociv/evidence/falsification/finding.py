"""What a falsification test says: a score, the evidence for it, and what an honest cause could be.

A finding is a question to a person, never a verdict. Each test states when it does not apply; then it has no score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecociv.core.text import Text
from ecociv.evidence.falsification.thresholds import ALPHA, THRESHOLDS

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Finding:
    """Outcome of one test on one series.

    Parameters
    ----------
    test
        Key of the test.
    statistic
        Size of the effect in the test's own measure; none where the test does not apply.
    threshold
        Size from which a person should look (``thresholds.THRESHOLDS``; see ``docs/data-quality.md``).
    p_value
        Chance of such a statistic under the test's own model, corrected for the places where the test looked within
        the series; none where the test has no such model. Correct over many series with :func:`adjusted`.
    n
        Number of values, days, weeks or edits that the statistic rests on.
    sentence
        What was found, with its numbers.
    evidence
        Numbers for a chart or a table; JSON-ready.
    honest_causes
        What could bring this about without any fault of a person.
    not_valid
        Why the test does not apply; then there is no statistic.
    """

    test: str
    statistic: float | None
    threshold: float
    p_value: float | None
    n: int
    sentence: Text
    evidence: Mapping[str, Any] = field(default_factory=dict)
    honest_causes: tuple[Text, ...] = ()
    not_valid: Text | None = None

    @property
    def score(self) -> float | None:
        """Between 0 and 1: 0 without any effect, 0.5 at the threshold; none where the test does not apply."""
        if self.statistic is None:
            return None
        return float(1 - 0.5 ** (max(self.statistic, 0.0) / self.threshold))

    @property
    def alarm(self) -> bool:
        """Whether a person should look: the effect is large enough and no accident."""
        if self.statistic is None or self.statistic < self.threshold:
            return False
        return self.p_value is None or self.p_value <= ALPHA


def found(
    test: str,
    statistic: float,
    n: int,
    sentence: Text,
    *,
    p_value: float | None = None,
    evidence: Mapping[str, Any] | None = None,
    causes: Sequence[Text] = (),
    threshold: float | None = None,
) -> Finding:
    """A finding of a test that applies."""
    return Finding(
        test=test,
        statistic=float(statistic),
        threshold=THRESHOLDS[test] if threshold is None else threshold,
        p_value=None if p_value is None else float(min(max(p_value, 0.0), 1.0)),
        n=int(n),
        sentence=sentence,
        evidence=evidence or {},
        honest_causes=tuple(causes),
    )


def not_valid(test: str, n: int, why: Text) -> Finding:
    """The outcome of a test that does not apply to the series."""
    return Finding(test, None, THRESHOLDS[test], None, int(n), why, not_valid=why)


def adjusted(findings: Sequence[Finding]) -> list[Finding]:
    """The findings with p-values corrected for their number (Holm 1979); those without a p-value as they are.

    The correction holds whatever the dependence between the tests. It should run over all series of one run.

    Examples
    --------
    >>> say = Text(zh="例", en="example")
    >>> [f.p_value for f in adjusted([found("terminal-digits", 1, 9, say, p_value=p) for p in (0.01, 0.04)])]
    [0.02, 0.04]
    """
    places = [place for place, each in enumerate(findings) if each.p_value is not None]
    corrected = holm([findings[place].p_value or 0.0 for place in places])
    result = list(findings)
    for place, value in zip(places, corrected, strict=True):
        result[place] = replace(findings[place], p_value=float(value))
    return result


def holm(p_values: Sequence[float]) -> Numbers:
    """Holm's step-down correction of p-values, in the order given.

    Source: S. Holm, Scandinavian Journal of Statistics 6 (1979) 65-70.

    >>> [round(float(p), 4) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(p_values, dtype=float)
    if values.size == 0:
        return values
    order = np.argsort(values, kind="stable")
    stepped = np.maximum.accumulate(values[order] * np.arange(values.size, 0, -1))
    result = np.empty_like(values)
    result[order] = np.minimum(stepped, 1.0)
    return result

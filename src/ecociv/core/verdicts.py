"""What a rule answers: yes, no or unknown, and why, as data that a page, a log and a test can read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ecociv.core.decimals import plain
from ecociv.core.mappings import FrozenMapping
from ecociv.core.text import Text


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: a stable code, a full sentence in both languages, and the figures in it.

    Parameters
    ----------
    code : str
        Lower-case words joined by hyphens; programs and tests depend on it, readers never see it.
    text : Text
        The sentence with its figures filled in.
    data : Mapping
        The figures and names of the sentence, by name.

    Examples
    --------
    >>> late = Reason("late", Text(zh="逾期3天", en="3 days late"), {"days": 3})
    >>> late.to_json()
    {'code': 'late', 'zh': '逾期3天', 'en': '3 days late', 'data': {'days': 3}}
    """

    code: str
    text: Text
    data: Mapping[str, object] = field(default_factory=FrozenMapping)

    def __post_init__(self) -> None:
        if not isinstance(self.data, FrozenMapping):
            object.__setattr__(self, "data", FrozenMapping(self.data))

    def to_json(self) -> dict[str, object]:
        """Return the reason as plain JSON values; decimals are written as text so that no digit is lost."""
        return {
            "code": self.code,
            "zh": self.text.zh,
            "en": self.text.en,
            "data": {key: _plain_value(value) for key, value in self.data.items()},
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of a rule.

    Parameters
    ----------
    ok : bool or None
        ``None`` says that the rule could not tell, which is neither yes nor no.
    reasons : tuple of Reason
        At least one is expected for a no and for an unknown.

    Examples
    --------
    >>> Verdict.all_of([Verdict(True), Verdict(None)]).ok is None
    True
    >>> Verdict.all_of([Verdict(False), Verdict(None)]).ok
    False
    """

    ok: bool | None
    reasons: tuple[Reason, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the reasons, in order."""
        return tuple(reason.code for reason in self.reasons)

    @classmethod
    def all_of(cls, verdicts: Iterable[Verdict]) -> Verdict:
        """Join verdicts: one no makes a no; otherwise one unknown makes an unknown; all reasons are kept."""
        joined = tuple(verdicts)
        return cls(all_hold(v.ok for v in joined), tuple(r for v in joined for r in v.reasons))

    def to_json(self) -> dict[str, object]:
        """Return the verdict as plain JSON values."""
        return {"ok": self.ok, "reasons": [reason.to_json() for reason in self.reasons]}


def all_hold(answers: Iterable[bool | None]) -> bool | None:
    """Three-valued *and*: a no wins, then an unknown, then yes (also for nothing at all).

    Examples
    --------
    >>> all_hold([True, None]) is None, all_hold([None, False]), all_hold([])
    (True, False, True)
    """
    seen = set(answers)
    if False in seen:
        return False
    return None if None in seen else True


def _plain_value(value: object) -> object:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, Text):
        return value.to_mapping()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain_value(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain_value(item) for item in value]
    return value

"""The lights, the dated rule that sets them, and what a status says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ecociv.core.decimals import plain
from ecociv.core.mappings import FrozenMapping
from ecociv.core.periods import OutsideValidity, Validity
from ecociv.core.targets import Sense, Target
from ecociv.core.text import Text, as_text
from ecociv.core.trace import Citation
from ecociv.core.verdicts import Reason
from ecociv.indicators.trajectory import Trajectory


class Light(StrEnum):
    """How a series stands against its plan, from best to worst.

    The order is that of `severity`: lights that say nothing about the figure stand between the good and the bad ones,
    so that among several series an unknown is hidden neither by a good one nor hides a bad one.
    """

    ACHIEVED = "achieved"
    ON_TRACK = "on-track"
    NOT_DUE = "not-due"
    QUALITATIVE = "qualitative"
    AWAITING_UPPER_LEVEL = "awaiting-upper-level"
    NO_DATA = "no-data"
    AT_RISK = "at-risk"
    OFF_TRACK = "off-track"
    WORSENING = "worsening"

    @property
    def severity(self) -> int:
        """0 for the best, higher for worse."""
        return _ORDER[self]

    @property
    def judged(self) -> bool:
        """True where a figure was held against a target."""
        return self in _JUDGED

    @property
    def label(self) -> Text:
        """The light in words."""
        return _LABELS[self]


_ORDER = {light: place for place, light in enumerate(Light)}
_JUDGED = frozenset({Light.ACHIEVED, Light.ON_TRACK, Light.AT_RISK, Light.OFF_TRACK, Light.WORSENING})
_LABELS = {
    Light.ACHIEVED: Text(zh="已达标", en="Achieved"),
    Light.ON_TRACK: Text(zh="进展正常", en="On track"),
    Light.NOT_DUE: Text(zh="未到期", en="Not due"),
    Light.QUALITATIVE: Text(zh="定性目标，待验收", en="Qualitative, to be accepted"),
    Light.AWAITING_UPPER_LEVEL: Text(zh="待上级下达", en="Awaiting the upper level"),
    Light.NO_DATA: Text(zh="缺数据", en="No data"),
    Light.AT_RISK: Text(zh="存在风险", en="At risk"),
    Light.OFF_TRACK: Text(zh="偏离目标", en="Off track"),
    Light.WORSENING: Text(zh="恶化", en="Worsening"),
}


@dataclass(frozen=True, slots=True)
class StatusRule:
    """The thresholds between the lights of a figure that is behind its path, with their dates and source.

    Parameters
    ----------
    key : str
        Stands in every status, so that two assessments can be told apart when the rule changes.
    valid : Validity
        Days of evaluation on which the rule applies.
    on_track_share : Decimal
        Share of the progress expected by now from which a figure behind its path is still on track.
    at_risk_share : Decimal
        Share from which it is at risk; below, it is off track. Below nothing (worse than the start) it is worsening.
    source : Citation
        Where the thresholds come from.
    """

    key: str
    valid: Validity
    on_track_share: Decimal
    at_risk_share: Decimal
    source: Citation

    def __post_init__(self) -> None:
        if not 0 < self.at_risk_share <= self.on_track_share <= 1:
            raise ValueError(
                f"The rule {self.key!r} has the thresholds {self.at_risk_share} and {self.on_track_share}; "
                "they lie above 0 and up to 1, the one for at risk first."
            )


STATUS_RULES: tuple[StatusRule, ...] = (
    StatusRule(
        key="share-of-path-1",
        valid=Validity(date(2012, 1, 1), None),
        on_track_share=Decimal("0.95"),
        at_risk_share=Decimal("0.60"),
        # Eurostat holds the actual pace against the required one at 95 %, 60 % and 0 %. We hold the progress made
        # against the progress that the stated path expects, at the same shares.
        source=Citation(
            "Eurostat, Sustainable development in the European Union, monitoring report",
            "assessment of indicators with quantitative targets",
            None,
            verified=False,
        ),
    ),
)
"""All rules, the newest last. A change is a new entry with its dates, never an edit."""


def status_rule_on(day: date) -> StatusRule:
    """Return the rule that applies to an evaluation made on ``day``.

    Raises
    ------
    OutsideValidity
        If no rule was in force.

    Examples
    --------
    >>> status_rule_on(date(2017, 3, 1)).key
    'share-of-path-1'
    """
    for rule in reversed(STATUS_RULES):
        if rule.valid.contains(day):
            return rule
    known = "; ".join(f"{rule.key} {rule.valid}" for rule in STATUS_RULES)
    raise OutsideValidity(f"No rule for the lights was in force on {day}; the rules are: {known}.")


@dataclass(frozen=True, slots=True)
class Path:
    """One side of the plan through the years: a floor or a ceiling, with what is expected of each year."""

    sense: Sense
    trajectory: Trajectory


@dataclass(frozen=True, slots=True)
class Status:
    """A light with its reasons.

    Parameters
    ----------
    light : Light
        The verdict.
    reasons : tuple of Reason
        The first one says why this light; the others say on what it rests. Never empty.
    year : int or None
        Year of the figure.
    milestone : int or None
        Year of the milestone that it was held against.
    target : Target or None
        The target of that milestone.
    expected : Decimal or None
        The path in ``year``, in the unit of the series.
    gap : Decimal or None
        How far the figure is ahead of the path (0 or more) or behind it (less than 0), in the direction of the target.
    share : Decimal or None
        Progress made as a share of the progress expected by now; None where the path expects none.
    parts : mapping of part to Status
        For targets with parts and for indicators with several series.
    rule : str
        Key of the `StatusRule`.
    """

    light: Light
    reasons: tuple[Reason, ...]
    year: int | None = None
    milestone: int | None = None
    target: Target | None = None
    expected: Decimal | None = None
    gap: Decimal | None = None
    share: Decimal | None = None
    parts: Mapping[str, Status] = field(default_factory=FrozenMapping)
    rule: str = ""

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the reasons, in order."""
        return tuple(reason.code for reason in self.reasons)

    def with_reasons(self, *more: Reason) -> Status:
        """Return the same status with further reasons at the end."""
        return replace(self, reasons=(*self.reasons, *more))

    def to_json(self) -> dict[str, object]:
        """Return the status as plain JSON values; decimals are written as text so that no digit is lost."""

        def number(value: Decimal | None) -> str | None:
            return None if value is None else plain(value)

        return {
            "light": self.light.value,
            "label": self.light.label.to_mapping(),
            "reasons": [reason.to_json() for reason in self.reasons],
            "year": self.year,
            "milestone": self.milestone,
            "target": None if self.target is None else self.target.to_mapping(),
            "expected": number(self.expected),
            "gap": number(self.gap),
            "share": number(self.share),
            "parts": {part: status.to_json() for part, status in self.parts.items()},
            "rule": self.rule,
        }


def worst_of(statuses: Mapping[str, Status], names: Mapping[str, Text] | None = None) -> Status:
    """Join the statuses of several series or parts: the worst light is the light. Nothing is averaged.

    Parameters
    ----------
    statuses : mapping of series or part to Status
        None at all gives `Light.NO_DATA`.
    names : mapping of series or part to Text
        How the reasons call them; a key without a name is shown as it stands.

    Returns
    -------
    Status
        With each part in ``parts``. First come the parts that make the light (code ``part-status``), then their
        reasons, each with the name of its part before it and its key in the data.

    Examples
    --------
    >>> fine = Status(Light.ACHIEVED, ())
    >>> bad = Status(Light.WORSENING, ())
    >>> joined = worst_of({"copper": fine, "tungsten": bad})
    >>> joined.light.value, joined.reasons[0].text.en
    ('worsening', 'tungsten: Worsening')
    """
    if not statuses:
        return Status(
            Light.NO_DATA,
            (Reason("no-series", Text(zh="没有可判断的序列", en="There is no series to judge")),),
        )
    worst = max((status.light for status in statuses.values()), key=lambda light: light.severity)
    making = {part: status for part, status in statuses.items() if status.light is worst}
    called = {part: (names or {}).get(part) or as_text(part) for part in making}
    said = [
        Reason(
            "part-status",
            Text(zh="{part}：{light}", en="{part}: {light}").fill(part=called[part], light=worst.label),
            {"part": part, "light": worst.value},
        )
        for part in making
    ]
    said += [
        _of_part(reason, part, called[part]) for part, status in making.items() for reason in status.reasons
    ]
    first = next(iter(making.values()))
    return Status(
        worst,
        tuple(said),
        year=first.year,
        milestone=first.milestone,
        parts=FrozenMapping(statuses),
        rule=first.rule,
    )


def _of_part(reason: Reason, part: str, name: Text) -> Reason:
    if "part" in reason.data:
        return reason  # it names its part itself
    text = Text(zh="{name}：{text}", en="{name}: {text}").fill(name=name, text=reason.text)
    return Reason(reason.code, text, {**reason.data, "part": part})

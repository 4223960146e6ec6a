"""What sorts of reports are owed, and where each stands. Pure: no Django."""

from __future__ import annotations

from enum import StrEnum

from ecociv.core.text import Text


class OwedKind(StrEnum):
    """What sort of report is owed."""

    DATE = "date"
    """A date of the plan: a milestone, a target, the day on which the duty is due."""
    YEARLY = "yearly"
    """A year of a duty of every year; each year needs its own report."""
    PROGRESS = "progress"
    """The progress of a led duty at the end of a year (年度进展)."""
    SUPPORT = "support"
    """What a supporting body contributed in a year (配合情况)."""
    SELF_REPORT = "self-report"
    """The yearly self-report of a body (年度自查报告)."""

    @property
    def label(self) -> Text:
        """In a few words, in both languages."""
        return _KINDS[self]


class OwedState(StrEnum):
    """Where an obligation stands, most urgent first."""

    OVERDUE = "overdue"
    SENT_BACK = "sent-back"
    DUE_SOON = "due-soon"
    OWED = "owed"
    REPORTED = "reported"
    ACCEPTED = "accepted"
    LAPSED = "lapsed"
    """The plan's period is over, and nobody reported: history, not work."""

    @property
    def label(self) -> Text:
        """In a few words, in both languages."""
        return _STATES[self]

    @property
    def light(self) -> str:
        """The light in whose colour a page shows it."""
        return _LIGHTS[self]

    @property
    def open(self) -> bool:
        """Whether the body has something to do."""
        return self in (OwedState.OVERDUE, OwedState.SENT_BACK, OwedState.DUE_SOON, OwedState.OWED)


_KINDS = {
    OwedKind.DATE: Text(zh="计划期限", en="date of the plan"),
    OwedKind.YEARLY: Text(zh="每年任务", en="duty of every year"),
    OwedKind.PROGRESS: Text(zh="年度进展", en="yearly progress"),
    OwedKind.SUPPORT: Text(zh="配合情况", en="contribution"),
    OwedKind.SELF_REPORT: Text(zh="年度自查报告", en="yearly self-report"),
}
_STATES = {
    OwedState.OVERDUE: Text(zh="逾期", en="overdue"),
    OwedState.SENT_BACK: Text(zh="已退回，待更正", en="sent back, to be corrected"),
    OwedState.DUE_SOON: Text(zh="即将到期", en="due soon"),
    OwedState.OWED: Text(zh="应报", en="owed"),
    OwedState.REPORTED: Text(zh="已报，待审核", en="reported, waits for review"),
    OwedState.ACCEPTED: Text(zh="已采用", en="accepted"),
    OwedState.LAPSED: Text(zh="计划期已过，未报", en="plan period over, not reported"),
}
_LIGHTS = {
    OwedState.OVERDUE: "off-track",
    OwedState.SENT_BACK: "off-track",
    OwedState.DUE_SOON: "at-risk",
    OwedState.OWED: "not-due",
    OwedState.REPORTED: "on-track",
    OwedState.ACCEPTED: "achieved",
    OwedState.LAPSED: "no-data",
}

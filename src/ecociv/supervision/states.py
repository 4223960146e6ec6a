"""The words of supervision: what a body reports, and what the rules make of it. Pure: no Django."""

from __future__ import annotations

from enum import StrEnum

from ecociv.core.text import Text


class ReportState(StrEnum):
    """What a body says about its duty at the end of the reported period."""

    NOT_STARTED = "not-started"
    UNDER_WAY = "under-way"
    DONE = "done"
    DELAYED = "delayed"
    STOPPED = "stopped"

    @property
    def label(self) -> Text:
        """The state in a word, in both languages."""
        return _REPORT_LABELS[self]


class ReportingRole(StrEnum):
    """In which part a body reports on a duty: it leads it (牵头) or supports it (配合)."""

    LEAD = "lead"
    SUPPORT = "support"

    @property
    def label(self) -> Text:
        """The part in a word, in both languages."""
        return _ROLE_LABELS[self]


class ReviewOutcome(StrEnum):
    """What the office of the leading group made of a report."""

    ACCEPTED = "accepted"
    SENT_BACK = "sent-back"

    @property
    def label(self) -> Text:
        """The outcome in a word, in both languages."""
        return _OUTCOME_LABELS[self]


class PercentBasis(StrEnum):
    """What a percentage of progress was counted in; a percentage without it says nothing."""

    OUTPUTS = "outputs"
    STEPS = "steps"
    MONEY = "money"
    ESTIMATE = "estimate"

    @property
    def label(self) -> Text:
        """The basis in a few words, in both languages."""
        return _BASIS_LABELS[self]


class DutyState(StrEnum):
    """Where a duty stands on a day, by the rule :func:`ecociv.supervision.rules.duty_status`."""

    OVERDUE = "overdue"
    """A date has passed and no report covers it."""
    STOPPED = "stopped"
    DELAYED = "delayed"
    """The body says so, or a date has passed and the last report says that the duty is not done."""
    DUE_SOON = "due-soon"
    NO_REPORT = "no-report"
    """No date has passed, but the last full year went by without a report."""
    HISTORICAL = "historical"
    """The plan's period is over, and no report says how the duty ended."""
    UNDER_WAY = "under-way"
    NOT_DUE = "not-due"
    NO_DATE = "no-date"
    """The plan gives no date by which it could be late."""
    DONE_LATE = "done-late"
    DONE = "done"

    @property
    def label(self) -> Text:
        """The state in a few words, in both languages."""
        return _DUTY_LABELS[self]

    @property
    def light(self) -> str:
        """The light in whose colour a page shows the state; one of the values of an indicator's light."""
        return _LIGHTS[self]

    @property
    def rank(self) -> int:
        """Order of attention: 0 needs it most."""
        return _RANKS[self]

    @property
    def is_done(self) -> bool:
        """Whether the duty was reported done, in time or late."""
        return self in (DutyState.DONE, DutyState.DONE_LATE)


_REPORT_LABELS = {
    ReportState.NOT_STARTED: Text(zh="未启动", en="Not started"),
    ReportState.UNDER_WAY: Text(zh="推进中", en="Under way"),
    ReportState.DONE: Text(zh="已完成", en="Done"),
    ReportState.DELAYED: Text(zh="滞后", en="Delayed"),
    ReportState.STOPPED: Text(zh="已停止", en="Stopped"),
}

_ROLE_LABELS = {
    ReportingRole.LEAD: Text(zh="牵头", en="lead"),
    ReportingRole.SUPPORT: Text(zh="配合", en="support"),
}

_OUTCOME_LABELS = {
    ReviewOutcome.ACCEPTED: Text(zh="已采用", en="accepted"),
    ReviewOutcome.SENT_BACK: Text(zh="已退回", en="sent back"),
}

_BASIS_LABELS = {
    PercentBasis.OUTPUTS: Text(zh="按量化产出", en="by quantified outputs"),
    PercentBasis.STEPS: Text(zh="按工作步骤", en="by steps of the work"),
    PercentBasis.MONEY: Text(zh="按完成投资", en="by money spent"),
    PercentBasis.ESTIMATE: Text(zh="自行估计", en="own estimate"),
}

_DUTY_LABELS = {
    DutyState.OVERDUE: Text(zh="逾期未报", en="Overdue, not reported"),
    DutyState.STOPPED: Text(zh="已停止", en="Stopped"),
    DutyState.DELAYED: Text(zh="滞后", en="Delayed"),
    DutyState.DUE_SOON: Text(zh="即将到期", en="Due soon"),
    DutyState.NO_REPORT: Text(zh="上年未报", en="Last year not reported"),
    DutyState.HISTORICAL: Text(zh="计划期已过", en="Plan period over"),
    DutyState.UNDER_WAY: Text(zh="推进中", en="Under way"),
    DutyState.NOT_DUE: Text(zh="未到期", en="Not due yet"),
    DutyState.NO_DATE: Text(zh="未定期限", en="No date set"),
    DutyState.DONE_LATE: Text(zh="逾期完成", en="Done late"),
    DutyState.DONE: Text(zh="已完成", en="Done"),
}

_LIGHTS = {
    DutyState.OVERDUE: "off-track",
    DutyState.STOPPED: "off-track",
    DutyState.DELAYED: "off-track",
    DutyState.DUE_SOON: "at-risk",
    DutyState.NO_REPORT: "no-data",
    DutyState.HISTORICAL: "no-data",
    DutyState.UNDER_WAY: "on-track",
    DutyState.NOT_DUE: "not-due",
    DutyState.NO_DATE: "qualitative",
    DutyState.DONE_LATE: "achieved",
    DutyState.DONE: "achieved",
}

_RANKS = {state: rank for rank, state in enumerate(DutyState)}

"""From facts to official documents: each module composes one kind. Pure."""

from ecociv.reporting.official.compose.annual import annual_document
from ecociv.reporting.official.compose.assessment import assessment_bulletin
from ecociv.reporting.official.compose.bulletin import bulletin
from ecociv.reporting.official.compose.cases import interview_notice, supervision_order
from ecociv.reporting.official.compose.lists import breakdown, completion_document
from ecociv.reporting.official.compose.self_report import self_report

COMPOSERS = {
    "bulletin": bulletin,
    "self-report": self_report,
    "annual-report": annual_document,
    "completion": completion_document,
    "breakdown": breakdown,
    "supervision-order": supervision_order,
    "interview-notice": interview_notice,
    "assessment-bulletin": assessment_bulletin,
}
"""What composes each kind of the register."""

__all__ = ["COMPOSERS"]

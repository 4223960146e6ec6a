"""Plans in and out: the official document, a Word file, and a workbook that goes out and comes back the same.

Reading (`read_plan`) tells the kind of file by its content and answers with rows, with a doubt for every reading that
is not certain and with what could not be read. `compare` checks a transcription against a document. A workbook
(`export_workbook`) comes back as a difference to confirm (`workbook_difference`), which `apply_changes` puts into the
plan as a whole or not at all.
"""

from ecociv.plan.exchange.apply import AppliedChanges, ChangesRefused, apply_changes, problems_of_changes
from ecociv.plan.exchange.changes import Change, StaleItem, WorkbookDifference
from ecociv.plan.exchange.comparison import Difference, compare
from ecociv.plan.exchange.container import FileContent, FileRefused, content_of, read_content
from ecociv.plan.exchange.difference import workbook_difference
from ecociv.plan.exchange.reader import read_plan, read_plan_content
from ecociv.plan.exchange.report import (
    comparison_report,
    comparison_text,
    difference_report,
    difference_text,
    import_report,
    import_text,
)
from ecociv.plan.exchange.rows import (
    Doubt,
    ImportedDuty,
    ImportedIndicator,
    ImportedMilestone,
    ImportedPlan,
    ImportedSeries,
    ImportedTarget,
    Problem,
)
from ecociv.plan.exchange.workbook_export import export_workbook, write_workbook

__all__ = [
    "AppliedChanges",
    "Change",
    "ChangesRefused",
    "Difference",
    "Doubt",
    "FileContent",
    "FileRefused",
    "ImportedDuty",
    "ImportedIndicator",
    "ImportedMilestone",
    "ImportedPlan",
    "ImportedSeries",
    "ImportedTarget",
    "Problem",
    "StaleItem",
    "WorkbookDifference",
    "apply_changes",
    "compare",
    "comparison_report",
    "comparison_text",
    "content_of",
    "difference_report",
    "difference_text",
    "export_workbook",
    "import_report",
    "import_text",
    "problems_of_changes",
    "read_content",
    "read_plan",
    "read_plan_content",
    "workbook_difference",
    "write_workbook",
]

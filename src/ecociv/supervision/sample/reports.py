"""Sample progress reports of the sample accounts' bodies, some of them reviewed."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from ecociv.plan.queries import current_package
from ecociv.supervision.actions import ReportProgress
from ecociv.supervision.drafts import Draft
from ecociv.supervision.models import ProgressReport
from ecociv.supervision.review import ReviewReport
from ecociv.supervision.sample.accounts import at, sample_accounts, tasks_led
from ecociv.supervision.sample.declaration import SampleReports, read_sample


def load_sample_reports(zone: str) -> int:
    """Put the declared reports on record; returns how many, 0 where sample reports are there already.

    A report on a task that the body does not lead (it leads fewer than the file says) is left out.
    """
    declared = read_sample(zone, "reports.yaml", SampleReports)
    people = sample_accounts(zone)
    if declared is None or not people or ProgressReport.objects.of(zone).filter(sample=True).exists():
        return 0
    package, day = current_package(zone), timezone.localdate()
    led = {name: tasks_led(people[name], package, day) for name in ("department", "county")}
    added = 0
    with transaction.atomic():
        for each in declared.reports:
            if each.task > len(led[each.by]):
                continue
            draft = Draft(
                period=each.year,
                state=each.state,
                narrative=each.narrative,
                percent=each.percent,
                basis=each.basis,
                done_on=each.done_on,
                done_reason=each.done_reason,
            )
            place = led[each.by][each.task - 1].place
            report = (
                ReportProgress(
                    zone, place, draft, people[each.by], sample=True, came_in=at(each.came_in)
                )
                .execute()
                .report
            )
            if each.review is not None:
                ReviewReport(
                    zone,
                    place,
                    report.number,
                    report.revision,
                    each.review.outcome,
                    each.review.reason,
                    people["office"],
                ).execute()
            added += 1
    return added

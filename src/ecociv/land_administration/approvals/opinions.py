"""The opinions that are asked for when an application is accepted: one case for each body that answers on that day."""

from __future__ import annotations

import datetime as dt

from ecociv.casework.follow_on import Prefilled
from ecociv.casework.models import Case
from ecociv.land_administration.approvals.declaration import approvals
from ecociv.land_administration.approvals.models import ProjectApplication
from ecociv.plan.queries import current_package


def opinions(case: Case, day: dt.date, reason: str) -> list[Prefilled]:
    """The cases to open; bodies that were merged meanwhile are asked once, with the reasons of both."""
    application = ProjectApplication.objects.get(case=case)
    package = current_package(case.zone)
    reasons: dict[str, list[str]] = {}
    for key, why in application.bodies:
        body = package.body_on(key, day).key if package.has_organisation(key) else key
        known = reasons.setdefault(body, [])
        known.extend(text["zh"] for text in why if text["zh"] not in known)
    window = package.body_on(approvals(case.zone).window, day).key
    return [
        Prefilled(
            title=f"{application.title}：征求意见",
            parties={"window": (window,), "body": (body,)},
            fields={"why": "；".join(why)},
        )
        for body, why in reasons.items()
    ]

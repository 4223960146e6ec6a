"""Sample applications for the integrated approval, each at another step."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

from django.db import transaction

from ecociv.casework.models import Case
from ecociv.casework.permissions import parties_of
from ecociv.land_administration.approvals.actions import HandedIn, ReceiveApplication
from ecociv.land_administration.approvals.models import ProjectApplication
from ecociv.land_administration.sample.declared import SampleApplication, SampleLand
from ecociv.land_administration.sample.playing import began, later, moment, sample_accounts, take
from ecociv.people.models import User
from ecociv.territory.models import LayerVersion
from ecociv.territory.site_check.actions import SiteRequest


def load_sample_applications(zone: str, given: SampleLand, today: dt.date) -> int:
    """Receive the declared applications; how many, 0 where some are there, or layers or accounts are missing."""
    people = sample_accounts(zone)
    layers = LayerVersion.objects.of_zone(zone).filter(layer__kind="administrative-boundary")
    if not people or not layers.exists() or ProjectApplication.objects.filter(zone=zone).exists():
        return 0
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        paper = Path(folder, "paper.txt")
        paper.write_text("样例材料\n", encoding="utf-8")
        for said in given.applications:
            _play(zone, said, people, today, paper)
    return len(given.applications)


def _play(zone: str, said: SampleApplication, people: dict[str, User], today: dt.date, paper: Path) -> None:
    day = began(today, said.age)
    application = ReceiveApplication(
        zone=zone,
        title=said.title,
        applicant=said.applicant,
        contact=said.contact,
        project_class=said.project_class,
        site=SiteRequest(said.site, said.purpose, day),
        author=people["window"],
        documents=[HandedIn(key, paper, f"{key}.txt") for key in said.documents],
        sample=True,
        at=moment(day),
    ).execute()
    for minute, move in enumerate(said.moves, 1):
        day = later(day, move.after)
        take(application.case, move, people[move.by], day, minute, paper)
    for minute, move in enumerate(said.opinions, 10):
        author = people[move.by]
        for child in Case.objects.filter(parent=application.case, closed_at__isnull=True).order_by("pk"):
            if move.by == "window" or author.organisation in parties_of(child).get("body", ()):
                take(child, move, author, later(day, move.after), minute, paper)
    if said.result is not None:
        take(application.case, said.result, people[said.result.by], later(day, said.result.after), 30, paper)

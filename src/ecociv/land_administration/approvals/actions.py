"""Receiving an application: the site is checked, the bodies concerned and the documents needed are worked out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from ecociv.casework.actions import Attachment, InputRefused, OpenCase
from ecociv.casework.load import case_type
from ecociv.casework.permissions import may_open, refuse
from ecociv.core.text import Text
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.land_administration.approvals.declaration import Needs, ProjectClass, approvals, needs_of
from ecociv.land_administration.approvals.models import ProjectApplication
from ecociv.people import audit
from ecociv.plan.queries import current_package
from ecociv.territory.site_check.actions import CheckSite, SiteRequest
from ecociv.territory.site_check.engine import CheckedSite
from ecociv.territory.site_check.models import SiteCheck

TYPE = "project-approval"
LONGEST = 200
"""Characters of the applicant and of the contact."""
SAME_CLICK = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A document of the application: the declared key that it answers, its file, the name under which it was sent."""

    key: str
    path: Path
    name: str


@dataclass(slots=True)
class ReceiveApplication:
    """Receive an application for the integrated approval and open its case.

    Parameters
    ----------
    site
        What is wanted where (geometry, purpose, day); the site is checked as it is received.
    documents
        Files by declared key; what is needed and not here is listed on the form, to be asked for once.
    author
        An officer of the body that receives.
    """

    zone: str
    title: str
    applicant: str
    project_class: str
    site: SiteRequest
    author: Any
    contact: str = ""
    documents: Iterable[HandedIn] = ()
    sample: bool = False
    at: dt.datetime | None = None
    _kind: ProjectClass | None = field(default=None, init=False)

    def check(self) -> tuple[CheckedSite, Needs]:
        """The check of the site, and what follows from it; nothing is recorded.

        Raises
        ------
        PermissionDenied
            Whoever does not act for the window.
        InputRefused
            With a sentence for each input.
        SiteRefused, PurposeRefused
            When the site or its purpose cannot be used.
        """
        window = self._window()
        refuse(
            may_open(
                self.author,
                self.zone,
                case_type(self.zone, TYPE),
                {"window": (window,)},
                timezone.localdate(),
            )
        )
        declared = approvals(self.zone)
        faults: dict[str, Text] = {}
        if not self.title.strip():
            faults["title"] = Text(zh="请填写项目名称。", en="Give the project a name.")
        if not self.applicant.strip():
            faults["applicant"] = Text(zh="请填写申请人。", en="Name the applicant.")
        for name, label in (("applicant", "申请人"), ("contact", "联系人")):
            if len(getattr(self, name)) > LONGEST:
                faults[name] = Text(zh=f"{label}最多 {LONGEST} 个字。", en=f"At most {LONGEST} characters.")
        for name in ("title", "applicant", "contact"):
            if any(ord(character) < 32 for character in getattr(self, name)):
                faults[name] = Text(zh="含有控制字符。", en="It has control characters.")
        self._kind = declared.project_class(self.project_class)
        if self._kind is None:
            faults["project_class"] = Text(
                zh=f"请选择项目类别：{'、'.join(one.title.zh for one in declared.classes)}。",
                en=f"Choose the class: {', '.join(one.title.en for one in declared.classes)}.",
            )
        for document in self.documents:
            if document.key and document.key not in declared.documents:
                faults["documents"] = Text(
                    zh=f"没有材料“{document.key}”。", en=f"{document.key!r} is no document of the list."
                )
        if faults or self._kind is None:
            raise InputRefused(faults)
        checked = self._site_check().examine()
        return checked, needs_of(declared, self._kind, touched_by(checked.result))

    def execute(self) -> ProjectApplication:
        """Check and record the site, open the case, record the application: all or nothing."""
        self.documents = tuple(self.documents)
        with transaction.atomic():
            audit.hold()
            _checked, needs = self.check()
            assert self._kind is not None
            twin = self._twin()
            if twin is not None:
                return twin
            given = {one.key for one in self.documents}
            made = self._site_check().execute()
            case = OpenCase(
                zone=self.zone,
                type=TYPE,
                title=self.title.strip(),
                author=self.author,
                subject=f"site:{made.reference}",
                parties={"window": [self._window()]},
                fields={
                    "applicant": self.applicant.strip(),
                    "contact": self.contact.strip(),
                    "project_class": self._kind.title.zh,
                    "touches": summary_of(made),
                },
                documents=[Attachment(one.path, one.name) for one in self.documents],
                origin=f"site-check:{made.reference}",
                sample=self.sample,
                at=self.at,
            ).execute()
            application = ProjectApplication(
                zone=self.zone,
                title=self.title.strip(),
                applicant=self.applicant.strip(),
                contact=self.contact.strip(),
                project_class=self.project_class,
                check_made=made,
                bodies=[[one.body, [why.to_mapping() for why in one.why]] for one in needs.bodies],
                documents=[[key, key in given] for key in needs.documents],
                case=case,
                author=account_of(self.author),
                author_name=name_of(self.author),
                recorded_at=timezone.now(),
            )
            application.save()
        return application

    def _twin(self) -> ProjectApplication | None:
        """The application that the same click received a moment ago; each has a site check of its own, hence this."""
        recent = ProjectApplication.objects.filter(
            zone=self.zone,
            title=self.title.strip(),
            applicant=self.applicant.strip(),
            contact=self.contact.strip(),
            project_class=self.project_class,
            author=account_of(self.author),
            author_name=name_of(self.author),
            recorded_at__gte=timezone.now() - SAME_CLICK,
        ).select_related("check_made", "case")
        asked = self.site.to_json()
        return next((one for one in recent if one.check_made.request == asked), None)

    def _window(self) -> str:
        return current_package(self.zone).body_on(approvals(self.zone).window, timezone.localdate()).key

    def _site_check(self) -> CheckSite:
        return CheckSite(self.site, self.zone, self.author, self.title)


def touched_by(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Kind and class of every layer that a check found under or near a site."""
    found = {(one["kind"], part["class"]) for one in result["layers"] for part in one["classes"]}
    return sorted(
        found | {(one["kind"], one["class"]) for one in result["findings"] if one["status"] != "sliver"}
    )


def summary_of(check: SiteCheck) -> str:
    """What a site touches, in lines for the case."""
    lines = [
        f"{one['title_zh']}·{part['name_zh']}：{part['area_m2']}平方米"
        for one in check.result["layers"]
        for part in one["classes"]
    ]
    return "\n".join([f"{check.reference}：{check.answer_text.zh}", *lines])[:3900]

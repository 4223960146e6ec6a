"""Opening a case (立案、交办)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from ecociv.casework.actions.files import Attachment, file_faults
from ecociv.casework.actions.writing import (
    SAME_CLICK,
    NewStep,
    add_step,
    cleaned,
    data_of,
    moment,
    one_writer,
    refuse_faults,
)
from ecociv.casework.clocks import day_of
from ecociv.casework.content import (
    Faults,
    document_faults,
    field_values,
    party_faults,
    reason_faults,
    subject_faults,
    title_faults,
)
from ecociv.casework.declaration import CaseType
from ecociv.casework.load import case_type
from ecociv.casework.models import Case, CaseCounter, CaseStep, StepKind
from ecociv.casework.permissions import may_as, may_open, refuse
from ecociv.casework.recorded import revision_for
from ecociv.casework.subject_checks import Opening, refusal
from ecociv.core.text import Text
from ecociv.people.policy import Action
from ecociv.plan.package import ZonePackage
from ecociv.plan.queries import current_package


@dataclass(frozen=True, slots=True)
class OpenCase:
    """Open a case of a declared type.

    Parameters
    ----------
    zone, type
        Zone and key of the case type.
    title, subject
        What it is called and about: ``task:112``, ``indicator:35``, "" for nothing in particular.
    parties
        Keys of the bodies by part.
    fields
        Values of what the type asks for at opening.
    origin
        What it came from, as ``proposal:12``.
    parent
        The case under which it is opened.
    at
        When it was opened, for samples and papers put on record later.
    """

    zone: str
    type: str
    title: str
    author: Any
    subject: str = ""
    parties: Mapping[str, Iterable[str]] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    origin: str = ""
    parent: Case | None = None
    documents: Iterable[Attachment] = ()
    sample: bool = False
    at: dt.datetime | None = None

    def check(self) -> None:
        """Refuse whoever may not open such a case, and input that does not stand.

        Raises
        ------
        DeclarationError
            When the zone has no such type.
        PermissionDenied
            With the policy's sentence.
        InputRefused
            With a sentence for each input.
        """
        self._checked(tuple(self.documents))

    def execute(self) -> Case:
        """Open the case; the same one sent again within a minute gives the case already opened."""
        documents = tuple(self.documents)
        with one_writer():
            declared, new = self._checked(documents)
            twin = self._twin(new)
            if twin is not None:
                return twin
            year = day_of(new.at).year
            serial = _next_serial(self.zone, declared.key, year)
            case = Case.objects.create(
                zone=self.zone,
                type=declared.key,
                declaration=revision_for(self.zone, declared),
                number=declared.number.format(year=year, serial=serial),
                year=year,
                serial=serial,
                visibility=declared.visibility.value,
                title=self.title.strip(),
                subject=self.subject,
                origin=self.origin,
                parent=self.parent,
                sample=self.sample,
                opened_at=new.at,
                state=declared.start,
            )
            add_step(case, new)
        return case

    def _checked(self, documents: tuple[Attachment, ...]) -> tuple[CaseType, NewStep]:
        declared = case_type(self.zone, self.type)
        parties = cleaned(self.parties)
        known = {
            part: keys
            for part, keys in parties.items()
            if part in declared.parts and declared.parts[part].bodies is not None
        }
        refuse(may_open(self.author, self.zone, declared))
        at = moment(self.at, author=self.author, sample=self.sample, last=None)
        day = day_of(at)
        package = current_package(self.zone)
        values, field_faults = field_values(declared, declared.asked_at_opening, self.fields, day)
        refuse_faults(
            title_faults(self.title),
            reason_faults(self.reason, required=False),
            subject_faults(declared, self.subject)
            or _not_in_plan(package, self.subject)
            or _refused_above(Opening(self.zone, self.type, self.subject, known, day)),
            party_faults(declared, parties),
            _unknown_bodies(package, known),
            field_faults,
            document_faults(
                declared, (), [file.key for file in documents if file.key not in declared.documents]
            ),
            file_faults(documents),
        )
        # Opened for a body's part, the case has to name the author's own body for it.
        refuse(may_open(self.author, self.zone, declared, known, timezone.localdate()))
        part = next(
            (
                each
                for each in declared.open_by
                if may_as(
                    self.author,
                    self.zone,
                    declared,
                    (each,),
                    known,
                    timezone.localdate(),
                    Action.OPEN_CASE,
                ).ok
            ),
            "",
        )
        data = {"parties": {key: list(bodies) for key, bodies in known.items()}, "fields": values}
        return declared, NewStep(
            StepKind.OPENED,
            declared.start,
            self.author,
            at,
            part=part,
            reason=self.reason,
            data=data,
            documents=documents,
        )

    def _twin(self, new: NewStep) -> Case | None:
        step = (
            CaseStep.objects.filter(
                kind=StepKind.OPENED,
                actor=self.author,
                recorded_at__gte=timezone.now() - SAME_CLICK,
                reason=new.reason.strip(),
                case__zone=self.zone,
                case__type=self.type,
                case__title=self.title.strip(),
                case__subject=self.subject,
                case__origin=self.origin,
                case__parent=self.parent,
            )
            .select_related("case")
            .order_by("-id")
            .first()
        )
        if step is None or step.data != data_of(new) or (self.at is not None and step.at != self.at):
            return None
        return step.case


def _next_serial(zone: str, key: str, year: int) -> int:
    counter, _ = CaseCounter.objects.select_for_update().get_or_create(zone=zone, type=key, year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last


def _unknown_bodies(package: ZonePackage, parties: Mapping[str, tuple[str, ...]]) -> Faults:
    faults: Faults = {}
    for part, keys in parties.items():
        unknown = [key for key in keys if not package.has_organisation(key)]
        if unknown:
            faults[f"parties.{part}"] = Text(
                zh="方案中没有这个单位：{keys}。请从单位名单中选择。",
                en="The plan knows no such body: {keys}. Choose from the list of bodies.",
            ).fill(keys=", ".join(unknown))
    return faults


def _refused_above(opening: Opening) -> Faults:
    found = refusal(opening)
    return {"subject": found} if found else {}


def _not_in_plan(package: ZonePackage, subject: str) -> Faults:
    kind, _, key = subject.partition(":")
    known = {
        "task": lambda: {str(item.number) for item in package.tasks},
        "project": lambda: {str(item.number) for item in package.projects},
        "indicator": lambda: {str(item.number) for item in package.indicators},
        "series": lambda: {series.key for item in package.indicators for series in item.series},
        "organisation": lambda: {body.key for body in package.organisations},
    }.get(kind)
    if known is None or key in known():
        return {}
    return {
        "subject": Text(zh="方案中没有“{subject}”。", en="The plan has no “{subject}”.").fill(subject=subject)
    }

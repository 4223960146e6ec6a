"""What all steps with a return share: the return, where it stands, who acts, and the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from ecociv.core.text import Text
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.evidence.declared import DeclarationError
from ecociv.evidence.mapping import PlaceDeclaration, Places, load_places
from ecociv.evidence.models import DepartmentalReturn, ReturnRevision, ReturnStep, StepKind
from ecociv.evidence.returns.bodies import Directory
from ecociv.evidence.returns.forms import Cell, Form, load_form
from ecociv.evidence.returns.periods import ReturnPeriod
from ecociv.evidence.returns.refusals import ReturnRefused
from ecociv.people import audit

FILLING = frozenset({StepKind.OPENED, StepKind.SENT_BACK, StepKind.RESTATING})
"""States in which the body may fill in and submit."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A return by what it is about, whether it is on record yet or not."""

    zone: str
    form: Form
    place: PlaceDeclaration
    period: ReturnPeriod
    sample: bool
    places: Places

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells that are asked of the place."""
        return self.form.cells_for(self.place.key, self.places)

    @property
    def key(self) -> str:
        """How the record of changes names it."""
        return f"{'sample/' if self.sample else ''}{self.form.key}/{self.place.key}/{self.period}"

    def on_record(self, *, lock: bool = False) -> DepartmentalReturn | None:
        """Its record, or none before anybody began."""
        rows = (
            DepartmentalReturn.objects.select_for_update(of=("self",)) if lock else DepartmentalReturn.objects
        )
        return rows.filter(**self._identity()).first()

    def begun(self) -> DepartmentalReturn:
        """Its record, made when it is new. Call inside a transaction."""
        found, _ = DepartmentalReturn.objects.get_or_create(
            **self._identity(), defaults={"period_end": self.period.end, "created_at": timezone.now()}
        )
        return self.on_record(lock=True) or found

    def _identity(self) -> dict[str, Any]:
        return {
            "zone": self.zone,
            "form": self.form.key,
            "place": self.place.key,
            "period": str(self.period),
            "sample": self.sample,
        }


def subject(zone: str, form: str | Form, place: str, period: str | ReturnPeriod, *, sample: bool) -> Subject:
    """The return that is meant.

    Raises
    ------
    ReturnRefused
        For an unknown form, a place of which the form asks nothing, and a period to which it does not apply.
    """
    try:
        declared = form if isinstance(form, Form) else load_form(zone, form)
    except DeclarationError as error:
        raise ReturnRefused(
            "unknown-form", Text(zh="没有这张报表：{form}", en="there is no form {form}").fill(form=form)
        ) from error
    when = period if isinstance(period, ReturnPeriod) else ReturnPeriod.parse(period)
    places = load_places(zone)
    if place not in declared.place_keys(places):
        raise ReturnRefused(
            "place-not-asked",
            Text(zh="{form}不要求{place}填报", en="{form} is not asked of {place}").fill(
                form=declared.title, place=places.by_key[place].name if place in places.by_key else place
            ),
        )
    if not declared.applies(when):
        raise ReturnRefused(
            "period-not-asked",
            Text(zh="{form}不适用于{period}", en="{form} does not apply to {period}").fill(
                form=declared.title, period=when.text
            ),
        )
    return Subject(zone, declared, places.by_key[place], when, sample, places)


def subject_of(of: DepartmentalReturn) -> Subject:
    """The subject of a return on record."""
    return subject(of.zone, of.form, of.place, of.period, sample=of.sample)


def state_of(of: DepartmentalReturn) -> StepKind:
    """Where a return stands: its last step. A dropped restatement leaves it locked."""
    kind = StepKind(of.steps.order_by("-pk").values_list("kind", flat=True)[0])
    return StepKind.LOCKED if kind is StepKind.DROPPED else kind


def newest_revision(of: DepartmentalReturn) -> ReturnRevision | None:
    """What was submitted last."""
    return of.revisions.order_by("-number").first()


def require_state(of: DepartmentalReturn, allowed: frozenset[StepKind], what: Text) -> StepKind:
    """The state, or a refusal that says where the return stands.

    Raises
    ------
    ReturnRefused
        When the return stands elsewhere.
    """
    state = state_of(of)
    if state not in allowed:
        raise ReturnRefused(
            "wrong-state",
            Text(
                zh="这张报表现在是“{state}”，不能{what}",
                en="this return is “{state}”, so it is not possible to {what}",
            ).fill(state=STATE_NAMES[state], what=what),
        )
    return state


def log(
    of: DepartmentalReturn,
    kind: StepKind,
    author: Any,
    *,
    revision: ReturnRevision | None = None,
    reason: str = "",
    rule: str = "",
    run: UUID | None = None,
    at: datetime | None = None,
) -> ReturnStep:
    """Add a step."""
    return ReturnStep.objects.create(
        of=of,
        revision=revision,
        kind=kind,
        actor=account_of(author),
        actor_name=name_of(author),
        organisation=getattr(author, "organisation", ""),
        reason=reason,
        rule=rule,
        run=run,
        at=at or timezone.now(),
    )


def audited(
    subject: Subject, action: str, author: Any, *, before: Any = None, after: Any = None, reason: str = ""
) -> None:
    """Put a step on the record of changes."""
    audit.record(
        actor=author,
        action=f"return.{action}",
        zone=subject.zone,
        subject_kind="return",
        subject_key=subject.key,
        before=before,
        after=after,
        reason=reason,
    )


def today() -> date:
    """The day by the clock of China."""
    return timezone.localdate()


STATE_NAMES = {
    StepKind.OPENED: Text(zh="填报中", en="draft"),
    StepKind.SUBMITTED: Text(zh="已报送，待审核", en="submitted, waiting for review"),
    StepKind.SENT_BACK: Text(zh="已退回", en="sent back"),
    StepKind.REVIEWED: Text(zh="已审核，待采用", en="reviewed, waiting for acceptance"),
    StepKind.ACCEPTED: Text(zh="已采用，正在入库", en="accepted, being put on record"),
    StepKind.LOCKED: Text(zh="已锁定", en="locked"),
    StepKind.RESTATING: Text(zh="更正中", en="being restated"),
    StepKind.DROPPED: Text(zh="已锁定", en="locked"),
}

__all__ = [
    "FILLING",
    "STATE_NAMES",
    "Directory",
    "Subject",
    "audited",
    "log",
    "newest_revision",
    "require_state",
    "state_of",
    "subject",
    "subject_of",
    "today",
]

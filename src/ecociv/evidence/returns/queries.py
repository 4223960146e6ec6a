"""Who owes what, by when, and where each return stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from ecociv.core.text import Text
from ecociv.evidence.mapping import load_places
from ecociv.evidence.models import DepartmentalReturn, ReturnDraft, ReturnRevision, ReturnStep, StepKind
from ecociv.evidence.returns.actions.base import STATE_NAMES, Subject
from ecociv.evidence.returns.bodies import Body, Directory, filler, reviewer
from ecociv.evidence.returns.cells import Entry, entries_from_json
from ecociv.evidence.returns.deadlines import Deadline, Timeliness, deadline
from ecociv.evidence.returns.figures import accepted_revisions
from ecociv.evidence.returns.forms import Cell, Form, load_forms

NOT_BEGUN = Text(zh="未开始", en="not begun")


@dataclass(frozen=True, slots=True)
class Obligation:
    """One return that somebody owes or has handed in."""

    subject: Subject
    body: Body
    reviewer: Body
    deadline: Deadline
    state: StepKind | None
    of: DepartmentalReturn | None
    handed_on: date | None = None
    """Day of the first submission; none where there was none."""

    @property
    def handed_in(self) -> bool:
        """Whether it was handed in at least once."""
        return self.deadline.timeliness in {Timeliness.IN_TIME, Timeliness.LATE}

    @property
    def with_body(self) -> bool:
        """Whether the body has something to do: begin, go on, or correct what was sent back."""
        return self.state in {None, StepKind.OPENED, StepKind.SENT_BACK, StepKind.RESTATING}

    @property
    def with_reviewer(self) -> bool:
        """Whether the reviewer has something to do."""
        return self.state in {StepKind.SUBMITTED, StepKind.REVIEWED, StepKind.ACCEPTED}

    @property
    def state_name(self) -> Text:
        """The state in words."""
        return STATE_NAMES[self.state] if self.state else NOT_BEGUN


def obligations(
    zone: str,
    *,
    today: date,
    directory: Directory | None,
    sample: bool = False,
    forms: Iterable[Form] | None = None,
    first_year: int | None = None,
    last_day: date | None = None,
    known_at: datetime | None = None,
) -> list[Obligation]:
    """Every return of the periods that have ended by ``last_day`` (today, when not given), newest period first.

    Parameters
    ----------
    sample
        The returns of the sample zone, or the real ones.
    first_year
        Leave out periods that end before this year.
    known_at
        Only steps taken by then: a return handed in or sent back later stands as it stood; now, when not given.
    """
    places = load_places(zone)
    known = _known(zone, sample, known_at=known_at)
    found = []
    for form in load_forms(zone) if forms is None else forms:
        for period in form.periods(min(last_day or today, today)):
            if first_year is not None and period.end.year < first_year:
                continue
            for place in form.place_keys(places):
                about = Subject(zone, form, places.by_key[place], period, sample, places)
                found.append(_obligation(about, known, today, directory))
    found.sort(key=lambda each: (-each.subject.period.end.toordinal(), each.subject.form.key))
    return found


def obligation_of(subject: Subject, today: date, directory: Directory | None) -> Obligation:
    """Where one return stands."""
    return _obligation(subject, _known(subject.zone, subject.sample, subject), today, directory)


@dataclass(frozen=True, slots=True)
class Lock:
    """Why nothing can be filled in: which rule, since when, by whom, and who can open it (trap: a bare "locked")."""

    rule: Text
    since: datetime
    by: str
    opens: Text


def lock_of(obligation: Obligation) -> Lock | None:
    """The lock on a return; none while its body may fill it in."""
    of, state = obligation.of, obligation.state
    if of is None or state is None or obligation.with_body:
        return None
    if state is StepKind.LOCKED:
        step = of.steps.filter(kind=StepKind.LOCKED).order_by("-pk")[0]
        return Lock(
            Text(
                zh="已采用的数字是存证，不改动，只能以新修订更正",
                en="accepted figures are evidence: they are not changed, only restated by a new revision",
            ),
            step.at,
            step.actor_name,
            Text(
                zh="{body}或领导小组办公室写明原因后可以开始更正；新修订由{reviewer}审核采用后才替换现有数字",
                en="{body} or the office of the leading group begins a restatement with its reason; the figures are "
                "replaced when {reviewer} has accepted the new revision",
            ).fill(body=obligation.body.name, reviewer=obligation.reviewer.name),
        )
    step = of.steps.order_by("-pk")[0]
    return Lock(
        Text(zh="已报送的报表在审核期间不能改动", en="a return is not changed while it is under review"),
        step.at,
        step.actor_name,
        Text(
            zh="{reviewer}或领导小组办公室可以退回给{body}修改",
            en="{reviewer} or the office of the leading group can send it back to {body}",
        ).fill(body=obligation.body.name, reviewer=obligation.reviewer.name),
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell in two revisions."""

    cell: Cell
    before: Entry | None
    after: Entry | None
    series: str

    @property
    def changed(self) -> bool:
        """Whether the figure or the kind of absence differs."""
        if self.before is None or self.after is None:
            return self.before is not self.after
        return not self.after.same_statement(self.before)


def differences(
    subject: Subject, before: Mapping[str, Entry], after: Mapping[str, Entry]
) -> list[Difference]:
    """Every cell of the form in two states of it."""
    return [
        Difference(
            cell,
            before.get(cell.key),
            after.get(cell.key),
            subject.form.series_key(subject.place.key, cell.key, sample=subject.sample),
        )
        for cell in subject.cells
    ]


def moved_series(subject: Subject, before: Mapping[str, Entry], after: Mapping[str, Entry]) -> list[str]:
    """Keys of the series whose figure would change: what the rooms above need to say what moves downstream."""
    return [each.series for each in differences(subject, before, after) if each.changed]


def accepted_of(subject: Subject, *, as_of: datetime | None = None) -> ReturnRevision | None:
    """The accepted revision, as it was known."""
    found = accepted_revisions(
        subject.zone, subject.form.key, [subject.period], sample=subject.sample, as_of=as_of
    )
    return found.get((subject.place.key, str(subject.period)))


def entries_of(revision: ReturnRevision | None) -> dict[str, Entry]:
    """What a revision says; empty for none."""
    return entries_from_json(revision.cells) if revision else {}


def revisions_of(of: DepartmentalReturn, *, as_of: datetime | None = None) -> list[ReturnRevision]:
    """All revisions, oldest first."""
    rows = of.revisions.order_by("number")
    return list(rows.filter(submitted_at__lte=as_of) if as_of else rows)


def steps_of(of: DepartmentalReturn, *, as_of: datetime | None = None) -> list[ReturnStep]:
    """The log, oldest first."""
    rows = of.steps.select_related("revision").order_by("pk")
    return list(rows.filter(at__lte=as_of) if as_of else rows)


def draft_of(of: DepartmentalReturn | None) -> ReturnDraft | None:
    """What is being filled in, or none."""
    return ReturnDraft.objects.filter(of=of).first() if of is not None else None


@dataclass(frozen=True, slots=True)
class _Known:
    rows: dict[tuple[str, str, str], DepartmentalReturn]
    states: dict[int, StepKind]
    handed_in: dict[int, date]


def _known(
    zone: str, sample: bool, only: Subject | None = None, *, known_at: datetime | None = None
) -> _Known:
    """Returns on record with their state and the day of their first submission, in two queries."""
    rows = DepartmentalReturn.objects.filter(zone=zone, sample=sample)
    steps = ReturnStep.objects.filter(of__zone=zone, of__sample=sample)
    if only is not None:
        about = {"form": only.form.key, "place": only.place.key, "period": str(only.period)}
        rows = rows.filter(**about)
        steps = steps.filter(**{f"of__{name}": value for name, value in about.items()})
    if known_at is not None:
        steps = steps.filter(at__lte=known_at)
        rows = rows.filter(pk__in=steps.values("of"))
    states: dict[int, StepKind] = {}
    handed_in: dict[int, date] = {}
    for pk, kind, at in steps.order_by("pk").values_list("of", "kind", "at"):
        states[pk] = StepKind.LOCKED if kind == StepKind.DROPPED else StepKind(kind)
        if kind == StepKind.SUBMITTED:
            handed_in.setdefault(pk, timezone.localtime(at).date())
    return _Known({(row.form, row.place, row.period): row for row in rows}, states, handed_in)


def _obligation(about: Subject, known: _Known, today: date, directory: Directory | None) -> Obligation:
    of = known.rows.get((about.form.key, about.place.key, str(about.period)))
    handed_in = known.handed_in.get(of.pk) if of else None
    return Obligation(
        about,
        filler(about.form, about.place, today, directory),
        reviewer(about.form, today, directory),
        deadline(about.form, about.period, handed_in, today),
        known.states.get(of.pk) if of else None,
        of,
        handed_in,
    )

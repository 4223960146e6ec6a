"""Any sequence of steps: nothing that is not declared happens, and the columns are always what the log comes to."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from casework.conftest import ECOLOGY, ZONE
from casework.every_feature import declaration, every_feature, write
from ecociv.casework.actions import (
    AddNote,
    AskExtension,
    CaseRefused,
    DecideExtension,
    HandOver,
    OpenCase,
    PauseClocks,
    ResumeClocks,
    TakeStep,
)
from ecociv.casework.clocks import day_of
from ecociv.casework.declaration import StateKind
from ecociv.casework.models import Case, CaseStep, RunningClock
from ecociv.casework.permissions import parties_of
from ecociv.casework.recorded import case_standing, clock_columns, columns_of
from ecociv.people.models import User

TYPE = every_feature()
BODIES = [ECOLOGY, "finance-bureau", "development-and-reform-commission"]
START = dt.datetime(2015, 12, 20, 1, tzinfo=dt.UTC)


class Cases(RuleBasedStateMachine):
    """One sample case, moved through the winters of several years by people with and without rights."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.people = {
            "office": self._user("leading_group_office"),
            "leader": self._user("leader"),
            "auditor": self._user("auditor"),
            "admin": self._user("administrator"),
            **{key: self._user("department_officer", key) for key in BODIES},
        }
        self.time = START
        self.length = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def _user(self, role: str, organisation: str = "") -> User:
        return User.objects.create(
            username=f"{role}-{organisation}", role=role, organisation=organisation, zone=ZONE
        )

    @initialize(until=st.integers(0, 60))
    def open(self, until: int) -> None:
        fields = {"until": (day_of(START) + dt.timedelta(days=until)).isoformat()}
        parties = {"body": [ECOLOGY], "helpers": ["finance-bureau"]}
        self.case = OpenCase(
            ZONE,
            "every-feature",
            "题",
            self.people["office"],
            parties=parties,
            fields=fields,
            sample=True,
            at=START,
        ).execute()

    def _try(self, action: Any) -> bool:
        """Do it; whatever is refused leaves nothing behind."""
        before = CaseStep.objects.count()
        try:
            action.execute()
        except (CaseRefused, PermissionDenied):
            assert CaseStep.objects.count() == before
            return False
        return True

    @rule(days=st.integers(0, 12), hours=st.integers(1, 10))
    def wait(self, days: int, hours: int) -> None:
        self.time += dt.timedelta(days=days, hours=hours)
        assume(self.time < timezone.now())

    @rule(data=st.data(), who=st.sampled_from(["office", "leader", "auditor", "admin", *BODIES]))
    def move(self, data: st.DataObject, who: str) -> None:
        key = data.draw(st.sampled_from(sorted(TYPE.transitions)))
        self.case.refresh_from_db()
        state, move = self.case.state, TYPE.transitions[key]
        outcome = data.draw(st.sampled_from(["", *move.outcomes]))
        until = (day_of(self.time) + dt.timedelta(days=data.draw(st.integers(-1, 30)))).isoformat()
        author = self.people[who]
        parts = {"office": {"office"}, "leader": {"leader"}}.get(who, set()) | {
            part for part, keys in parties_of(self.case).items() if author.organisation in keys
        }
        fields = {"until": until} if "until" in move.fields else {}
        action = TakeStep(
            self.case, key, author, self.case.steps_taken, "因故", fields, outcome=outcome, at=self.time
        )
        if self._try(action):
            assert state in move.from_, "an illegal transition"
            assert parts & set(move.by), "somebody without the part"
            self.case.refresh_from_db()
            assert self.case.state == move.to

    @rule(
        who=st.sampled_from(["office", *BODIES]),
        days=st.integers(0, 12),
        clock=st.sampled_from(["short", "long"]),
    )
    def ask(self, who: str, days: int, clock: str) -> None:
        self._try(AskExtension(self.case, clock, days, "延期", self.people[who], self.time))

    @rule(who=st.sampled_from(["office", *BODIES]), days=st.integers(0, 12), grant=st.booleans())
    def decide(self, who: str, days: int, grant: bool) -> None:
        before = case_standing(self.case)
        action = DecideExtension(self.case, grant, days, "答复", self.people[who], self.time)
        if self._try(action) and grant:
            assert who == "office"
            assert before.open_extension is not None
            run = case_standing(self.case).clock(before.open_extension.clock)
            assert run is not None
            assert run.extended_days <= 10
            assert run.extensions <= 2

    @rule(who=st.sampled_from(["office", ECOLOGY]), go=st.booleans())
    def hold(self, who: str, go: bool) -> None:
        kind = ResumeClocks if go else PauseClocks
        assert not self._try(kind(self.case, self.people[who], "因故", self.time)) or who == "office"

    @rule(
        part=st.sampled_from(["body", "helpers", "office"]),
        a=st.sampled_from(["", *BODIES]),
        b=st.sampled_from(["", *BODIES]),
    )
    def hand_over(self, part: str, a: str, b: str) -> None:
        self._try(HandOver(self.case, part, a, b, self.people["office"], "调整", self.time))

    @rule()
    def note(self) -> None:
        self._try(AddNote(self.case, self.people["auditor"], "说明", at=self.time))

    @invariant()
    def the_log_only_grows(self) -> None:
        if hasattr(self, "case"):
            steps = list(CaseStep.objects.filter(case=self.case).order_by("number"))
            assert [step.number for step in steps] == list(range(1, len(steps) + 1))
            assert len(steps) >= self.length
            assert all(a.at <= b.at for a, b in zip(steps, steps[1:], strict=False))
            self.length = len(steps)

    @invariant()
    def columns_are_what_the_log_comes_to(self) -> None:
        if not hasattr(self, "case"):
            return
        now, case = case_standing(self.case), Case.objects.get(pk=self.case.pk)
        assert {name: getattr(case, name) for name in columns_of(now)} == columns_of(now)
        held = {(part, key) for part, keys in now.parties.items() for key in keys}
        assert {(part, key) for part, keys in parties_of(case).items() for key in keys} == held
        rows = {row.clock: row for row in RunningClock.objects.filter(case=case)}
        assert set(rows) == {run.clock for run in now.clocks}
        for run in now.clocks:
            assert {name: getattr(rows[run.clock], name) for name in clock_columns(run)} == clock_columns(run)
            assert run.due_on is None or run.due_on >= run.started_on
            assert run.paused == (run.due_on is None)

    @invariant()
    def each_part_is_held_as_declared(self) -> None:
        if hasattr(self, "case"):
            assert len(parties_of(self.case)["body"]) == 1

    @precondition(lambda self: hasattr(self, "case"))
    @invariant()
    def a_closed_case_has_no_clock(self) -> None:
        now = case_standing(self.case)
        assert now.closed == (TYPE.states[now.state].kind is StateKind.END)
        assert not (now.closed and (now.clocks or now.due or now.open_extension))
        assert bool(now.outcome) == now.closed


@pytest.fixture
def zone_with_every_feature(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of the zone's folder with the fixture type, for the loader; the plan stays in the database."""
    folder = tmp_path / "zones" / ZONE / "cases"
    folder.mkdir(parents=True)
    write(folder, declaration())
    monkeypatch.setenv("ECOCIV_ZONES", str(tmp_path / "zones"))


@pytest.mark.long
@pytest.mark.django_db
@pytest.mark.usefixtures("plan_in_database", "zone_with_every_feature")
def test_no_sequence_breaks_a_case() -> None:
    run_state_machine_as_test(
        Cases,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )

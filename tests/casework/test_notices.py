"""Notices: the chain, e-mail, the webhook against a real server, escalations once."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from ecociv.casework.models import Case
from ecociv.casework.notices.actions import SetPreferences
from ecociv.casework.notices.daily import RunEscalations, SendDigests
from ecociv.casework.notices.delivery import PAUSES, DeliverPending
from ecociv.casework.notices.fallback import Person, Step, for_body, for_role
from ecociv.casework.notices.models import Delivery, DeliveryAttempt, Notice, Webhook
from ecociv.casework.notices.notify import notify
from ecociv.casework.notices.recipients import Recipients
from ecociv.casework.notices.webhook import AddressRefused, place_of
from ecociv.core.text import Text
from ecociv.people.models import User
from ecociv.people.roles import Role

ZONE, ECOLOGY, SECRET = "jingdezhen", "ecology-and-environment-bureau", "a secret of some length"
SAID = Text(zh="请办理", en="Please act")
NAME = Text(zh="甲局", en="Bureau A")
OFFICER = Role.DEPARTMENT_OFFICER


def test_the_chain_step_by_step() -> None:
    office = Person(1, Role.LEADING_GROUP_OFFICE)
    head = Person(2, OFFICER, "a", "head")
    contact = Person(3, OFFICER, "a", "contact")
    named = Person(4, OFFICER, "a", "other")
    everybody = [office, head, contact, named]
    assert for_body(everybody, ["a"], NAME, 4).step is Step.OFFICER
    assert for_body(everybody, ["a"], NAME).people == (3,)
    assert for_body([office, head, named], ["a"], NAME).people == (2,)
    assert for_body([office, named], ["a"], NAME).people == (1,)
    assert for_body([named], ["a"], NAME).step is Step.NOBODY
    # an officer who has gone to another body is passed over
    assert for_body(everybody, ["b"], NAME, 4).step is Step.OFFICE
    assert for_role([office], Role.LEADER).step is Step.OFFICE


people = st.builds(
    Person,
    st.integers(1, 9),
    st.sampled_from(list(Role)),
    st.sampled_from(["", "a", "b"]),
    st.sampled_from(["contact", "head", "other"]),
    st.booleans(),
)


@given(st.lists(people, unique_by=lambda person: person.key), st.integers(1, 9))
def test_only_open_accounts_are_told_and_always_somebody_who_can_help(
    everybody: list[Person], officer: int
) -> None:
    reached = for_body(everybody, ["a"], NAME, officer)
    by_key = {person.key: person for person in everybody}
    assert all(by_key[key].active for key in reached.people)
    helps = [p for p in everybody if p.active and p.role in {Role.LEADING_GROUP_OFFICE, Role.ADMINISTRATOR}]
    assert reached.people or not helps


def tell(**more: Any) -> list[Notice]:
    return notify(ZONE, **{"kind": "case-turn", "title": SAID, "body": SAID, "path": "/cases/", **more})


def test_the_same_is_told_once(plan_in_database: None, officer: User) -> None:
    to = Recipients(body=ECOLOGY, users=(officer,))
    assert len(tell(to=to, occasion="x")) == 1
    assert tell(to=to, occasion="x") == []
    with pytest.raises(ValueError, match="page of this server"):
        tell(to=to, path="https://elsewhere.example/")


def test_a_letter_in_both_languages_goes_once(plan_in_database: None, user: Callable[..., User]) -> None:
    li = user("department_officer", ECOLOGY, email="li@example.cn")
    tell(to=Recipients(body=ECOLOGY), title=Text(zh="请办理\n第二行", en="Please act"))
    assert DeliverPending().execute().sent == 1
    assert DeliverPending().execute().sent == 0
    (letter,) = mail.outbox
    assert letter.to == ["li@example.cn"] and "\n" not in letter.subject
    assert "您是" in letter.body and "You are a contact" in letter.body and "/cases/" in letter.body
    SetPreferences(li, {"case-turn": False}).execute()
    tell(to=Recipients(body=ECOLOGY))
    assert DeliverPending().execute().sent == 0


@pytest.fixture
def receiver() -> Iterator[Any]:
    """A server on this machine that keeps what it gets and answers as told."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            server.got.append((dict(self.headers), content))
            self.send_response(server.status)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server: Any = HTTPServer(("127.0.0.1", 0), Handler)
    server.got, server.status = [], 200
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def test_the_webhook_is_signed_and_tried_again(
    plan_in_database: None, officer: User, receiver: Any, settings: Any
) -> None:
    settings.ECOCIV_WEBHOOK_PRIVATE = True
    Webhook.objects.create(zone=ZONE, url=f"http://127.0.0.1:{receiver.server_port}/hook", secret=SECRET)
    tell(to=Recipients(body=ECOLOGY))
    now, receiver.status = timezone.now(), 503
    assert DeliverPending(now).execute().failed == 1
    assert DeliverPending(now).execute().failed == 0  # not before its pause has passed
    receiver.status = 204
    assert DeliverPending(now + dt.timedelta(minutes=PAUSES[0])).execute().sent == 1
    headers, content = receiver.got[1]
    expected = hmac.new(
        SECRET.encode(), headers["X-Ecociv-Timestamp"].encode() + b"." + content, hashlib.sha256
    )
    assert headers["X-Ecociv-Signature"] == f"sha256={expected.hexdigest()}"
    assert json.loads(content)["title"] == SAID.to_mapping()
    assert [row.ok for row in DeliveryAttempt.objects.order_by("number")] == [False, True]


def test_a_receiver_that_stays_away_is_given_up(plan_in_database: None, officer: User, settings: Any) -> None:
    Webhook.objects.create(zone=ZONE, url="https://127.0.0.1/hook", secret=SECRET)
    tell(to=Recipients(body=ECOLOGY))
    now = timezone.now()
    for minutes in (0, *PAUSES):
        now += dt.timedelta(minutes=minutes)
        DeliverPending(now).execute()
    assert Delivery.objects.get().state == "given-up"
    assert "not a public address" in DeliveryAttempt.objects.first().answer


def test_a_message_about_a_closed_case_says_its_number_alone(case: Case, officer: User) -> None:
    Webhook.objects.create(zone=ZONE, url="https://im.example.cn/hook", secret=SECRET)
    case.visibility = "parties"
    tell(to=Recipients(part="responsible"), case=case, occasion="closed")
    content = Delivery.objects.get(occasion="closed").content
    assert content["case"] == case.number and "title" not in content and "body" not in content


@pytest.mark.parametrize(
    "url",
    [
        "https://10.1.2.3/",
        "https://[::1]/",
        "https://localhost/",
        "https://[::ffff:10.0.0.1]/",
        "http://1.1.1.1/",
        "https://u:p@1.1.1.1/",
        "ftp://x/",
        "https://h:99999/",
    ],
)
def test_addresses_that_are_not_sent_to(url: str) -> None:
    with pytest.raises(AddressRefused):
        place_of(url, private=False)


def test_link_local_addresses_stay_closed_on_an_intranet() -> None:
    with pytest.raises(AddressRefused):
        place_of("http://169.254.169.254/latest", private=True)


def test_an_escalation_is_recorded_and_told_once(case: Case, officer: User, office: User) -> None:
    day = case.clocks.get(clock="sign").due_on
    assert day is not None
    assert RunEscalations(ZONE, day).execute() == 1  # on the last day to sign
    assert RunEscalations(ZONE, day).execute() == 0
    assert case.steps.filter(kind="escalated").count() == 1
    assert Notice.objects.filter(kind="case-escalated").values_list("user", flat=True).get() == officer.pk
    later = day + dt.timedelta(days=20)  # past the step of one working day, over any holiday
    assert RunEscalations(ZONE, later).execute() == 1
    told = Notice.objects.filter(kind="case-escalated", occasion=f"step:{case.pk}.3")
    assert {notice.user_id for notice in told} == {officer.pk, office.pk}


def test_the_digest_comes_once_on_a_working_day(case: Case, officer: User) -> None:
    saturday, monday = dt.date(2026, 11, 28), dt.date(2026, 11, 30)
    assert SendDigests(ZONE, saturday).execute() == 0
    assert SendDigests(ZONE, monday).execute() == 1
    assert SendDigests(ZONE, monday).execute() == 0

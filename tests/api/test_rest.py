"""Readings and files in, series and observations out, with every refusal a sentence in JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.conftest import START, make_series, make_token, make_user
from ecociv.evidence.models import InboxReading, Series
from ecociv.people.models import AccessToken, AuditEntry
from ecociv.people.roles import Role
from ecociv.people.tokens import RevokeToken

pytestmark = pytest.mark.django_db
KEY = "river/lean/nh3n"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def send(token: str, readings: Any, *, language: str = "en", kind: str = "application/json") -> Any:
    body = readings if isinstance(readings, str | bytes) else json.dumps(readings)
    return Client().post(
        "/api/v1/readings", body, content_type=kind, headers={**bearer(token), "Accept-Language": language}
    )


def hour(number: int, value: Any, **more: Any) -> dict[str, Any]:
    return {"series": KEY, "time": (START + timedelta(hours=number)).isoformat(), "value": value, **more}


def get(path: str, **headers: str) -> Any:
    return Client().get(path, headers={"Accept-Language": "en", **headers})


def test_each_kind_of_value_is_taken_and_seen_at_once(series: Series, token: str) -> None:
    sent = send(token, [hour(0, 0.5), hour(1, "<0.02"), hour(2, {"missing": "planned"}), hour(3, 0)])
    assert sent.status_code == 200, sent.content
    assert (sent.json()["accepted"], sent.json()["refused"]) == (4, [])
    rows = get(f"/api/v1/series/{KEY}/observations").json()["observations"]
    assert [(r["value"], r["censored"], r["missing"]) for r in rows] == [
        (0.5, None, None),
        (None, "<0.02", None),
        (None, None, "planned"),
        (0.0, None, None),
    ]
    assert rows[0]["to"] == "2017-01-30T17:00:00+00:00"  # an hour, the averaging period of the series
    assert rows[0]["waiting"] is True


def test_the_same_content_again_is_repeated_and_refused_ones_are_named_by_position(
    series: Series, token: str
) -> None:
    send(token, [hour(0, 0.5)])
    answer = send(token, [hour(0, 0.5), hour(1, "many"), hour(2, 1, series="river/none/x"), hour(3, 2.5)])
    assert answer.status_code == 207
    body = answer.json()
    assert (body["accepted"], body["repeated"]) == (1, 1)
    assert [(r["position"], r["code"]) for r in body["refused"]] == [
        (1, "value-unreadable"),
        (2, "series-unknown"),
    ]
    assert body["refused"][1]["zh"].startswith("序列") and body["refused"][1]["message"].startswith("Series")


def test_lines_of_json_and_the_language_of_the_reader(series: Series, token: str) -> None:
    lines = "\n".join(json.dumps(hour(n, n)) for n in range(3))
    assert send(token, lines, kind="application/x-ndjson").json()["accepted"] == 3
    wrong = send(token, lines + "\n{", kind="application/x-ndjson", language="zh-hans")
    assert wrong.status_code == 400 and "第4行" in wrong.json()["message"]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("[]", "application/json", 422),
        ("{", "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        ("[]", "text/csv", 415),
        ("[1, null, []]", "application/json", 422),
        (
            '[{"series": "river/lean/nh3n", "time": "2017-01-01T00:00:00", "value": 1}]',
            "application/json",
            422,
        ),
        (
            '[{"series": "river/lean/nh3n", "time": "9999-12-31T23:59:59-23:00", "value": 1}]',
            "application/json",
            422,
        ),
        (
            '[{"series": "river/lean/nh3n", "time": "2017-01-01T00:00:00Z", "value": NaN}]',
            "application/json",
            422,
        ),
        (
            '[{"series": "river/lean/nh3n", "time": "2017-01-01T00:00:00Z", "value": 1e999}]',
            "application/json",
            422,
        ),
        ('[{"series": "\\u0000", "time": "2017-01-01T00:00:00Z", "value": 1}]', "application/json", 422),
        (
            '[{"series": "river/lean/nh3n", "time": "2017-01-01T00:00:00Z", "value": 1, "note": "\\u0000"}]',
            "application/json",
            422,
        ),
        ("[" + ",".join(["1"] * 10_001) + "]", "application/json", 413),
        (b"[" + b" " * 5_300_000 + b"]", "application/json", 413),
    ],
    ids=range(14),
)
def test_hostile_bodies_get_a_sentence_and_nothing_is_stored(
    series: Series, token: str, body: Any, kind: str, status: int
) -> None:
    answer = send(token, body, kind=kind)
    assert answer.status_code == status, answer.content[:300]
    data = answer.json()
    sentences = [data] if "message" in data else data["refused"]
    assert all(item["zh"] and item["en"] for item in sentences)
    assert not InboxReading.objects.exists()


def test_writing_needs_a_token_its_scope_its_reach_and_the_body_that_leads(series: Series) -> None:
    assert Client().post("/api/v1/readings", "[]", content_type="application/json").status_code == 401
    assert send("ecociv_wrong", [hour(0, 1)]).status_code == 401
    officer = make_user()
    reader = send(make_token(officer, "evidence:read"), [hour(0, 1)])
    assert reader.status_code == 403 and "evidence:write" in reader.json()["refused"][0]["message"]
    elsewhere = send(make_token(officer, networks=["air"]), [hour(0, 1)])
    assert elsewhere.status_code == 403 and "reach" in elsewhere.json()["refused"][0]["message"]
    stranger = send(make_token(make_user("lin", organisation="市林业局")), [hour(0, 1)])
    assert stranger.status_code == 403 and "lead" in stranger.json()["refused"][0]["message"]
    assert not InboxReading.objects.exists()
    assert send(make_token(officer, networks=["river"], places=["lean"]), [hour(0, 1)]).status_code == 200


def test_a_session_does_not_send(series: Series) -> None:
    client = Client()
    client.force_login(make_user())
    answer = client.post("/api/v1/readings", json.dumps([hour(0, 1)]), content_type="application/json")
    assert answer.status_code == 401


def test_a_revoked_token_opens_nothing_and_many_wrong_ones_are_put_off(series: Series) -> None:
    user = make_user()
    secret = make_token(user)
    assert send(secret, [hour(0, 1)]).status_code == 200
    record = AccessToken.objects.get()
    assert secret not in (record.digest, record.hint) and record.last_used_at is not None
    RevokeToken(record, user).execute()
    assert send(secret, [hour(1, 1)]).status_code == 401
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {"token.create", "token.revoke"}
    statuses = [send("ecociv_guess", []).status_code for _ in range(25)]
    # one wrong one above, so that 19 more are answered before the address is put off
    assert statuses == [401] * 19 + [429] * 6


def test_a_full_inbox_puts_the_sender_off_and_takes_nothing(
    series: Series, token: str, settings: Any
) -> None:
    settings.ECOCIV_INBOX_LIMIT = 2
    assert send(token, [hour(0, 1), hour(1, 1), hour(2, 1)]).status_code == 200
    answer = send(token, [hour(3, 1)])
    assert answer.status_code == 429 and answer["Retry-After"] == "10"
    assert InboxReading.objects.count() == 3


def test_what_is_not_public_is_not_listed_without_a_token() -> None:
    make_series()
    make_series("secret", details={"public": False})
    assert [s["key"] for s in get("/api/v1/series").json()["series"]] == [KEY]
    assert get("/api/v1/series/river/secret/nh3n").status_code == 404
    assert get("/api/v1/series/river/secret/nh3n/observations").status_code == 404
    token = make_token(make_user(role=Role.AUDITOR, organisation=""))
    assert len(get("/api/v1/series", **bearer(token)).json()["series"]) == 2
    write_only = make_token(make_user("w"), "evidence:write")
    assert len(get("/api/v1/series", **bearer(write_only)).json()["series"]) == 1


def test_table_and_inbox_are_one(series: Series, token: str, write_table: Callable[..., None]) -> None:
    write_table(series, {0: 1.0, 1: 2.0, 2: None})
    write_table(series, {1: 2.5}, batch="b2")
    # hour 0 again with the same value is no revision; hour 1 gets its third; hour 3 is new
    assert send(token, [hour(0, 1.0), hour(1, 2.75), hour(3, 4.0)]).json()["accepted"] == 3
    rows = get(f"/api/v1/series/{KEY}/observations?count_all=true").json()
    seen = [(r["value"], r["revision"], r["waiting"]) for r in rows["observations"]]
    assert seen == [(1.0, 1, False), (2.75, 3, True), (None, 1, False), (4.0, 1, True)]
    assert rows["count"] == 4
    every = get(f"/api/v1/series/{KEY}/observations?all_revisions=true&count_all=true").json()
    assert [r["value"] for r in every["observations"]] == [1.0, 2.0, 2.5, 2.75, None, 4.0]
    assert every["count"] == 6
    latest = get(f"/api/v1/latest?series={KEY},river/none/x").json()
    assert latest["latest"][KEY]["value"] == 4.0 and latest["unknown"] == ["river/none/x"]
    before = get(f"/api/v1/series/{KEY}/observations?as_of=2017-06-01T00:00:00Z").json()
    assert before["observations"] == []
    first = (START + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    until = (START + timedelta(hours=3)).isoformat().replace("+00:00", "Z")
    part = get(f"/api/v1/series/{KEY}/observations?from={first}&to={until}").json()["observations"]
    assert [r["value"] for r in part] == [2.75, None]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    size=st.integers(1, 7),
    every=st.booleans(),
    table=st.lists(st.integers(0, 30), max_size=12, unique=True),
    inbox=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3)), max_size=12),
)
def test_pages_of_any_size_give_each_observation_once(
    tmp_path_factory: Any,
    settings: Any,
    write_table: Callable[..., None],
    size: int,
    every: bool,
    table: list[int],
    inbox: list[tuple[int, int]],
) -> None:
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path_factory.mktemp("store") / "observations")
    InboxReading.objects.all().delete()
    Series.objects.all().delete()
    series = make_series()
    if table:
        write_table(series, {number: float(number % 3) for number in table})
    from ecociv.evidence.actions import ReceiveReadings
    from ecociv.evidence.readings import Reading

    readings = [
        Reading(KEY, START + timedelta(hours=h), START + timedelta(hours=h + 1), float(v), f"m{n}")
        for n, (h, v) in enumerate(inbox)
    ]
    ReceiveReadings(readings, "mqtt", "test").execute()
    # what must be there: by period, the chain of values without the same value twice in a row
    chains: dict[int, list[float]] = {number: [float(number % 3)] for number in table}
    for h, v in inbox:
        chain = chains.setdefault(h, [])
        if not chain or chain[-1] != float(v):
            chain.append(float(v))
    wanted = [
        (h, n, value)
        for h in sorted(chains)
        for n, value in enumerate(chains[h], start=1)
        if every or n == len(chains[h])
    ]
    found, cursor = [], ""
    for _ in range(200):
        url = f"/api/v1/series/{KEY}/observations?limit={size}&cursor={cursor}"
        page = get(url + ("&all_revisions=true" if every else "")).json()
        assert len(page["observations"]) <= size
        found += [(r["from"], r["revision"], r["value"]) for r in page["observations"]]
        cursor = page["next"]
        if not cursor:
            break
    assert found == [((START + timedelta(hours=h)).isoformat(), n, value) for h, n, value in wanted]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=x",
        "cursor=zzz",
        "cursor=%00",
        "from=yesterday",
        "as_of=2017-01-01",
        "cursor=LTktOS05LTk",
    ],
)
def test_wrong_parameters_get_a_sentence(series: Series, query: str) -> None:
    answer = get(f"/api/v1/series/{KEY}/observations?{query}")
    assert answer.status_code == 422, answer.content
    assert answer.json()["zh"] and answer.json()["en"]


def test_the_schema_and_its_page_are_served_from_here(client: Client) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert {"/api/v1/readings", "/api/v1/series", "/api/v1/latest", "/api/v1/files"} <= set(paths)
    page = client.get("/api/v1/docs").content.decode()
    assert "/api/v1/readings" in page and "cdn" not in page


def test_a_file_goes_through_its_mapping_or_is_refused_with_a_sentence(token: str) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    def post(mapping: str, content: bytes) -> Any:
        upload = SimpleUploadedFile("air.csv", content)
        return Client().post(
            "/api/v1/files",
            {"file": upload, "mapping": mapping},
            headers={**bearer(token), "Accept-Language": "en"},
        )

    unknown = post("no-such-mapping", b"a,b\n")
    assert unknown.status_code == 422 and "no-such-mapping" in unknown.json()["message"]
    assert Client().post("/api/v1/files", {"mapping": "x"}, headers=bearer(token)).status_code == 422
    assert Client().post("/api/v1/files", {"mapping": "x"}).status_code in (401, 422)
    office = make_token(make_user("office", role=Role.LEADING_GROUP_OFFICE, organisation="办公室"))
    answer = Client().post(
        "/api/v1/files",
        {"file": SimpleUploadedFile("air.csv", b"nothing,here\n1,2\n"), "mapping": "jiangxi-cities-daily"},
        headers={**bearer(office), "Accept-Language": "en"},
    )
    assert answer.status_code == 422 and answer.json()["type"] == "FileRefused", answer.content

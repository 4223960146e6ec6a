"""Every page in both languages: opens, says what it must, loads nothing from elsewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from ecociv.people.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]

PAGES = [
    "/",
    "/indicators/",
    "/indicators/?sort=-light&light=no-data",
    "/indicators/3/",
    "/indicators/19/",
    "/indicators/35/",
    "/tasks/",
    "/tasks/?system=culture&view=timeline",
    "/tasks/?q=zzzz",
    "/tasks/1/",
    "/tasks/53/",
    "/tasks/112/",
    "/projects/",
    "/projects/?view=timeline&sort=-due",
    "/projects/26/",
    "/departments/",
    "/departments/environmental-protection-bureau/",
    "/plan-check/",
    "/plan-check/?severity=error",
    "/search/",
    "/search/?q=森林",
    "/search/?q=nothing-like-it",
    "/account/log-in/",
]


def reader(language: str) -> Client:
    client = Client()
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = language
    return client


class Elements(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_in_both_languages(page: str, language: str) -> None:
    answer = reader(language).get(page)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert f'<html lang="{"en" if language == "en" else "zh-Hans"}">' in text
    assert text.count("<h1") == 1
    # Nothing of a template or of Python shows.
    assert not re.search(r"\{%|\{\{|%\(\w+\)s|object at 0x|Text\(zh=|Decimal\(", text)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_needs_nothing_but_this_server_and_no_inline_code(page: str) -> None:
    """What the Content-Security-Policy forbids is not there: inline scripts, styles and handlers, other hosts."""
    answer = reader("zh-hans").get(page)
    text = answer.content.decode()
    policy = answer["Content-Security-Policy"]
    assert "script-src 'self' 'sha256-" in policy and "unsafe" not in policy and "http" not in policy
    ids: list[str] = []
    for tag, attributes in Elements(text).found:
        assert "style" not in attributes, (tag, attributes)
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        if tag == "script" and "src" not in attributes:
            assert attributes.get("type") in {"importmap", "application/json"}
        for name in ("src", "href", "action"):
            assert not re.match(r"(https?:)?//", attributes.get(name) or ""), (tag, attributes)
        if attributes.get("id"):
            ids.append(attributes["id"] or "")
        if tag == "img":
            assert "alt" in attributes
    assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)
    for tag, attributes in Elements(text).found:
        if tag == "label":
            assert attributes.get("for") in ids


@pytest.mark.parametrize("number", range(1, 50))
def test_each_of_the_49_indicators_has_its_page(number: int) -> None:
    assert reader("en").get(reverse("portal:indicator", args=[number])).status_code == 200


def test_an_english_page_shows_english_only_where_we_wrote_it() -> None:
    """Chinese remains in the names by which the plan calls its bodies, and in the switch to Chinese."""
    text = reader("en").get("/indicators/").content.decode()
    visible = re.sub(r"<script.*?</script>|<[^>]+>", " ", text, flags=re.S)
    assert set(re.findall(r"[一-鿿]+", visible)) == {"中文"}


@pytest.mark.parametrize(
    "address", ["/indicators/50/", "/tasks/177/", "/projects/0/", "/departments/nobody/", "/nope/"]
)
@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", "没有这个页面"), ("en", "There is no such page")]
)
def test_what_is_not_there_has_a_page_with_a_next_step(address: str, language: str, words: str) -> None:
    answer = reader(language).get(address)
    text = answer.content.decode()
    assert answer.status_code == 404 and words in text and reverse("portal:search") in text


def test_filters_take_words_numbers_and_pinyin() -> None:
    client = reader("en")
    by_words = client.get("/indicators/", {"q": "森林覆盖"}).content.decode()
    by_pinyin = client.get("/indicators/", {"q": "slfg"}).content.decode()
    by_number = client.get("/indicators/", {"q": "25"}).content.decode()
    for text in (by_words, by_pinyin, by_number):
        assert reverse("portal:indicator", args=[25]) in text
        assert reverse("portal:indicator", args=[1]) not in text


def test_a_mangled_address_is_not_an_error() -> None:
    client = reader("en")
    for query in (
        "sort=%00",
        "page=999999999999",
        "system=%27%22",
        "year=abc",
        "q=" + "x" * 5000,
        "on=2016-13-45",
    ):
        assert client.get(f"/tasks/?{query}").status_code == 200, query


def test_the_lists_can_be_taken_away_as_files() -> None:
    client = reader("zh-hans")
    for address, rows in (("/indicators/", 57), ("/tasks/", 176), ("/projects/", 53), ("/departments/", 87)):
        csv = client.get(address, {"format": "csv"})
        assert csv["Content-Type"].startswith("text/csv")
        assert csv.content.decode("utf-8-sig").count("\r\n") == rows + 1, address
        book = client.get(address, {"format": "xlsx"})
        assert book.content[:2] == b"PK" and "attachment" in book["Content-Disposition"]
    # The filter holds for the file too: tasks 108 to 123 are the culture system.
    culture = client.get("/tasks/", {"format": "csv", "system": "culture"})
    assert culture.content.decode("utf-8-sig").count("\r\n") == 16 + 1


def test_the_chosen_day_is_remembered_and_given_back() -> None:
    client = reader("en")
    assert "2016-06-30" in client.get("/", {"on": "2016-06-30"}).content.decode()
    assert "Seen on 2016-06-30" in client.get("/tasks/").content.decode()
    client.get("/", {"on": ""})
    assert "Seen on 2016-06-30" not in client.get("/tasks/").content.decode()


def test_switching_the_language_keeps_the_page() -> None:
    client = reader("zh-hans")
    answer = client.post(
        reverse("portal:language"), {"language": "en", "next": "/tasks/?system=culture&page=1"}
    )
    assert answer.status_code == 302 and answer["Location"] == "/tasks/?system=culture&page=1"
    assert client.cookies[django_settings.LANGUAGE_COOKIE_NAME].value == "en"
    elsewhere = client.post(
        reverse("portal:language"), {"language": "en", "next": "https://elsewhere.example/"}
    )
    assert "elsewhere" not in elsewhere["Location"]


def test_a_duty_of_2015_shows_who_holds_it_today() -> None:
    """Task 9 is led by the land bureau, whose duties went to natural resources and planning in 2019."""
    text = reader("zh-hans").get("/tasks/9/").content.decode()
    assert "市国土资源局" in text and "市自然资源和规划局" in text


def test_findings_lead_to_their_places() -> None:
    text = reader("zh-hans").get("/plan-check/", {"q": "task:112"}).content.decode()
    text += reader("zh-hans").get("/plan-check/", {"q": "任务112"}).content.decode()
    assert reverse("portal:task", args=[112]) in text and reverse("portal:indicator", args=[46]) in text


def test_the_history_of_a_row_is_for_those_who_may_read_it(client: Client) -> None:
    words = "Changes of this row"
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    assert words not in client.get("/tasks/9/").content.decode()
    for role, organisation, shown in [
        ("auditor", "", True),
        ("department_officer", "forestry-bureau", True),
        ("department_officer", "environmental-protection-bureau", False),
    ]:
        user = User.objects.create(
            username=f"{role}{organisation}", role=role, zone="jingdezhen", organisation=organisation
        )
        client.force_login(user)
        assert (words in client.get("/tasks/9/").content.decode()) is shown, (role, organisation)


def test_a_form_without_its_token_is_refused_with_a_next_step() -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post(reverse("portal:language"), {"language": "en"})
    assert answer.status_code == 403 and "表单已过期" in answer.content.decode()


def test_headers_of_every_answer(client: Client) -> None:
    answer = client.get("/")
    assert answer["X-Frame-Options"] == "DENY" and answer["X-Content-Type-Options"] == "nosniff"
    assert (
        answer["Referrer-Policy"] == "same-origin" and answer["Cross-Origin-Opener-Policy"] == "same-origin"
    )
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_a_failing_page_says_so_in_both_languages(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: Any) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("ecociv.portal.views.findings.findings_of", fail)
    client.raise_request_exception = False
    answer = client.get("/plan-check/")
    text = answer.content.decode()
    assert answer.status_code == 500 and "服务器处理这个页面时出错" in text and "The server failed" in text
    assert "broken on purpose" not in text


def test_no_query_grows_with_the_rows(client: Client, django_assert_max_num_queries: Any) -> None:
    client.get("/")
    for page, most in (
        ("/", 20),
        ("/indicators/", 10),
        ("/tasks/", 10),
        ("/tasks/9/", 12),
        ("/departments/", 10),
    ):
        with django_assert_max_num_queries(most):
            client.get(page)

"""An enterprise sees what a visitor sees, and its own: every address is asked as both, and the answers compared."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from ecociv.people.models import User
from ecociv.people.roles import Role
from ecociv.registers.sample import load_sample_registers

pytestmark = [pytest.mark.django_db, pytest.mark.long]

ZONE, FACTORY = "jingdezhen", "91360222MA0000001W"

OWN = {
    "people:account",
    "people:password_change",
    "people:password_change_done",
    "people:tokens",
    "people:token-new",
    "portal:notices",
    "portal:notices-open",
    "portal:exchange-registry",
    "portal:damages",
    "portal:deposits",
    "portal:market-orders",
    "portal:market-blocks",
    "portal:exchange-mine",
}
"""Addresses that answer whoever has an account about that account, or that enterprise, alone."""

DIFFERS = {
    "people:login",
    "portal:register-entry",
    "portal:register",
    "portal:workbook-download",
    "portal:markets",
    "portal:market-offers",
}
"""Pages that a visitor may open and that say something else to an enterprise: its own entry whole; the log-in itself;
a file with the moment of its making in it; the market with what the enterprise itself may do there."""

SENTENCES = (
    r"请先登录。 <a href=\"/account/log-in/[^>]*>\s*登录\s*</a>",
    "企业用户只能查看公开内容和本企业的内容，只能办理本企业的事项。",
)
"""How each of the two is told that a form is not for them."""

SKIPPED = {"people:logout", "portal:healthy"}
"""Addresses that do something or that do not belong to a reader."""

ARGUMENTS: dict[str, list[str]] = {
    "pk": ["1"],
    "number": ["1"],
    "year": ["2017"],
    "month": ["5"],
    "key": ["1", FACTORY],
    "kind": ["enterprise"],
    "to": ["suspended"],
    "zone": [ZONE],
    "form": ["pdf"],
    "slug": ["fuliang-county"],
    "county": ["360222"],
    "code": ["360222"],
    "record": ["00000000-0000-0000-0000-000000000000"],
    "sha256": ["0" * 64],
}


def patterns(found: list[URLPattern | URLResolver], space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every named address of the site, administration apart (it asks for a staff account by itself)."""
    for each in found:
        if isinstance(each, URLResolver):
            if each.namespace == "admin":
                continue
            inner = f"{space}{each.namespace}:" if each.namespace else space
            yield from patterns(each.url_patterns, inner)
        elif each.name:
            yield f"{space}{each.name}", each


def addresses(name: str, pattern: URLPattern) -> Iterator[str]:
    """The addresses of a pattern with arguments that could be there."""
    names = list(pattern.pattern.converters)
    if not names:
        choices: list[dict[str, str]] = [{}]
    else:
        longest = max(len(ARGUMENTS.get(each, ["1"])) for each in names)
        choices = [
            {each: (values := ARGUMENTS.get(each, ["1"]))[min(n, len(values) - 1)] for each in names}
            for n in range(longest)
        ]
    for given in choices:
        try:
            yield reverse(name, kwargs=given)
        except NoReverseMatch:
            continue


def said(content: bytes) -> str:
    """The part of a page that speaks, without what differs from one answer to the next."""
    text = content.decode("utf-8", "replace")
    found = re.search(r"<main.*?</main>", text, re.S)
    text = found.group(0) if found else text
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text)
    for sentence in SENTENCES:
        text = re.sub(sentence, "", text)
    return re.sub(r"\s+", " ", re.sub(r"\d\d:\d\d(:\d\d(\.\d+)?)?", "", text))


@pytest.fixture
def readers(plan_in_database: None) -> tuple[Client, Client]:
    load_sample_registers(ZONE)
    user = User.objects.create(
        username="factory", role=Role.ENTERPRISE.value, organisation=FACTORY, zone=ZONE
    )
    enterprise = Client()
    enterprise.force_login(user)
    return Client(), enterprise


def closed(status: int, location: str) -> bool:
    # 405: the address takes what is sent to it alone, and says nothing.
    return status in {401, 403, 404, 405} or (status == 302 and "/account/log-in/" in location)


def test_no_address_says_more_to_an_enterprise_than_to_a_visitor(readers: tuple[Client, Client]) -> None:
    visitor, enterprise = readers
    asked, wrong = 0, []
    for name, pattern in patterns(get_resolver().url_patterns):
        if name in OWN | SKIPPED:
            continue
        for address in addresses(name, pattern):
            one, other = visitor.get(address), enterprise.get(address)
            if one.streaming or other.streaming:
                continue
            asked += 1
            mine = closed(one.status_code, one.headers.get("Location", ""))
            theirs = closed(other.status_code, other.headers.get("Location", ""))
            if mine and not theirs:
                wrong.append(f"{name} {address}: {one.status_code} for a visitor, {other.status_code}")
            elif not mine and name not in DIFFERS and not theirs and said(one.content) != said(other.content):
                wrong.append(f"{name} {address}: it says something else to an enterprise")
            elif not mine and theirs:
                wrong.append(f"{name} {address}: open to visitors, {other.status_code} for an enterprise")
    assert asked > 150
    assert not wrong, "\n".join(wrong)


def test_the_menus_of_an_enterprise_lead_nowhere_that_is_closed(readers: tuple[Client, Client]) -> None:
    _visitor, enterprise = readers
    page = enterprise.get(reverse("portal:home")).content.decode()
    head = page[: page.index("<main")]
    links = {link for link in re.findall(r'href="(/[^"#?]*)"', head) if not link.startswith("/static/")}
    assert len(links) > 10
    refused = [link for link in sorted(links) if enterprise.get(link).status_code in {403, 404}]
    assert not refused


def test_people_of_the_zone_still_get_in(readers: tuple[Client, Client]) -> None:
    officer = Client()
    officer.force_login(User.objects.create(username="leader", role=Role.LEADER.value, zone=ZONE))
    _visitor, enterprise = readers
    for name in ("portal:board", "portal:work", "portal:assessment"):
        assert officer.get(reverse(name)).status_code == 200, name
        assert enterprise.get(reverse(name)).status_code == 403, name

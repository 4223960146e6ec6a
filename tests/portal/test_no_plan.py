"""Before a plan is loaded, every page says how to load one."""

from __future__ import annotations

import pytest
from django.test import Client

from ecociv.plan.queries import forget_packages

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", ["/", "/indicators/", "/tasks/9/", "/search/?q=x", "/plan-check/"])
def test_an_empty_server_says_what_to_do(client: Client, page: str) -> None:
    forget_packages()
    answer = client.get(page)
    assert answer.status_code == 503
    assert "ecociv zone load jingdezhen" in answer.content.decode()


def test_logging_in_works_without_a_plan(client: Client) -> None:
    assert client.get("/account/log-in/").status_code == 200

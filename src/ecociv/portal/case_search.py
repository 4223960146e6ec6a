"""Cases for the search over everything: only those that the reader may see, asked for each time."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from ecociv.casework.queries import cases_for
from ecociv.core.text import Text
from ecociv.portal.search import Document
from ecociv.portal.zone import zone_key

_MOST = 5_000


def case_documents(user: Any, query: str) -> tuple[Document, ...]:
    """The newest cases that the reader may see, by number and title; none where nothing is asked."""
    if not query:
        return ()
    rows = cases_for(user, zone_key()).order_by("-pk").values_list("type", "number", "title")[:_MOST]
    return tuple(
        Document(
            "case",
            number,
            Text(zh=title, en=title),
            (number, title),
            (),
            reverse("portal:case", args=[type_key, number]),
        )
        for type_key, number, title in rows
    )

"""Search over everything in the plan: by words, by number, by pinyin or its initials."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ecociv.core.text import Text
from ecociv.plan.check import Finding, rule_of
from ecociv.plan.package import ZonePackage
from ecociv.portal.collation import collation_key, full_pinyin, initials

KINDS: dict[str, str | Promise] = {
    "indicator": _("Indicators"),
    "task": _("Tasks"),
    "project": _("Projects"),
    "department": _("Departments"),
    "case": _("Cases"),
    "finding": _("Findings of the plan check"),
}


@dataclass(frozen=True, slots=True)
class Document:
    """Something that can be found. ``names`` are searched by pinyin too; ``body`` as it stands."""

    kind: str
    number: str
    title: Text
    names: tuple[str, ...]
    body: tuple[str, ...]
    url: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that answers a query; the lower the rank, the better."""

    document: Document
    rank: int


def find(documents: Iterable[Document], query: str, limit: int = 60) -> list[Hit]:
    """Documents that hold every word of the query, best first.

    Rank 0: the number; 1: a name is the word; 2: a name begins with it; 3: a name contains it; 4: the initials or
    the pinyin of a name begin with it; 5: they contain it; 6: the text contains it. A document ranks by its worst word.
    """
    words = [word.casefold() for word in re.split(r"[\s,，、;；]+", query.strip()) if word]
    if not words:
        return []
    hits = []
    for document in documents:
        ranks = [_rank(document, word) for word in words]
        if None not in ranks:
            hits.append(Hit(document, max(rank for rank in ranks if rank is not None)))
    order = list(KINDS)
    hits.sort(key=lambda h: (h.rank, order.index(h.document.kind), collation_key(h.document.number)))
    return hits[:limit]


def _rank(document: Document, word: str) -> int | None:
    if word == document.number or word == f"{document.kind}:{document.number}":
        return 0
    names = [name.casefold() for name in document.names]
    if word in names:
        return 1
    if any(name.startswith(word) for name in names):
        return 2
    if any(word in name for name in names):
        return 3
    if word.isascii() and word.isalpha() and len(word) >= 2:
        chinese = [name for name in document.names if not name.isascii()]
        spelled = [form for name in chinese for form in (initials(name), full_pinyin(name))]
        if any(form.startswith(word) for form in spelled):
            return 4
        if any(word in form for form in spelled):
            return 5
    if any(word in text.casefold() for text in document.body):
        return 6
    return None


@lru_cache(maxsize=4)
def documents_of(package: ZonePackage, findings: tuple[Finding, ...]) -> tuple[Document, ...]:
    """Everything in a plan that can be found; made once for each state of the plan."""
    made: list[Document] = []
    for indicator in package.indicators:
        names = [indicator.name.zh, indicator.name.en]
        names += [
            text for series in indicator.series if series.name for text in (series.name.zh, series.name.en)
        ]
        made.append(
            Document(
                "indicator",
                str(indicator.number),
                indicator.name,
                tuple(names),
                (indicator.supplier.body, indicator.unit_label.zh, indicator.unit_label.en),
                reverse("portal:indicator", args=[indicator.number]),
            )
        )
    for duty in package.duties:
        made.append(
            Document(
                duty.place_kind,
                str(duty.number),
                duty.title,
                (duty.title.zh, duty.title.en),
                (duty.summary.zh, duty.summary.en, *duty.lead, *duty.support),
                reverse(f"portal:{duty.place_kind}", args=[duty.number]),
            )
        )
    for body in package.organisations:
        made.append(
            Document(
                "department",
                body.key,
                Text(zh=body.name, en=body.name_en),
                (*body.names, body.name_en),
                (),
                reverse("portal:department", args=[body.key]),
            )
        )
    for place, finding in enumerate(findings, start=1):
        made.append(
            Document(
                "finding",
                f"f{place}",
                rule_of(finding).title,
                (rule_of(finding).title.zh, rule_of(finding).title.en, finding.code),
                (finding.message.zh, finding.message.en),
                f"{reverse('portal:findings')}#f{place}",
            )
        )
    return tuple(made)

"""The chain of hashes over all revisions of all returns: a change, a removal or an insertion shows."""

from __future__ import annotations

from typing import Any

from django.db import connection

from ecociv.core.digests import digest_of_json
from ecociv.core.text import Text
from ecociv.evidence.models import DepartmentalReturn, ReturnRevision
from ecociv.evidence.seals.breaks import Break

_LOCK = 7_204_312  # any number, the same for all who add to the chain


def canonical(of: DepartmentalReturn, revision: ReturnRevision) -> dict[str, Any]:
    """What a revision says, as plain values: the content of its digest."""
    return {
        "zone": of.zone,
        "form": of.form,
        "form_digest": revision.form_digest,
        "place": of.place,
        "period": of.period,
        "sample": of.sample,
        "number": revision.number,
        "cells": revision.cells,
        "explanations": revision.explanations,
        "reason": revision.reason,
        "author": revision.author_name,
        "body": revision.body,
        "body_name": revision.body_name,
        "submitted_at": revision.submitted_at.timestamp(),
    }


def seal(of: DepartmentalReturn, revision: ReturnRevision, previous: tuple[int, str]) -> tuple[int, str]:
    """Give a new revision its place, digest and hash; returns them for the next one."""
    order, before = previous
    revision.order, revision.previous_hash = order + 1, before
    revision.digest = digest_of_json(canonical(of, revision))
    revision.hash = _hash(revision.order, revision.digest, before)
    return revision.order, revision.hash


def last_link() -> tuple[int, str]:
    """Order and hash of the newest revision; (0, "") before the first. Call inside a transaction: it holds the chain
    until the end of it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    found = ReturnRevision.objects.order_by("-order").values_list("order", "hash").first()
    return found or (0, "")


def verify_returns() -> Break | None:
    """Walk the whole chain; ``None`` when every revision is what was submitted and none is absent."""
    before = ""
    rows = ReturnRevision.objects.select_related("of").order_by("order")
    for order, revision in enumerate(rows.iterator(chunk_size=1000), start=1):
        if revision.order != order or revision.previous_hash != before:
            return _broken(
                revision,
                order,
                "order-broken",
                Text(
                    zh="第{order}环接不上前一环：其间有修订被删去或插入",
                    en="link {order} does not follow the one before it: a revision was taken out or put in",
                ),
            )
        if revision.digest != digest_of_json(canonical(revision.of, revision)):
            return _broken(
                revision,
                order,
                "statement-altered",
                Text(
                    zh="第{order}环的内容在报送之后被改动",
                    en="the content of link {order} was altered after it was submitted",
                ),
            )
        if revision.hash != _hash(revision.order, revision.digest, before):
            return _broken(
                revision,
                order,
                "seal-altered",
                Text(zh="第{order}环的校验值不符", en="the hash of link {order} does not fit"),
            )
        before = revision.hash
    return None


def _hash(order: int, digest: str, before: str) -> str:
    return digest_of_json({"order": order, "digest": digest, "previous": before})


def _broken(revision: ReturnRevision, order: int, code: str, text: Text) -> Break:
    remedy = Text(
        zh="{text}（{which}）。请由审计人员对照备份查明。",
        en="{text} ({which}). Have an auditor compare it with a backup.",
    )
    return Break("returns", code, order, "", remedy.fill(text=text.fill(order=order), which=str(revision)))

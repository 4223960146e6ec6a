"""Sealing batches, one link after the other, and finishing what a crash left half-way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from ecociv.core.digests import digest_of_json
from ecociv.core.text import Text
from ecociv.evidence.models import EvidenceSeal, ImportRun
from ecociv.evidence.seals.breaks import Break
from ecociv.evidence.seals.content import content_of_batch, content_of_month
from ecociv.evidence.seals.digest import digest_of_months
from ecociv.evidence.store import EvidenceStore

Intent = dict[str, Any]


def statement_digest(run: ImportRun) -> str:
    """Digest of who brought a batch, and why: what observations themselves do not say."""
    return digest_of_json(
        {
            "kind": run.kind,
            "zone": run.zone,
            "document": run.document_id or "",
            "mapping": run.mapping_digest,
            "load_key": run.load_key,
            "author": run.author_name,
            "account": run.author_id or 0,
            "reason": run.reason,
            "sample": run.sample,
        }
    )


def hash_of(seal: EvidenceSeal) -> str:
    """The hash that a seal must have."""
    return digest_of_json(seal.sealed())


def seal(run: ImportRun) -> EvidenceSeal:
    """Add the link of a run that is in the table, and mark the run finished, in one transaction.

    Only while the writers' lock is held: links stand in the order of the commits.
    """
    assert run.intent is not None
    assert run.recorded_at is not None
    with transaction.atomic():
        last = EvidenceSeal.objects.order_by("-order").first()
        link = EvidenceSeal(
            order=last.order + 1 if last else 1,
            run=run,
            rows=run.intent["rows"],
            months=run.intent["months"],
            content=run.intent["content"],
            statement=statement_digest(run),
            recorded_at=run.recorded_at,
            previous=last.hash if last else "",
        )
        link.hash = hash_of(link)
        link.save(force_insert=True)
        finish(run)
    return link


def finish(run: ImportRun) -> None:
    """Mark a run finished."""
    run.state, run.finished_at = ImportRun.State.FINISHED, run.finished_at or timezone.now()
    run.save(update_fields=["state", "finished_at"])


def repair(store: EvidenceStore) -> int:
    """Finish the runs that were cut off: seal what is in the table exactly as it was meant, and let go of the rest.

    A run puts down what it is about to write before it writes. If the table holds exactly that, the batch was
    acknowledged to nobody but is complete, and is sealed in its place; if the table holds nothing of it, the run is
    interrupted. If the table holds something else, nothing is sealed: the rows stay unsealed, and ``verify`` names them.

    Only while the writers' lock is held. Returns how many batches were sealed.
    """
    sealed = _begin(store)
    runs = ImportRun.objects.filter(state=ImportRun.State.STARTED, seal=None).order_by("started_at", "pk")
    for run in runs:
        if run.intent is not None:
            rows, months, content = content_of_batch(store, str(run.pk), sorted(run.intent["months"]))
            if rows and (rows, content) == (run.intent["rows"], run.intent["content"]):
                seal(run)
                sealed += 1
                continue
        run.state = ImportRun.State.INTERRUPTED
        run.save(update_fields=["state"])
    return sealed


def _begin(store: EvidenceStore) -> int:
    """Start the chain over what was there before there were seals, in the order in which it was recorded."""
    if EvidenceSeal.objects.exists() or not ImportRun.objects.filter(state=ImportRun.State.FINISHED).exists():
        return 0
    found: dict[str, dict[str, tuple[int, str]]] = {}
    for month in store.months():
        for batch, part in content_of_month(store, month).items():
            found.setdefault(batch, {})[month] = part
    sealed = 0
    for run in ImportRun.objects.filter(state=ImportRun.State.FINISHED).order_by("recorded_at", "pk"):
        months = found.get(str(run.pk))
        if months:
            rows = sum(count for count, _ in months.values())
            run.intent = intent_of(rows, months, digest_of_months(months))
            run.save(update_fields=["intent"])
            seal(run)
            sealed += 1
    return sealed


def intent_of(rows: int, months: dict[str, tuple[int, str]], content: str) -> Intent:
    """What a run is about to write, as it is put down."""
    return {"rows": rows, "months": {month: list(part) for month, part in months.items()}, "content": content}


def head() -> tuple[int, str, datetime] | None:
    """Number, hash and time of the last link: what to write down elsewhere."""
    return EvidenceSeal.objects.order_by("-order").values_list("order", "hash", "recorded_at").first()


def contradicts(order: int, digest: str) -> Break | None:
    """The break, if the seal of this number does not begin with the hash that was written down elsewhere."""
    found = EvidenceSeal.objects.filter(pk=order).values_list("hash", "run").first()
    if found is not None and found[0].startswith(digest):
        return None
    return Break(
        "observations",
        "witness-contradicted",
        order,
        str(found[1]) if found else "",
        Text(
            zh=f"第 {order} 号封条与另行记下的 {digest} 不符：链条被整体重写过，或记录有误。请核对记录并与备份比较。",
            en=f"Seal {order} is not the {digest} that was written down: the chain was rewritten as a whole, or the note "
            "is wrong. Look at the note again and compare with a backup.",
        ),
    )

"""Runs of differences beside the server, with progress."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import close_old_connections
from django.utils import timezone

from ecociv.core.text import Text
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.evidence.declared import DeclarationError
from ecociv.evidence.jobs import queue
from ecociv.land_administration.differences.models import DifferenceJob
from ecociv.land_administration.differences.running import RunDifferences, RunRefused
from ecociv.territory.layers.geopackage import LayerFileUnreadable
from ecociv.territory.overlay import OverlayRefused

_LOG = logging.getLogger(__name__)
State = DifferenceJob.State


def ask_for_run(action: RunDifferences) -> DifferenceJob:
    """Put a run in line, when it could be made now.

    Raises
    ------
    PermissionDenied, RunRefused
        As the run itself.
    """
    action.check()
    return DifferenceJob.objects.create(
        zone=action.zone,
        request={"on": (action.on or timezone.localdate()).isoformat(), "layers": list(action.layers)},
        author=account_of(action.author),
        author_name=name_of(action.author),
        created_at=timezone.now(),
    )


def make_run(pk: int) -> DifferenceJob:
    """Make the run that was asked for; one that is done or refused stays as it is."""
    job = DifferenceJob.objects.select_related("author").get(pk=pk)
    if job.state in (State.DONE, State.REFUSED):
        return job
    _tell(job, state=State.RUNNING)
    author: Any = job.author or job.author_name
    action = RunDifferences(
        job.zone,
        author,
        dt.date.fromisoformat(job.request["on"]),
        tuple(job.request["layers"]),
        progress=lambda done, total: _far(job, done, total),
    )
    try:
        run = action.execute()
    except (RunRefused, LayerFileUnreadable) as refused:
        return _refuse(job, refused.text)
    except (PermissionDenied, OverlayRefused, DeclarationError) as refused:
        return _refuse(job, Text(zh=str(refused), en=str(refused)))
    return _tell(job, state=State.DONE, run=run, finished_at=timezone.now())


@queue.task(retries=2, retry_delay=10)  # type: ignore[untyped-decorator]
def run_differences(pk: int) -> None:
    """Make one run."""
    close_old_connections()
    try:
        make_run(pk)
    except Exception:
        _LOG.exception("A run of differences failed and will be tried again.")
        raise
    finally:
        close_old_connections()


def _refuse(job: DifferenceJob, text: Text) -> DifferenceJob:
    return _tell(job, state=State.REFUSED, said_zh=text.zh, said_en=text.en, finished_at=timezone.now())


def _far(job: DifferenceJob, done: int, total: int) -> None:
    _tell(job, done=done, total=total)


def _tell(job: DifferenceJob, **changed: Any) -> DifferenceJob:
    for name, value in changed.items():
        setattr(job, name, value)
    job.save(update_fields=list(changed))
    return job

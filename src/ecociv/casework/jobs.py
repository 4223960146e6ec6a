"""What runs by itself for cases, on the queue of the evidence room: escalations, digests, deliveries."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone
from huey import crontab

from ecociv.casework.notices.daily import RunEscalations, SendDigests
from ecociv.casework.notices.delivery import DeliverPending
from ecociv.evidence.jobs import queue

_LOG = logging.getLogger(__name__)


@queue.periodic_task(crontab(minute="*"))  # type: ignore[untyped-decorator]
@queue.lock_task("notices-deliver")  # type: ignore[untyped-decorator]
def deliver() -> None:
    """Every minute: letters and messages that are due."""
    _with_database(lambda: DeliverPending().execute())


@queue.periodic_task(crontab(minute="*/15"))  # type: ignore[untyped-decorator]
@queue.lock_task("cases-escalate")  # type: ignore[untyped-decorator]
def escalate() -> None:
    """Every quarter of an hour: a job that did not run at night is made good by the next turn."""
    _with_database(lambda: RunEscalations(settings.ECOCIV_ZONE, timezone.localdate()).execute())


@queue.periodic_task(crontab(minute="30", hour="0"))  # type: ignore[untyped-decorator]
@queue.lock_task("cases-digest")  # type: ignore[untyped-decorator]
def digest() -> None:
    """Every morning (half past eight in China; the queue counts by UTC): what waits for whom."""
    _with_database(lambda: SendDigests(settings.ECOCIV_ZONE, timezone.localdate()).execute())


def _with_database(work: Callable[[], Any]) -> None:
    close_old_connections()
    try:
        work()
    except Exception:  # noqa: BLE001 - the next turn tries again; ending the consumer would end all jobs
        _LOG.exception("A job of the casework failed and will be tried again.")
    finally:
        close_old_connections()

"""What runs by itself for the exchange, on the queue of the evidence room: proposed blocks lapse in time."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import close_old_connections
from huey import crontab

from ecociv.evidence.jobs import queue
from ecociv.exchange.actions import LapseBlocks

_LOG = logging.getLogger(__name__)


@queue.periodic_task(crontab(minute="*"))  # type: ignore[untyped-decorator]
@queue.lock_task("exchange-lapse")  # type: ignore[untyped-decorator]
def lapse_blocks() -> None:
    """Every minute: blocks whose time is over give back what they hold. Nobody could confirm them since it was over."""
    close_old_connections()
    try:
        LapseBlocks(zone=settings.ECOCIV_ZONE, author="ecociv jobs").execute()
    except Exception:  # noqa: BLE001 - the next turn tries again; ending the consumer would end all jobs
        _LOG.exception("Proposed blocks could not lapse and will be tried again.")
    finally:
        close_old_connections()

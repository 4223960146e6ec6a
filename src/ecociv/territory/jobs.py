"""What runs beside the server for the territory: batches of site checks."""

from __future__ import annotations

import logging

from django.db import close_old_connections

from ecociv.evidence.jobs import queue
from ecociv.territory.site_check.batch import run_batch

_LOG = logging.getLogger(__name__)


@queue.task(retries=2, retry_delay=10)  # type: ignore[untyped-decorator]
def check_batch(pk: int) -> None:
    """Check the sites of one batch."""
    close_old_connections()
    try:
        run_batch(pk)
    except Exception:
        _LOG.exception("A batch of site checks failed and will be tried again.")
        raise
    finally:
        close_old_connections()

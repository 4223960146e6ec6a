"""What runs beside the server for the territory: batches of site checks, searches for sites, tiles of large layers ahead, room for tiles."""

from __future__ import annotations

import logging

from django.db import close_old_connections
from huey import crontab

from ecociv.evidence.jobs import queue
from ecociv.territory.site_check.batch import run_batch
from ecociv.territory.siting.searches import forget_searches, run_search
from ecociv.territory.tiles.cache import prepare_large, prune

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


@queue.task(retries=2, retry_delay=10)  # type: ignore[untyped-decorator]
def search_sites(pk: int) -> None:
    """Make one search for sites."""
    close_old_connections()
    try:
        run_search(pk)
    except Exception:
        _LOG.exception("A search for sites failed and will be tried again.")
        raise
    finally:
        close_old_connections()


@queue.periodic_task(crontab(minute="25", hour="19"))  # type: ignore[untyped-decorator]
@queue.lock_task("territory-searches")  # type: ignore[untyped-decorator]
def old_searches() -> None:
    """Every night (by the clock of China): searches that ended a month ago are forgotten."""
    close_old_connections()
    forget_searches()
    close_old_connections()


@queue.periodic_task(crontab(minute="*/5"))  # type: ignore[untyped-decorator]
@queue.lock_task("territory-overviews")  # type: ignore[untyped-decorator]
def overviews() -> None:
    """Every five minutes: overviews and lowest zooms of large layers, so that no reader of the map waits for them."""
    close_old_connections()
    try:
        prepare_large()
    except Exception:  # noqa: BLE001 - the next turn tries again; ending the consumer would end all jobs
        _LOG.exception("Overviews and tiles of large layers could not be made ahead and will be tried again.")
    finally:
        close_old_connections()


@queue.periodic_task(crontab(minute="20", hour="19"))  # type: ignore[untyped-decorator]
@queue.lock_task("territory-tiles")  # type: ignore[untyped-decorator]
def room_for_tiles() -> None:
    """Every night (by the clock of China): kept tiles back within their limit."""
    try:
        prune()
    except OSError:
        _LOG.exception("Kept tiles could not be cleared and will be looked at again.")

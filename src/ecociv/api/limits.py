"""How much the interfaces take at once."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q

from ecociv.api.problems import Problem
from ecociv.evidence.models import InboxReading

READINGS_AT_ONCE = 10_000
"""Readings in one request."""
FILE_BYTES = 200 * 1024 * 1024
"""Bytes of one file."""
OBSERVATIONS_A_PAGE = 1_000
RETRY_AFTER = 10
"""Seconds after which a sender that was put off may try again."""
_WAITING = Q(flushed_at=None)


def require_room() -> None:
    """Put the sender off while more than ``ECOCIV_INBOX_LIMIT`` readings wait: what is accepted must be stored.

    Raises
    ------
    Problem
        429 with ``Retry-After``. Nothing of the request was taken.
    """
    limit = settings.ECOCIV_INBOX_LIMIT
    # the limit bounds the count: no more than limit + 1 index entries are looked at
    waiting = InboxReading.objects.filter(_WAITING).order_by()[: limit + 1].count()
    if waiting > limit:
        raise Problem(
            429,
            "TooManyRequests",
            "收件箱里有超过{limit}条数据等待入库，本次请求一条也没有接收；请在{seconds}秒后重发。",
            "More than {limit} readings wait to be stored. Nothing of this request was taken; send it again in "
            "{seconds} seconds.",
            headers={"Retry-After": str(RETRY_AFTER)},
            limit=limit,
            seconds=RETRY_AFTER,
        )

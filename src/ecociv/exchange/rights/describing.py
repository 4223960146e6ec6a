"""Bringing sector and regions of the accounts up to the register of enterprises, under a document (账户信息更新)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from ecociv.exchange.actions import ChangeAccount
from ecociv.exchange.actions.base import require_operator, send_all
from ecociv.exchange.journal.sending import Receipt
from ecociv.exchange.queries import accounts
from ecociv.exchange.rights.parties import standing
from ecociv.people.models import User


@dataclass(kw_only=True, slots=True)
class DescribeAccounts:
    """Record for every open account of a participant what the register says of it today, where the journal says otherwise.

    The rules of the markets judge by what the journal holds: a change of the register is no change of the exchange until it
    is recorded here.
    """

    zone: str
    author: Any
    document: str

    def check(self) -> list[ChangeAccount]:
        """What has to be recorded.

        Raises
        ------
        PermissionDenied
        """
        if isinstance(self.author, User):
            require_operator(self.author, self.zone)
        today, found = timezone.localdate(), []
        for row in accounts(self.zone).filter(closed=False, sort="trader"):
            sector, regions = standing(self.zone, row.account, today)
            if (sector, ",".join(regions)) != (row.sector, row.regions):
                found.append(
                    ChangeAccount(
                        zone=self.zone,
                        author=self.author,
                        account=row.account,
                        document=self.document,
                        sector=sector,
                        regions=regions,
                    )
                )
        return found

    def execute(self) -> list[tuple[ChangeAccount, Receipt]]:
        """Record it; each with what came of it, for one that has something open is refused until that has ended."""
        actions = self.check()
        return list(zip(actions, send_all(actions), strict=True))

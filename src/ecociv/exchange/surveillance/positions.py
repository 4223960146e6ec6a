"""Large positions (大额持有) and limits of positions. Pure: no Django."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.exchange.surveillance.alerts import Alert, owner_of
from ecociv.exchange.surveillance.thresholds import LargePosition


def large_positions(
    market: str,
    holdings: Mapping[str, int],
    rule: LargePosition,
    *,
    owners: Mapping[str, str] | None = None,
    limit: int | None = None,
    except_for: Collection[str] = (),
) -> list[Alert]:
    """Owners who hold a large share of all live units, or more than the limit of the market.

    Parameters
    ----------
    holdings : mapping
        Live units by account, of everybody: their sum is what the share is of.
    owners : mapping
        Beneficial owner by account; what one owner has in several accounts is put together.
    limit : int or None
        Units that an owner may have; ``None`` where there is no limit.
    except_for : collection
        Accounts of the government's reserves: their units count in the sum, and they are not reported.

    Returns
    -------
    list of Alert
        In order of the owners' keys; a share of exactly the threshold is reported, a position of exactly the limit is not.
    """
    owners = owners or {}
    total = sum(holdings.values())
    by_owner: dict[str, dict[str, int]] = {}
    for account, units in holdings.items():
        if account not in except_for and units:
            by_owner.setdefault(owner_of(account, owners), {})[account] = units
    alerts = []
    for owner, held in sorted(by_owner.items()):
        units = sum(held.values())
        accounts = tuple(sorted(held))
        data = {"owner": owner, "units": units, "total": total, "threshold_bp": rule.share_bp, "limit": limit}
        if limit is not None and units > limit:
            text = Text(
                zh="{owner} 持有 {units}，超过持仓上限 {limit}。",
                en="{owner} holds {units}, above the limit of {limit}.",
            )
            alerts.append(
                Alert(
                    "position-limit",
                    market,
                    owner,
                    accounts,
                    Reason("position-limit", text.fill(**data), data),
                )
            )
        if units * 10_000 >= rule.share_bp * total:
            text = Text(
                zh="{owner} 持有 {units}，占全部 {total} 的 {share}%，达到 {threshold}%。",
                en="{owner} holds {units} of {total}: {share} %, at or above {threshold} %.",
            ).fill(share=percent(units, total), threshold=percent(rule.share_bp, 10_000), **data)
            alerts.append(
                Alert("large-position", market, owner, accounts, Reason("large-position", text, data))
            )
    return alerts


def percent(part: int, whole: int) -> str:
    """A share in per cent with two decimals, cut off and never rounded up to a threshold.

    Examples
    --------
    >>> percent(1999, 10000), percent(1, 3)
    ('19.99', '33.33')
    """
    hundredths = part * 10_000 // whole
    return f"{hundredths // 100}.{hundredths % 100:02d}"

"""An exchange with three sample enterprises and the reserves, for tests of rights."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from ecociv.exchange.actions import OpenAccount, RecordMovement
from ecociv.exchange.queries import micros
from ecociv.exchange.registry import Series, issue
from ecociv.people.models import User
from ecociv.people.roles import Role

ZONE = "jingdezhen"
KILN, CERAMICS, POWER, POWER_TOO, CEMENT = (
    "91360222MA0000001W",  # Fuliang, ceramics (C3074)
    "91360202MA00000021",  # Changjiang, ceramics (C3071)
    "91360281MA0000005P",  # Leping, thermal power (D4411)
    "91360281MA0000017Y",  # Leping, thermal power (D4411)
    "91360202MA0000010U",  # Changjiang, cement (C3011)
)
RESERVE = "reserve-discharge"
SO2 = Series("so2", 2018, "jingdezhen")
CEA = Series("cea", 2022)
DAY = dt.date(2018, 6, 1)
BUREAU = "environmental-protection-bureau"


def moment(day: dt.date, clock: str) -> int:
    """Microseconds of a local time."""
    return micros(dt.datetime.combine(day, dt.time.fromisoformat(clock), ZoneInfo("Asia/Shanghai")))


def open_accounts(at: int | None = None) -> None:
    """Accounts of five enterprises and of the reserves; the journal's clock never goes back, so past days come first."""
    for key, name, sort in (
        (KILN, "样例浮梁日用陶瓷一", "trader"),
        (CERAMICS, "样例昌江建筑卫生陶瓷一", "trader"),
        (POWER, "样例乐平火力发电一", "trader"),
        (POWER_TOO, "样例乐平火力发电二", "trader"),
        (CEMENT, "样例昌江水泥一", "trader"),
        (RESERVE, "排污权储备", "reserve"),
        ("reserve-carbon", "碳配额储备", "reserve"),
    ):
        OpenAccount(
            zone=ZONE, author="test", account=key, name=name, document="开户协议", sort=sort, at=at
        ).execute()


def give(series: Series, account: str, quantity: int, at: int | None = None) -> None:
    """Issue units to an account."""
    movement = issue(1, series, account, quantity, document="许可证", at=0)
    RecordMovement(zone=ZONE, author="test", movement=movement, at=at).execute()


def officer(username: str = "officer", organisation: str = "ecology-and-environment-bureau") -> User:
    """An officer of the body that operates the exchange today."""
    return User.objects.create(
        username=username, role=Role.DEPARTMENT_OFFICER.value, organisation=organisation, zone=ZONE
    )


def factory(organisation: str = KILN, username: str = "factory") -> User:
    """The account of an enterprise."""
    return User.objects.create(
        username=username, role=Role.ENTERPRISE.value, organisation=organisation, zone=ZONE
    )

"""Sample damage and deposits of a zone, by the same actions as real ones; marked as sample."""

from __future__ import annotations

import datetime as dt
import random
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from ecociv.casework.actions import Attachment, TakeStep
from ecociv.casework.recorded import declaration_of
from ecociv.liabilities.damage.actions import OpenDamage, RecordValuation, SettleDamage
from ecociv.liabilities.damage.payments import MoveDamageMoney
from ecociv.liabilities.damage.plan import Instalment
from ecociv.liabilities.deposits.actions import MoveDepositMoney
from ecociv.liabilities.deposits.queries import mine_positions
from ecociv.liabilities.models import Damage, Movement
from ecociv.liabilities.valuation.amounts import CostItem, restoration_cost
from ecociv.liabilities.valuation.virtual_treatment import virtual_treatment_cost
from ecociv.people.models import User
from ecociv.people.roles import Role
from ecociv.registers.queries import entries

AUTHOR = "样例数据 sample data"
SEED = 2018
_PAPER = "样例凭证"


def load_sample_liabilities(zone: str) -> int:
    """Three damages at different steps and the money of the mines; how many damages were made.

    Nothing is made where some are there, or the sample accounts or registers are not.
    """
    people = {
        user.username: user for user in User.objects.filter(zone=zone, username__in=("department", "office"))
    }
    enterprises = [one for one in entries(zone, "enterprise", dt.date(2018, 1, 1)) if one.sample]
    if len(people) < 2 or len(enterprises) < 3:
        return 0
    # The enterprise that has an account comes first, so that it finds something of its own.
    accounts = User.objects.filter(zone=zone, role=Role.ENTERPRISE.value).values_list("organisation", flat=True)
    enterprises.sort(key=lambda one: one.key not in set(accounts))
    if Damage.objects.filter(zone=zone).exists() or Movement.objects.filter(zone=zone).exists():
        return 0
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        paper = Path(folder, "paper.txt")
        paper.write_text("样例材料\n", encoding="utf-8")
        _mines(zone)
        player = _Player(zone, people, paper)
        player.restored(enterprises[1].key)
        player.late(enterprises[0].key)
        player.begun(enterprises[2].key)
    return 3


def _mines(zone: str) -> None:
    """Deposits paid in under the old rule, works, and a mine that paid in nothing."""
    chosen = random.Random(SEED)
    for number, one in enumerate(mine_positions(zone, dt.date(2016, 3, 1))):
        if one.cost_fen is None or number % 4 == 3:
            continue
        share = chosen.choice((40, 60, 100))
        common: dict[str, Any] = {"zone": zone, "right": one.entry.key, "author": AUTHOR, "sample": True}
        paid = one.cost_fen * share // 100
        MoveDepositMoney(
            kind="paid",
            day=dt.date(2016, 3, 1),
            fen=paid,
            document=f"{_PAPER}〔2016〕{number + 1}号",
            **common,
        ).execute()
        if number % 2 == 0:
            MoveDepositMoney(
                kind="works",
                day=dt.date(2018, 6, 20),
                fen=paid // 4,
                document=f"样例验收〔2018〕{number + 1}号",
                reason="样例：分期治理工程验收",
                **common,
            ).execute()


class _Player:
    """Plays the steps of the sample cases on the days on which they are said to have happened."""

    def __init__(self, zone: str, people: dict[str, User], paper: Path) -> None:
        self.zone, self.people, self.paper = zone, people, paper

    def restored(self, enterprise: str) -> None:
        """Valued, agreed, paid, restored, verified and closed."""
        damage = self._open(
            "样例：陶瓷废水偷排案", enterprise, "surface-water", dt.date(2018, 2, 5), dt.date(2018, 3, 1)
        )
        self._to_consultation(damage, [dt.date(2018, 3, 5), dt.date(2018, 4, 10), dt.date(2018, 5, 15)])
        value = self._value(
            damage,
            virtual_treatment_cost(
                Decimal("1260"),
                Decimal("18.5"),
                "surface-water",
                "III",
                {"sensitivity": Decimal("5")},
                damage.happened_on,
                source="样例监测报告",
                sample=True,
            ),
        )
        self._settle(damage, dt.date(2018, 6, 8), [(dt.date(2018, 7, 1), value)])
        self._step(damage, "agree", "department", dt.date(2018, 6, 8), minutes="样例：达成一致")
        self._move(damage, "paid", dt.date(2018, 6, 28), value)
        self._step(damage, "restore", "department", dt.date(2018, 7, 10))
        self._move(damage, "works", dt.date(2018, 10, 15), value)
        self._step(damage, "finish", "department", dt.date(2018, 10, 20), restored="样例：河道清淤1.2公里")
        self._step(damage, "close", "office", dt.date(2018, 11, 6), "restored", verified="样例：达到修复目标")

    def late(self, enterprise: str) -> None:
        """Agreed in instalments, the first paid, the second late."""
        damage = self._open(
            "样例：固体废物倾倒案", enterprise, "soil", dt.date(2019, 3, 12), dt.date(2019, 4, 2)
        )
        self._to_consultation(damage, [dt.date(2019, 4, 4), dt.date(2019, 5, 20), dt.date(2019, 7, 1)])
        works = restoration_cost(
            [
                CostItem("清运处置 removal", Decimal("860"), "t", Decimal("420"), "样例询价"),
                CostItem("客土复绿 planting", Decimal("0.62"), "ha", Decimal("96000"), "样例询价"),
            ],
            overheads=Decimal("0.08"),
            sample=True,
        )
        value = self._value(damage, works)
        first = value * 2 // 5
        self._settle(
            damage,
            dt.date(2019, 8, 15),
            [(dt.date(2019, 9, 30), first), (dt.date(2020, 3, 31), value - first)],
        )
        self._step(damage, "agree", "department", dt.date(2019, 8, 15), minutes="样例：分两期缴纳")
        self._move(damage, "paid", dt.date(2019, 9, 27), first)
        self._step(damage, "restore", "department", dt.date(2019, 10, 15))
        self._move(damage, "works", dt.date(2019, 12, 20), first // 2)

    def begun(self, enterprise: str) -> None:
        """Being investigated now."""
        today = timezone.localdate()
        damage = self._open(
            "样例：废气超标排放线索",
            enterprise,
            "air",
            today - dt.timedelta(days=40),
            today - dt.timedelta(days=20),
        )
        self._step(damage, "investigate", "department", today - dt.timedelta(days=18))

    def _open(self, title: str, enterprise: str, medium: str, happened: dt.date, day: dt.date) -> Damage:
        return OpenDamage(
            zone=self.zone,
            title=title,
            enterprise=enterprise,
            clue="样例线索",
            medium=medium,
            happened_on=happened,
            author=self.people["department"],
            sample=True,
            at=_moment(day),
        ).execute()

    def _to_consultation(self, damage: Damage, days: list[dt.date]) -> None:
        self._step(damage, "investigate", "department", days[0])
        self._step(
            damage, "assess", "department", days[1], findings="样例：情况属实", appraiser="样例鉴定机构"
        )
        self._step(damage, "consult", "department", days[2])

    def _step(
        self, damage: Damage, move: str, by: str, day: dt.date, outcome: str = "", **fields: str
    ) -> None:
        case = damage.case
        case.refresh_from_db()
        declared = declaration_of(case)
        TakeStep(
            case,
            move,
            self.people[by],
            case.steps_taken,
            fields=fields,
            documents=tuple(
                Attachment(self.paper, "样例材料.txt", key) for key in declared.transitions[move].documents
            ),
            outcome=outcome,
            at=_moment(day),
        ).execute()
        case.refresh_from_db()

    def _value(self, damage: Damage, part: Any) -> int:
        return (
            RecordValuation(
                damage=damage, author=self.people["department"], document="样例评估报告", parts=[part]
            )
            .execute()
            .fen
        )

    def _settle(self, damage: Damage, signed: dt.date, plan: list[tuple[dt.date, int]]) -> None:
        SettleDamage(
            damage=damage,
            author=self.people["department"],
            document="样例赔偿协议",
            kind="agreement",
            signed_on=signed,
            instalments=[Instalment(day, fen) for day, fen in plan],
        ).execute()

    def _move(self, damage: Damage, kind: str, day: dt.date, fen: int) -> None:
        MoveDamageMoney(
            damage=damage, author=AUTHOR, kind=kind, day=day, fen=fen, document=f"{_PAPER} {day}"
        ).execute()


def _moment(day: dt.date) -> dt.datetime:
    """Nine in the morning of a day, and never ahead of now."""
    return min(timezone.make_aware(dt.datetime.combine(day, dt.time(9))), timezone.now())

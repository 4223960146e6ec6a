"""Recording damage: opening it with its case, valuing it, settling what is paid when, paying."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from ecociv.casework.actions import InputRefused, OpenCase
from ecociv.casework.permissions import may_as, parties_of, refuse
from ecociv.casework.recorded import declaration_of
from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.evidence.actions.authors import account_of, name_of, recorded_by
from ecociv.ledger.money import fen as fen_of
from ecociv.liabilities.damage.plan import Instalment, PlanRefused, checked
from ecociv.liabilities.damage.queries import position
from ecociv.liabilities.declaration import declared
from ecociv.liabilities.models import Damage, Settlement, Valuation
from ecociv.liabilities.money import LiabilityRefused
from ecociv.liabilities.valuation.amounts import total
from ecociv.people import audit
from ecociv.people.credit_code import CodeRefused, credit_code
from ecociv.people.models import User
from ecociv.plan.queries import current_package
from ecociv.registers.queries import entry

TYPE = "environmental-damage"

_SETTLES = frozenset({"consulting", "litigation", "payment", "restoration"})
"""States of the case in which what is to be paid can be settled."""


def lead_today(zone: str) -> str:
    """Key of the body that has damage investigated, following its successors."""
    return current_package(zone).body_on(declared(zone).damage.lead, timezone.localdate()).key


def may_deal_with(user: Any, damage: Damage) -> bool:
    """Whether somebody values and settles a damage: who acts for the body in charge of its case; a command may."""
    if not isinstance(user, User):
        return isinstance(user, str) and bool(user.strip())
    case = damage.case
    return bool(
        may_as(user, case.zone, declaration_of(case), ("lead",), parties_of(case), timezone.localdate()).ok
    )


@dataclass(kw_only=True, slots=True)
class OpenDamage:
    """Put a clue of damage on record and open its case.

    Parameters
    ----------
    enterprise
        Unified social credit code of the enterprise that answers for it; it has to be on the register.
    """

    zone: str
    title: str
    enterprise: str
    clue: str
    medium: str
    happened_on: dt.date
    author: Any
    place: str = ""
    sample: bool = False
    at: dt.datetime | None = None

    def check(self) -> OpenCase:
        """The opening of the case, when everything else is in order.

        Raises
        ------
        PermissionDenied
            For whoever may not open such a case.
        InputRefused
            With a sentence for each input.
        """
        faults: dict[str, Text] = {}
        try:
            self.enterprise = credit_code(self.enterprise)
        except CodeRefused as refused:
            faults["enterprise"] = refused.text
        else:
            if entry(self.zone, "enterprise", self.enterprise, dt.date.max) is None:
                faults["enterprise"] = Text(
                    zh=f"企业登记中没有“{self.enterprise}”，请先登记。",
                    en=f"The register of enterprises has no {self.enterprise!r}; enter it first.",
                )
        if self.happened_on > timezone.localdate():
            faults["happened_on"] = Text(zh="发生日期还没有到。", en="The day it happened has not come yet.")
        opening = OpenCase(
            zone=self.zone,
            type=TYPE,
            title=self.title.strip(),
            author=self.author,
            subject=f"place:{self.place}" if self.place else "",
            parties={"lead": [lead_today(self.zone)]},
            fields={
                "enterprise": self.enterprise,
                "clue": self.clue.strip(),
                "happened": self.happened_on.isoformat(),
                "medium": self.medium,
            },
            sample=self.sample,
            at=self.at,
        )
        if faults:
            raise InputRefused(faults)
        opening.check()
        return opening

    def execute(self) -> Damage:
        """Open both; the same sent again within a minute gives the damage already on record."""
        with transaction.atomic():
            audit.hold()
            case = self.check().execute()
            known = Damage.objects.filter(case=case).first()
            if known is not None:
                return known
            damage = Damage(
                zone=self.zone,
                case=case,
                enterprise=self.enterprise,
                medium=self.medium,
                happened_on=self.happened_on,
                recorded_at=timezone.now(),
                author=account_of(self.author),
                author_name=name_of(self.author),
                sample=self.sample,
            )
            damage.save()
            return damage


@dataclass(kw_only=True, slots=True)
class _OnDamage:
    """What is recorded of a damage by the body in charge of its case."""

    damage: Damage
    author: Any
    document: str
    reason: str = ""
    sample: bool = False

    def _require(self) -> None:
        if isinstance(self.author, User):
            case = self.damage.case
            refuse(
                may_as(
                    self.author,
                    case.zone,
                    declaration_of(case),
                    ("lead",),
                    parties_of(case),
                    timezone.localdate(),
                )
            )
        elif not may_deal_with(self.author, self.damage):
            raise ValueError("Nothing is recorded without an author.")

    def _faults(self) -> list[tuple[str, Text]]:
        found: list[tuple[str, Text]] = []
        if not self.document.strip():
            found.append(("document", Text(zh="请填写依据文件。", en="Name the document that it rests on.")))
        if self.damage.case.closed_at is not None:
            found.append(("", Text(zh="案件已结案。", en="The case is closed.")))
        return found

    def _common(self) -> dict[str, Any]:
        return {
            "damage": self.damage,
            **recorded_by(self.author),
            "reason": self.reason.strip(),
            "document": self.document.strip(),
            "sample": self.sample or self.damage.sample,
        }

    def _audit(self, action: str, after: dict[str, Any]) -> None:
        audit.record(
            actor=self.author,
            action=action,
            zone=self.damage.zone,
            subject_kind="liability-damage",
            subject_key=self.damage.case.number,
            after=after,
            reason=self.reason,
        )


@dataclass(kw_only=True, slots=True)
class RecordValuation(_OnDamage):
    """Record what a damage is valued at; the parts carry their arithmetic."""

    parts: Sequence[Trace]

    def check(self) -> Trace:
        """The sum of the parts.

        Raises
        ------
        PermissionDenied
            For whoever does not act for the body in charge.
        LiabilityRefused, ValuationRefused
            Where something is missing.
        """
        self._require()
        faults = self._faults()
        if self.damage.valuations.exists() and not self.reason.strip():
            faults.append(("reason", Text(zh="请说明为什么重新评估。", en="Say why it is valued again.")))
        if faults:
            raise LiabilityRefused(*faults)
        return total(self.parts, Text(zh="生态环境损害数额", en="Environmental damage"))

    def execute(self) -> Valuation:
        """Record it."""
        with transaction.atomic():
            audit.hold()
            added = self.check()
            row = Valuation(
                number=self.damage.valuations.count() + 1,
                fen=fen_of(added.value),  # type: ignore[arg-type]
                trace=added.to_json(),
                **self._common(),
            )
            row.save()
            self._audit("damage.value", {"fen": row.fen, "number": row.number})
            return row


@dataclass(kw_only=True, slots=True)
class SettleDamage(_OnDamage):
    """Record what is to be paid, and when: by agreement (磋商协议) or by judgment."""

    kind: str
    signed_on: dt.date
    instalments: Iterable[Instalment]

    def check(self) -> tuple[Instalment, ...]:
        """The plan, in order.

        Raises
        ------
        PermissionDenied
            For whoever does not act for the body in charge.
        LiabilityRefused
            Where the case is not so far, there is no valuation, the plan does not stand, or it falls short of what is
            paid already.
        """
        self._require()
        faults = self._faults()
        here = position(self.damage)
        if self.kind not in Settlement.Kind.values:
            faults.append(
                (
                    "kind",
                    Text(
                        zh=f"没有“{self.kind}”。", en=f"{self.kind!r} is neither an agreement nor a judgment."
                    ),
                )
            )
        if self.damage.case.state not in _SETTLES:
            faults.append(
                (
                    "",
                    Text(
                        zh="案件进入磋商或诉讼后才能记录赔偿安排。",
                        en="What is paid is settled once the case is in consultation or at court.",
                    ),
                )
            )
        if here.valuation is None:
            faults.append(("", Text(zh="请先记录损害评估。", en="Record the valuation first.")))
        if self.signed_on > timezone.localdate():
            faults.append(
                ("signed_on", Text(zh="签订日还没有到。", en="The day of signing has not come yet."))
            )
        plan = tuple(self.instalments)
        added = sum(one.fen for one in plan)
        if here.valuation is not None and added != here.valuation.fen and not self.reason.strip():
            faults.append(
                (
                    "reason",
                    Text(
                        zh="与评估数额不一致，请说明原因。",
                        en="It is not what the damage was valued at: say why.",
                    ),
                )
            )
        if self.damage.settlements.exists() and not self.reason.strip():
            faults.append(("reason", Text(zh="请说明为什么变更。", en="Say why it is changed.")))
        if added < here.sums.paid:
            faults.append(
                ("instalments", Text(zh="低于已缴金额。", en="It is less than what is paid already."))
            )
        try:
            plan = checked(
                plan, added, self.signed_on if not self.damage.settlements.exists() else dt.date.min
            )
        except PlanRefused as refused:
            faults.append(("instalments", refused.text))
        if faults:
            raise LiabilityRefused(*faults)
        return plan

    def execute(self) -> Settlement:
        """Record it."""
        with transaction.atomic():
            audit.hold()
            plan = self.check()
            row = Settlement(
                number=self.damage.settlements.count() + 1,
                kind=self.kind,
                signed_on=self.signed_on,
                fen=sum(one.fen for one in plan),
                plan=[[one.due.isoformat(), one.fen] for one in plan],
                **self._common(),
            )
            row.save()
            self._audit("damage.settle", {"fen": row.fen, "plan": row.plan})
            return row

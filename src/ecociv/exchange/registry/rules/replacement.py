"""Reduction replacement (削减替代): rights given up for the discharge of a new project. Pure: no Django."""

from __future__ import annotations

from dataclasses import dataclass

from ecociv.core.verdicts import Reason, Verdict
from ecociv.exchange.instruments import Instrument
from ecociv.exchange.registry.making import Id, exchange_series
from ecociv.exchange.registry.movements import Kind, Movement, Series
from ecociv.exchange.registry.rules.reasons import no, reason


@dataclass(frozen=True, slots=True)
class ReplacementPlan:
    """So many units are given up for so many of a new project."""

    account: str
    source: Series
    target: Series
    given: int
    made: int
    verdict: Verdict

    def movement(self, id: Id, *, document: str, at: int) -> Movement:
        """The units given up are cancelled, those of the project are made."""
        return exchange_series(
            id,
            Kind.REPLACE,
            self.account,
            self.source,
            self.given,
            self.target,
            self.made,
            document=document,
            at=at,
        )


def plan_replacement(
    instrument: Instrument,
    account: str,
    source: Series,
    target: Series,
    needed: int,
    *,
    quality_met: bool | None,
    held: int,
) -> ReplacementPlan:
    """How many units have to be given up for ``needed`` units of a new project.

    Parameters
    ----------
    quality_met : bool or None
        Whether last year's quality met the standard, of the water where the medium is water and of the air where it is air;
        ``None`` when it is not known yet: then nothing is replaced.
    held : int
        Free units of the source that the account has.

    Returns
    -------
    ReplacementPlan
        Twofold where the quality missed the standard. Codes ``replacement-none``, ``quality-unknown``,
        ``replacement-series``, ``replacement-held``.
    """
    terms = instrument.terms.replacement
    if terms is None:
        why = reason(
            "replacement-none",
            "{label}没有削减替代的规定。",
            "{label} knows no replacement.",
            label=instrument.label,
        )
        return ReplacementPlan(account, source, target, 0, needed, no(why))
    if quality_met is None:
        why = reason(
            "quality-unknown",
            "上年度环境质量是否达标未知，不能确定替代倍数。",
            "Whether last year's quality met the standard is not known, and the ratio depends on it.",
        )
        return ReplacementPlan(account, source, target, 0, needed, Verdict(None, (why,)))
    ratio = terms.met if quality_met else terms.missed
    given = -(-needed * ratio.given // ratio.made)
    reasons: list[Reason] = []
    if (source.instrument, source.region) != (target.instrument, target.region):
        reasons.append(
            reason(
                "replacement-series",
                "{source} 不能替代 {target}：须为同一污染物、同一流域或区域。",
                "{source} cannot replace {target}: it has to be the same pollutant in the same basin or region.",
                source=str(source),
                target=str(target),
            )
        )
    if held < given:
        reasons.append(
            reason(
                "replacement-held",
                "需要替代量 {given}，可用 {held}。",
                "{given} have to be given up; {held} are free.",
                given=given,
                held=held,
            )
        )
    return ReplacementPlan(account, source, target, given, needed, no(*reasons))

"""Compiling the paper of a hearing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from ecociv.core.text import Text
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.people import audit
from ecociv.people.models import User
from ecociv.people.permissions import allowed, require
from ecociv.people.policy import Action
from ecociv.plan.queries import current_package
from ecociv.tariffs.consumption import Consumption
from ecociv.tariffs.declaration import Elasticity, Tariff, TariffVersion
from ecociv.tariffs.models import HearingPaper
from ecociv.tariffs.papers import compile_figures

LONGEST_TITLE = 200


class HearingRefused(ValueError):
    """A hearing paper that cannot be compiled; ``texts`` says why."""

    def __init__(self, *texts: Text) -> None:
        super().__init__(" ".join(text.en for text in texts))
        self.texts = texts


def may_compile(user: Any, zone: str, tariff: Tariff) -> bool:
    """Whether somebody may compile papers on a tariff: the body that sets it, or a command without an account."""
    if not isinstance(user, User):
        return isinstance(user, str) and bool(user.strip())
    return allowed(user, Action.RECORD_EVIDENCE, zone=zone, lead=[_body(zone, tariff)])


def _body(zone: str, tariff: Tariff) -> str:
    return current_package(zone).body_on(tariff.body, timezone.localdate()).key


@dataclass(kw_only=True, slots=True)
class CompileHearing:
    """Compile the paper of a hearing on a proposal (编制听证方案).

    Parameters
    ----------
    before, after
        The version in force, and the proposal.
    consumption, source
        The households, and where they are from in words.
    """

    zone: str
    title: str
    tariff: Tariff
    before: TariffVersion
    after: TariffVersion
    consumption: Consumption
    source: str
    elasticity: Elasticity | None
    author: Any

    def check(self) -> None:
        """Refuse whoever may not, and what cannot be compared.

        Raises
        ------
        PermissionDenied
            Whoever does not act for the body that sets the tariff.
        HearingRefused
            With a sentence for each fault.
        """
        if isinstance(self.author, User) or not str(self.author).strip():
            require(
                self.author,
                Action.RECORD_EVIDENCE,
                zone=self.zone,
                lead=[_body(self.zone, self.tariff)],
            )
        faults = []
        if not 0 < len(self.title.strip()) <= LONGEST_TITLE:
            faults.append(
                Text(
                    zh=f"请给出方案名称，不超过{LONGEST_TITLE}字。",
                    en=f"Give a title of at most {LONGEST_TITLE} characters.",
                )
            )
        if self.consumption.households == 0:
            faults.append(Text(zh="用量分布没有住户。", en="The distribution has no households."))
        if _said(self.before) == _said(self.after):
            faults.append(
                Text(
                    zh="方案与现行价格相同，没有可听证的内容。",
                    en="The proposal is the tariff in force: there is nothing to hear.",
                )
            )
        if faults:
            raise HearingRefused(*faults)

    def execute(self) -> HearingPaper:
        """Compute the figures and keep them."""
        self.check()
        figures = compile_figures(self.tariff, self.before, self.after, self.consumption, self.elasticity)
        with transaction.atomic():
            audit.hold()
            last = (
                HearingPaper.objects.filter(zone=self.zone)
                .order_by("-serial")
                .values_list("serial", flat=True)
                .first()
            )
            paper = HearingPaper(
                zone=self.zone,
                serial=(last or 0) + 1,
                title=self.title.strip(),
                tariff=self.tariff.key,
                source=self.source[:200],
                figures_said=figures.to_json(),
                sample=figures.sample,
                recorded_at=timezone.now(),
                author=account_of(self.author),
                author_name=name_of(self.author),
            )
            paper.save()
            audit.record(
                actor=self.author,
                action="compile-hearing",
                zone=self.zone,
                subject_kind="hearing-paper",
                subject_key=str(paper.serial),
                after=paper.figures_said,
            )
        return paper


def _said(version: TariffVersion) -> dict[str, Any]:
    """What a version charges, without its dates and sources."""
    return version.model_dump(
        exclude={"valid_from", "valid_to", "citation", "verified", "change"},
    )

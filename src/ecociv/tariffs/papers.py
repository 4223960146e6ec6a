"""The figures of a hearing on prices (听证): what is proposed, what it does to whom, with the trace of each sum.

Pure: no Django. The figures are kept as JSON, so that a paper can be written again with the same bytes years later, when
the file of consumption is no longer at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from ecociv.core.text import Text
from ecociv.core.trace import Citation, Trace, TraceInput, TraceParameter
from ecociv.core.verdicts import Reason, Verdict
from ecociv.tariffs.checking import Coverage, TariffCheck, check_version
from ecociv.tariffs.comparison import Comparison, GroupEffect, Response, compare
from ecociv.tariffs.consumption import Consumption
from ecociv.tariffs.declaration import Elasticity, Tariff, TariffVersion, Utility
from ecociv.tariffs.schedule import cubic_metres, schedule_of, yuan


@dataclass(frozen=True, slots=True)
class HearingFigures:
    """Everything that a hearing paper rests on.

    ``generated``: the households were made and not measured. ``sample``: they were, or the tariff is a sample.
    """

    tariff_key: str
    name: Text
    utility: Utility
    before: TariffVersion
    after: TariffVersion
    households: int
    generated: bool
    sample: bool
    digest: str
    elasticity: Elasticity | None
    comparison: Comparison
    check_before: TariffCheck
    check_after: TariffCheck

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; decimals as text."""
        return {
            "tariff": self.tariff_key,
            "name": self.name.to_mapping(),
            "utility": self.utility,
            "before": self.before.model_dump(mode="json", by_alias=True),
            "after": self.after.model_dump(mode="json", by_alias=True),
            "households": self.households,
            "generated": self.generated,
            "sample": self.sample,
            "digest": self.digest,
            "elasticity": self.elasticity.model_dump(mode="json") if self.elasticity else None,
            "comparison": _comparison_json(self.comparison),
            "check_before": _check_json(self.check_before),
            "check_after": _check_json(self.check_after),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> HearingFigures:
        """Read what `to_json` wrote."""
        return cls(
            tariff_key=data["tariff"],
            name=Text.from_mapping(data["name"]),
            utility=data["utility"],
            before=TariffVersion.model_validate(data["before"]),
            after=TariffVersion.model_validate(data["after"]),
            households=data["households"],
            generated=data["generated"],
            sample=data["sample"],
            digest=data["digest"],
            elasticity=Elasticity.model_validate(data["elasticity"]) if data["elasticity"] else None,
            comparison=_comparison(data["comparison"]),
            check_before=_check(data["check_before"]),
            check_after=_check(data["check_after"]),
        )

    def revenue_trace(self, after: bool) -> Trace:
        """Revenue of a year under one of the tariffs: the bills of ten groups of households added up."""
        version = self.after if after else self.before
        groups, whole = self.comparison.deciles, self.comparison.whole
        fen = whole.fen_after if after else whole.fen_before
        return Trace(
            Text(zh="方案价格下全年收入", en="Revenue of a year, proposed tariff")
            if after
            else Text(zh="现行价格下全年收入", en="Revenue of a year, present tariff"),
            yuan(fen),
            "yuan",
            " + ".join(f"decile {group.key}" for group in groups),
            tuple(
                TraceInput(
                    Text(zh=f"第{group.key}个十分位各户账单合计", en=f"Bills of decile {group.key}"),
                    yuan(group.fen_after if after else group.fen_before),
                    "yuan",
                    source_id=f"consumption:{self.digest[:16]}",
                    sample=self.generated,
                )
                for group in groups
            ),
            _cited(version),
            self._prices(version),
            notes=self._notes(),
        )

    def change_trace(self) -> Trace:
        """Change of the revenue at unchanged use."""
        whole = self.comparison.whole
        return Trace(
            Text(zh="收入变化（用量不变）", en="Change of the revenue, use unchanged"),
            yuan(whole.fen_after - whole.fen_before),
            "yuan",
            "revenue after - revenue before",
            (self.revenue_trace(True), self.revenue_trace(False)),
            notes=self._notes(),
        )

    def saving_trace(self, response: Response) -> Trace:
        """Volume saved in a year under an elasticity."""
        litres = self.comparison.whole.litres
        assert self.elasticity is not None
        return Trace(
            Text(
                zh=f"预计节约量（弹性{response.elasticity}）",
                en=f"Expected saving (elasticity {response.elasticity})",
            ),
            cubic_metres(litres - response.litres),
            "m3",
            "use - sum over households of use * (bill after / bill before) ** elasticity",
            (
                TraceInput(
                    Text(zh="全年用量", en="Use of the year"),
                    cubic_metres(litres),
                    "m3",
                    source_id=f"consumption:{self.digest[:16]}",
                    sample=self.generated,
                ),
                TraceInput(
                    Text(zh="响应后用量", en="Use after the response"), cubic_metres(response.litres), "m3"
                ),
            ),
            None,
            (
                TraceParameter(
                    Text(zh="价格弹性", en="Price elasticity"),
                    response.elasticity,
                    "1",
                    self._cited_answer(response),
                ),
            ),
            notes=self._notes(),
        )

    def _cited_answer(self, response: Response) -> Citation:
        assert self.elasticity is not None
        if response.kind == "stated":
            return Citation(self.elasticity.stated_source or "提出方案者自定 (stated with the proposal)", verified=False)
        return Citation(self.elasticity.citation.zh, verified=self.elasticity.verified)

    def _prices(self, version: TariffVersion) -> tuple[TraceParameter, ...]:
        return tuple(
            TraceParameter(Text(zh=f"第{place}级价格", en=f"Price of tier {place}"), tier.price, "yuan/m3")
            for place, tier in enumerate(version.tiers, 1)
        )

    def _notes(self) -> tuple[Text, ...]:
        notes = []
        if self.generated:
            notes.append(
                Text(zh="住户用量为生成的分布，不是抄表数据", en="the households are generated, not metered")
            )
        if self.sample:
            notes.append(Text(zh="含示例数据", en="rests on sample data"))
        return tuple(notes)


def compile_figures(
    tariff: Tariff,
    before: TariffVersion,
    after: TariffVersion,
    consumption: Consumption,
    elasticity: Elasticity | None,
) -> HearingFigures:
    """Compare a proposal with a version of a tariff and check both."""
    return HearingFigures(
        tariff_key=tariff.key,
        name=tariff.name,
        utility=tariff.utility,
        before=before,
        after=after,
        households=consumption.households,
        generated=consumption.generated,
        sample=tariff.sample or consumption.generated,
        digest=consumption.digest,
        elasticity=elasticity,
        comparison=compare(schedule_of(before), schedule_of(after), consumption, elasticity),
        check_before=check_version(tariff.utility, before, consumption),
        check_after=check_version(tariff.utility, after, consumption),
    )


def _cited(version: TariffVersion) -> Citation:
    return Citation(version.citation.zh, verified=version.verified)


def _comparison_json(one: Comparison) -> dict[str, Any]:
    return {
        "whole": asdict(one.whole),
        **{
            name: [asdict(group) for group in getattr(one, name)]
            for name in ("deciles", "sizes", "exemptions")
        },
        "tiers_before": list(one.tiers_before),
        "tiers_after": list(one.tiers_after),
        "responses": [{**asdict(answer), "elasticity": str(answer.elasticity)} for answer in one.responses],
    }


def _comparison(data: Mapping[str, Any]) -> Comparison:
    deciles, sizes, exemptions = (
        tuple(GroupEffect(**group) for group in data[name]) for name in ("deciles", "sizes", "exemptions")
    )
    return Comparison(
        whole=GroupEffect(**data["whole"]),
        deciles=deciles,
        sizes=sizes,
        exemptions=exemptions,
        tiers_before=tuple(data["tiers_before"]),
        tiers_after=tuple(data["tiers_after"]),
        responses=tuple(
            # Papers from before an elasticity could be stated do not name the kinds, and have them in this order.
            Response(Decimal(one["elasticity"]), one["litres"], one["fen"], one.get("kind", kind))
            for one, kind in zip(data["responses"], ("weak", "central", "strong", "stated"), strict=False)
        ),
    )


def _check_json(one: TariffCheck) -> dict[str, Any]:
    return {
        **one.verdict.to_json(),
        "coverage": [
            {**asdict(tier), "bound": str(tier.bound), "wanted_share": str(tier.wanted_share)}
            for tier in one.coverage
        ],
        "edition": one.edition,
        "verified": one.verified,
    }


def _check(data: Mapping[str, Any]) -> TariffCheck:
    reasons = tuple(
        Reason(one["code"], Text(zh=one["zh"], en=one["en"]), one["data"]) for one in data["reasons"]
    )
    coverage = tuple(
        Coverage(
            one["tier"],
            Decimal(one["bound"]),
            Decimal(one["wanted_share"]),
            one["needed"],
            one["covered_share"],
        )
        for one in data["coverage"]
    )
    return TariffCheck(Verdict(data["ok"], reasons), coverage, data["edition"], data["verified"])

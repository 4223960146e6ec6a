"""Reading the results of an assessment for its bulletin: what was frozen at sign-off, or a trial as it stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from ecociv.assessment.models import Snapshot
from ecociv.assessment.queries import live
from ecociv.assessment.rules import RuleSet
from ecociv.core.digests import digest_of_json
from ecociv.core.periods import OutsideValidity
from ecociv.core.text import Text
from ecociv.evidence.declared import DeclarationError
from ecociv.reporting.official.results_sheet import ResultsSheet, UnitScores
from ecociv.reporting.problems import ReportRefused


class NoResults(ReportRefused):
    """Nothing was signed off by then, or the rule set does not hold in the year."""


def results_sheet(zone: str, rule_set: str, year: int, moment: dt.datetime, *, trial: bool) -> ResultsSheet:
    """The newest results signed off by a moment; with ``trial``, scored anew from what was on record by then.

    Raises
    ------
    NoResults
        With a sentence in both languages.
    """
    return _trial(zone, rule_set, year, moment) if trial else _signed(zone, rule_set, year, moment)


def _signed(zone: str, rule_set: str, year: int, moment: dt.datetime) -> ResultsSheet:
    found = (
        Snapshot.objects.filter(
            round__zone=zone, round__rule_set=rule_set, round__year=year, signed_at__lte=moment
        )
        .select_related("round")
        .order_by("-round_id", "-number")
        .first()
    )
    if found is None:
        raise NoResults(
            Text(
                zh=f"{year}年度按“{rule_set}”的考核在{moment:%Y-%m-%d}前没有签发的结果；可用 --trial 试算，试算件标明“试算”。",
                en=f"No results of {rule_set!r} for {year} were signed off by {moment:%Y-%m-%d}; --trial scores what is on record, and says so.",
            )
        )
    data = found.data
    drawn = data["intervals"]
    return _sheet(
        RuleSet.model_validate(data["rules"]),
        data["results"].values(),
        {key: (each["low"], each["high"]) for key, each in drawn["units"].items()},
        year=year,
        trial=False,
        digest=found.digest,
        known_at=found.known_at,
        seed=drawn["seed"],
        draws=drawn["draws"],
        signed_by=found.signed_name,
        signed_on=found.signed_at.astimezone(moment.tzinfo).date(),
        number=found.number,
        source=f"assessment:{found.round_id}/snapshot:{found.number}",
    )


def _trial(zone: str, rule_set: str, year: int, moment: dt.datetime) -> ResultsSheet:
    try:
        found = live(zone, rule_set, year, moment)
    except DeclarationError as error:
        raise NoResults(
            Text(
                zh=f"没有“{rule_set}”这一考核办法；可用 ecociv assess 列出。",
                en=f"There is no rule set {rule_set!r}: list them by ecociv assess.",
            )
        ) from error
    except OutsideValidity as error:
        raise NoResults(
            Text(
                zh=f"考核办法“{rule_set}”在{year}年不适用，请另选年度。",
                en=f"The rule set {rule_set!r} does not hold in {year}: choose another year.",
            )
        ) from error
    shown = found.to_json()
    intervals = {
        each["unit"]: tuple(each["rank_interval"]) for each in shown["units"] if each["rank_interval"]
    }
    return _sheet(
        found.rules,
        shown["units"],
        intervals,
        year=year,
        trial=True,
        digest=digest_of_json({key: shown[key] for key in ("rules_digest", "year", "units")}),
        known_at=found.gathered.moment.known_at,
        seed=shown["seed"],
        draws=shown["draws"],
        source=f"assessment-trial:{rule_set}/{year}",
    )


def _sheet(
    rules: RuleSet, units: Iterable[Mapping[str, Any]], intervals: Mapping[str, tuple[int, ...]], **more: Any
) -> ResultsSheet:
    grades = {grade.key: grade.title for grade in rules.grades}
    scored = [_unit(each, grades, intervals.get(each["unit"])) for each in units]
    order = list(rules.peer_groups)
    scored.sort(
        key=lambda each: (
            (order.index(each.group), each.rank is None, each.rank or 0, each.key)
            if each.group in order
            else (len(order), True, 0, each.key)
        )
    )
    return ResultsSheet(
        rules_title=rules.title,
        rules=rules.key,
        version=rules.version,
        groups={key: group.title for key, group in rules.peer_groups.items()},
        categories={key: category.title for key, category in rules.categories.items()},
        units=tuple(scored),
        unverified=not rules.basis.verified,
        **more,
    )


def _unit(
    data: Mapping[str, Any], grades: Mapping[str, Text], interval: tuple[int, ...] | None
) -> UnitScores:
    def decimal(text: str | None) -> Decimal | None:
        return None if text is None else Decimal(text)

    low_high = (int(interval[0]), int(interval[1])) if interval and None not in interval else None
    return UnitScores(
        key=data["unit"],
        name=Text.from_mapping(data["name"]),
        group=data["group"],
        total=decimal(data["score"]),
        base=decimal(data["base"]),
        plus=Decimal(data["plus"]),
        minus=Decimal(data["minus"]),
        grade=grades.get(data["grade"]),
        rank=data["rank"],
        of=data["of"],
        interval=low_high,
        categories={key: decimal(each["score"]) for key, each in data["categories"].items()},
        reasons=tuple(Text(zh=each["zh"], en=each["en"]) for each in data["reasons"]),
        sample=data["sample"],
    )

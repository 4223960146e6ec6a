"""The reasons of scores, each a code and a full sentence in both languages."""

from __future__ import annotations

from decimal import Decimal

from ecociv.core.decimals import shortest
from ecociv.core.missing import Missing
from ecociv.core.quantities import label_of, with_unit
from ecociv.core.text import Text
from ecociv.core.verdicts import Reason


def _r(code: str, zh: str, en: str, **data: object) -> Reason:
    shown = {key: shortest(value) if isinstance(value, Decimal) else value for key, value in data.items()}
    return Reason(
        code,
        Text(zh=zh, en=en).fill(**shown),
        {k: v.to_mapping() if isinstance(v, Text) else v for k, v in data.items()},
    )


_REVIEWERS = {
    "self": Text(zh="自评", en="self-assessment"),
    "review": Text(zh="评审", en="review"),
    "audit": Text(zh="审计", en="audit"),
}


def by(who: str) -> Text:
    """Who gave a score, in words."""
    return _REVIEWERS.get(who, Text(zh=who, en=who))


def scored(value: Decimal, unit: str, score: Decimal) -> Reason:
    """A figure gave a score."""
    figure = Text(
        zh=with_unit(shortest(value), label_of(unit), "zh"),
        en=with_unit(shortest(value), label_of(unit), "en"),
    )
    return _r(
        "scored",
        "指标值{figure}，得{score}分。",
        "The figure {figure} scores {score}.",
        figure=figure,
        score=score,
        value=value,
    )


def scored_parts(score: Decimal) -> Reason:
    """A figure with parts gave a score."""
    return _r("scored", "按各分项判定，得{score}分。", "Judged by its parts, it scores {score}.", score=score)


def full() -> Reason:
    """Full score."""
    return _r("full-score", "已得满分。", "This is the full score.")


def exhausted() -> Reason:
    """Nothing is left after deductions."""
    return _r("deducted-to-zero", "扣完为止，得0分。", "Deductions have used up the item: 0.")


def nothing() -> Reason:
    """Score 0 for a figure."""
    return _r("zero-score", "未达到最低得分线，得0分。", "The figure does not reach the lowest mark: 0.")


def given(who: str, score: Decimal, reason: str) -> Reason:
    """A person gave the score."""
    tail = Text(
        zh=f"理由：{reason}" if reason else "未写理由",
        en=f"reason: {reason}" if reason else "no reason given",
    )
    return _r(
        "score-given",
        "{by}评分{score}分，{tail}。",
        "Scored {score} by {by}; {tail}.",
        by=by(who),
        score=score,
        tail=tail,
    )


def absent(kind: Missing) -> Reason:
    """There is no figure, and why."""
    return _r("figure-" + kind.value, "没有指标值：{kind}。", "There is no figure: {kind}.", kind=kind.label)


def unjudged() -> Reason:
    """There is a figure but its target cannot be judged."""
    return _r(
        "target-unjudged", "有指标值，但目标无法判定。", "There is a figure, but its target cannot be judged."
    )


def target_needed() -> Reason:
    """No target came with the figure."""
    return _r("target-needed", "没有该年度的目标值。", "No target of that year came with the figure.")


def redistributed() -> Reason:
    """The weight was shared out."""
    return _r(
        "weight-shared-out",
        "该项权重由本类其他指标分摊。",
        "Its weight is shared among the other items of the category.",
    )


def zero_for_absence() -> Reason:
    """Absence scores zero."""
    return _r("zero-for-absence", "按规则，缺数记0分。", "By the rule set, absence scores 0.")


def fixed(score: Decimal) -> Reason:
    """Absence has a fixed score."""
    return _r(
        "fixed-score", "按规则，缺数记{score}分。", "By the rule set, absence scores {score}.", score=score
    )


def excludes() -> Reason:
    """The unit is left out because of the item."""
    return _r(
        "unit-left-out",
        "按规则，缺此项的单位不参加排名。",
        "By the rule set, a unit without this item is left out of the ranking.",
    )


def no_weight(title: Text) -> Reason:
    """The item does not count for the group."""
    return _r(
        "no-weight",
        "“{title}”不适用于该同类组。",
        "“{title}” does not count in this peer group.",
        title=title,
    )


def weight_raised(own: Decimal, shared: Decimal) -> Reason:
    """The item carries the weight of absent ones."""
    return _r(
        "carries-weight",
        "分摊缺项权重后，权重由{own}变为{shared}。",
        "With the weight of absent items it weighs {shared} instead of {own}.",
        own=own,
        shared=shared,
    )


def binding_missed(title: Text) -> Reason:
    """A binding item misses full score."""
    return _r(
        "binding-missed",
        "约束性指标“{title}”未完成。",
        "The binding item “{title}” was not met in full.",
        title=title,
    )


def left_out_for(title: Text) -> Reason:
    """The unit has no total because of an item."""
    return _r(
        "left-out", "缺“{title}”，不计总分。", "There is no total, for “{title}” is absent.", title=title
    )


def left_out_empty() -> Reason:
    """The unit has no total because a category is empty."""
    return _r(
        "left-out", "有整类指标缺数，不计总分。", "There is no total, for a whole category has no figure."
    )


def plus(points: Decimal) -> Reason:
    """Plus points."""
    return _r("plus-points", "加{points}分。", "{points} plus points.", points=points)


def minus(points: Decimal) -> Reason:
    """Minus points."""
    return _r("minus-points", "扣{points}分。", "{points} minus points.", points=points)


def triggered(title: Text, what: Text, *, veto: bool) -> Reason:
    """A veto or cap holds."""
    code = "veto" if veto else "cap"
    return _r(code, "“{title}”：{what}。", "“{title}”: {what}.", title=title, what=what)


def veto_unknown(title: Text) -> Reason:
    """Nobody said whether a veto holds."""
    return _r(
        "veto-unknown",
        "是否有“{title}”没有记录，按没有处理。",
        "Nobody recorded whether “{title}” holds; it is taken not to.",
        title=title,
    )


def to_last_grade(title: Text) -> Text:
    """Effect: the last grade."""
    return Text(zh="直接定为{title}", en="the grade is “{title}”").fill(title=title)


def grade_at_most(title: Text) -> Text:
    """Effect: a limit of the grade."""
    return Text(zh="等级最高为{title}", en="the grade is at most “{title}”").fill(title=title)


def score_at_most(bound: Decimal) -> Text:
    """Effect: a limit of the score."""
    return Text(zh="得分最高为{bound}", en="the score is at most {bound}").fill(bound=shortest(bound))


def unranked_unqualified() -> Reason:
    """No rank after a veto."""
    return _r("no-rank-unqualified", "一票否决，不参加排名。", "Vetoed units are not ranked.")


def too_few(group: Text, of: int, least: int) -> Reason:
    """Too few comparable units."""
    return _r(
        "no-rank-too-few",
        "“{group}”只有{of}个可比单位，少于{least}个，不排名。",
        "“{group}” has {of} comparable units, fewer than {least}: no ranks.",
        group=group,
        of=of,
        least=least,
    )


def no_rank() -> Reason:
    """No total, no rank."""
    return _r("no-rank-no-total", "没有总分，不排名。", "Without a total there is no rank.")


def alone(group: Text) -> Reason:
    """The only unit in its group."""
    return _r(
        "alone-in-group",
        "“{group}”只有本单位，名次没有可比对象；不同主体功能区之间不比较。",
        "It is the only unit in “{group}”: its rank compares it with nobody, and peer groups are not compared with each other.",
        group=group,
    )

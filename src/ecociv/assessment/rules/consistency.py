"""What is checked when a rule set is read, beyond the shape of its parts: each fault with the place in the file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from ecociv.assessment.rules.declaration import Absence, Effect, Fixed, RuleSet, Treatment, WeightRow
from ecociv.assessment.rules.functions import Given, Relative, scores_of
from ecociv.assessment.rules.sources import ReviewSource

Fault = tuple[tuple[str | int, ...], str]
"""Where in the file (keys and positions), and what is wrong."""


def faults(rules: RuleSet) -> tuple[Fault, ...]:
    """Everything that does not fit together in a rule set."""
    return tuple(
        fault
        for check in (_names, _item_weights, _rows, _periods, _raised, _items, _effects, _grades, _absences)
        for fault in check(rules)
    )


def _names(rules: RuleSet) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    places = [
        (("categories", category, "items", key), key)
        for category, declared in rules.categories.items()
        for key in declared.items
    ]
    places += [(("adjustments", key), key) for key in rules.adjustments]
    places += [(("vetoes", key), key) for key in rules.vetoes]
    for place, key in places:
        if key in seen:
            yield (
                place,
                f"the key {key!r} is used for two of items, adjustments and vetoes; each figure has its own key",
            )
        seen[key] = key
    members: dict[str, str] = {}
    for group, declared in rules.peer_groups.items():
        for member in declared.members:
            if member in members:
                yield (
                    ("peer_groups", group, "members"),
                    f"{member!r} belongs to {members[member]!r} already; a unit has one peer group",
                )
            members[member] = group


def _item_weights(rules: RuleSet) -> Iterator[Fault]:
    for key, category in rules.categories.items():
        total = sum((item.weight for item in category.items.values()), Decimal(0))
        if total != category.items_sum:
            yield (
                ("categories", key, "items_sum"),
                f"the weights of the items add up to {total}, not to {category.items_sum}",
            )


def _rows(rules: RuleSet) -> Iterator[Fault]:
    for number, row in enumerate(rules.weights):
        place = ("weights", number)
        unknown = sorted(set(row.categories) - set(rules.categories))
        lacking = [key for key in rules.categories if key not in row.categories]
        if unknown or lacking:
            yield (
                (*place, "categories"),
                f"every category is named once; unknown: {', '.join(unknown) or 'none'}, "
                f"not named: {', '.join(lacking) or 'none'}",
            )
            continue
        if any(weight < 0 for weight in row.categories.values()):
            yield (*place, "categories"), "a weight is never below 0"
        total = sum(row.categories.values(), Decimal(0))
        if total != rules.weights_sum:
            yield (*place, "categories"), f"the weights add up to {total}, not to {rules.weights_sum}"
        for group in row.groups:
            if group not in rules.peer_groups:
                yield (
                    (*place, "groups"),
                    f"there is no peer group {group!r}; there are {', '.join(rules.peer_groups)}",
                )
        yield from _row_items(rules, row, place)


def _row_items(rules: RuleSet, row: WeightRow, place: tuple[str | int, ...]) -> Iterator[Fault]:
    for key, items in row.items.items():
        category = rules.categories.get(key)
        if category is None or set(items) - set(category.items):
            yield (
                (*place, "items", key),
                f"there is no such category, or no such item in it: {', '.join(items)}",
            )
            continue
        if any(weight < 0 for weight in items.values()):
            yield (*place, "items", key), "a weight is never below 0"
        merged = {name: items.get(name, item.weight) for name, item in category.items.items()}
        total = sum(merged.values(), Decimal(0))
        if total != category.items_sum:
            yield (
                (*place, "items", key),
                f"with these the items of {key} add up to {total}, not to {category.items_sum}",
            )
    for group in row.groups or tuple(rules.peer_groups):
        for key, weight in row.categories.items():
            within = row.items.get(key, {})
            there = [
                name
                for name, item in rules.categories[key].items.items()
                if within.get(name, item.weight) > 0 and (not item.groups or group in item.groups)
            ]
            if weight > 0 and not there:
                yield (
                    (*place, "categories", key),
                    f"{key} weighs {weight} for {group!r}, but no item of it applies to that group",
                )


def _periods(rules: RuleSet) -> Iterator[Fault]:
    if rules.to is not None and rules.to < rules.from_:
        yield ("to",), f"the rule set ends on {rules.to}, before it begins on {rules.from_}"
    for group in rules.peer_groups:
        rows = [
            (number, row) for number, row in enumerate(rules.weights) if not row.groups or group in row.groups
        ]
        rows.sort(key=lambda entry: entry[1].from_)
        if not rows:
            yield ("weights",), f"no row of weights holds for the peer group {group!r}"
            continue
        if rows[0][1].from_ > rules.from_:
            yield (
                ("weights", rows[0][0], "from"),
                f"{group!r} has no weights from {rules.from_} to {rows[0][1].from_}",
            )
        for (_, earlier), (number, later) in zip(rows, rows[1:], strict=False):
            if earlier.to is None or later.from_ <= earlier.to:
                yield (
                    ("weights", number, "from"),
                    f"two rows hold for {group!r} on {later.from_}; close the earlier",
                )
            elif later.from_ != earlier.to + timedelta(days=1):
                yield (
                    ("weights", number, "from"),
                    f"{group!r} has no weights between {earlier.to} and {later.from_}",
                )
        last = rows[-1][1].to
        if last is not None and (rules.to is None or last < rules.to):
            yield (
                ("weights", rows[-1][0], "to"),
                f"{group!r} has no weights after {last}, but the rule set goes on",
            )


def _raised(rules: RuleSet) -> Iterator[Fault]:
    for key in rules.raised:
        if key not in rules.categories:
            yield ("raised",), f"there is no category {key!r}"
            return
    for group in rules.peer_groups:
        rows = sorted(
            (row for row in rules.weights if not row.groups or group in row.groups), key=lambda row: row.from_
        )
        for earlier, later in zip(rows, rows[1:], strict=False):
            for key in rules.raised:
                if later.categories.get(key, 0) < earlier.categories.get(key, 0):
                    yield (
                        ("weights", rules.weights.index(later), "categories", key),
                        f"{key} is to rise step by step, but falls from {earlier.categories[key]} to "
                        f"{later.categories[key]} for {group!r}",
                    )
        shares = [row.share for row in rows if row.share is not None]
        if shares != sorted(shares):
            yield ("weights",), f"the share of the whole assessment falls for {group!r}: {shares}"


def _items(rules: RuleSet) -> Iterator[Fault]:
    for category, declared in rules.categories.items():
        for key, item in declared.items.items():
            place = ("categories", category, "items", key)
            for group in item.groups:
                if group not in rules.peer_groups:
                    yield (*place, "groups"), f"there is no peer group {group!r}"
            if not any(_weighs(rules, row, category, key) for row in rules.weights):
                yield (
                    place,
                    f"no row gives {key} any weight: it can never be reached; take it out or weigh it",
                )
            low, high = scores_of(item.function, rules.full)
            if high > rules.full or low > rules.full:
                yield (
                    (*place, "function"),
                    f"it scores up to {max(low, high)}, above the full score {rules.full}",
                )
            elif high < rules.full and not isinstance(item.function, Relative):
                yield (
                    (*place, "function"),
                    f"the best score is {high}: the full score {rules.full} can never be reached",
                )
            if isinstance(item.function, Given) != isinstance(item.source, ReviewSource):
                yield (*place, "function"), "`given` goes with the source `review`, and only with it"
            if item.shared and rules.split is None:
                yield (
                    (*place, "shared"),
                    "the item is split between lead and support, but no `split` is declared",
                )


def _weighs(rules: RuleSet, row: WeightRow, category: str, key: str) -> bool:
    weight = row.items.get(category, {}).get(key, rules.categories[category].items[key].weight)
    return row.categories.get(category, Decimal(0)) > 0 and weight > 0


def _effects(rules: RuleSet) -> Iterator[Fault]:
    for key, veto in rules.vetoes.items():
        yield from _effect(rules, veto.effect, ("vetoes", key, "effect"))
    for key, cap in rules.caps.items():
        place = ("caps", key, "when")
        yield from _effect(rules, cap.effect, ("caps", key, "effect"))
        when = cap.when
        if when.item is not None and when.item not in rules.items:
            yield place, f"there is no item {when.item!r}"
        elif when.item is not None and when.below is not None:
            low, _ = scores_of(rules.items[when.item].function, rules.full)
            if when.below <= low:
                yield place, f"{when.item} never scores below {when.below}: the cap can never hold"
        if when.category is not None and when.category not in rules.categories:
            yield place, f"there is no category {when.category!r}"
        if when.below is not None and when.below > rules.full:
            yield (
                place,
                f"every score lies below {when.below}, for full is {rules.full}: the cap always holds",
            )
        binding = sum(item.binding for item in rules.items.values())
        if when.missed_binding is not None and when.missed_binding > binding:
            yield place, f"{when.missed_binding} binding items cannot be missed: there are {binding}"
    for key in rules.ranking.tie_breakers:
        if key not in rules.categories:
            yield ("ranking", "tie_breakers"), f"there is no category {key!r}"
    for sign, limit in (("plus", rules.plus_limit), ("minus", rules.minus_limit)):
        own = [entry.limit for entry in rules.adjustments.values() if entry.sign == sign]
        if limit is not None and not own:
            yield (f"{sign}_limit",), f"there are no {sign} points to limit"
        elif limit is not None and limit > sum(own, Decimal(0)):
            yield (
                (f"{sign}_limit",),
                f"the limits of each add up to {sum(own, Decimal(0))}: {limit} is never reached",
            )
    for key, adjustment in rules.adjustments.items():
        if adjustment.each > adjustment.limit:
            yield (
                ("adjustments", key, "limit"),
                f"one alone takes {adjustment.each}, more than the limit {adjustment.limit}",
            )


def _effect(rules: RuleSet, effect: Effect, place: tuple[str | int, ...]) -> Iterator[Fault]:
    keys = [grade.key for grade in rules.grades]
    if effect.grade_at_most is not None:
        if effect.grade_at_most not in keys:
            yield place, f"there is no grade {effect.grade_at_most!r}; there are {', '.join(keys) or 'none'}"
        elif effect.grade_at_most == keys[0]:
            yield place, f"{effect.grade_at_most!r} is the best grade: the limit does nothing"
    if effect.unqualified and not keys:
        yield place, "`unqualified` is the last grade, but no grades are declared"
    if effect.score_at_most is not None and effect.score_at_most >= rules.full:
        yield place, f"a limit of {effect.score_at_most} does nothing, for full is {rules.full}"


def _grades(rules: RuleSet) -> Iterator[Fault]:
    bounds = [grade.from_ for grade in rules.grades]
    if not bounds:
        return
    if bounds[-1] is not None or any(bound is None for bound in bounds[:-1]):
        yield ("grades",), "the last grade, and only it, has no `from`: it takes what is left"
        return
    known = [bound for bound in bounds if bound is not None]
    if known != sorted(set(known), reverse=True):
        yield ("grades",), f"write the grades from the best to the last, each bound once; found {known}"
    keys = [grade.key for grade in rules.grades]
    if len(set(keys)) < len(keys):
        yield ("grades",), f"each grade has its own key; found {', '.join(keys)}"


def _absences(rules: RuleSet) -> Iterator[Fault]:
    def beyond(treatment: Treatment | None) -> bool:
        return isinstance(treatment, Fixed) and treatment.fixed > rules.full

    declared: list[tuple[tuple[str, ...], Absence]] = [(("absence",), rules.absence)]
    declared += [
        (("categories", rules.category_of[key], "items", key, "absence"), item.absence)
        for key, item in rules.items.items()
        if item.absence is not None
    ]
    for place, absence in declared:
        for name in type(absence).model_fields:
            if beyond(getattr(absence, name)):
                yield (*place, name.replace("_", "-")), f"a fixed score lies from 0 to {rules.full}"

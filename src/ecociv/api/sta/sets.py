"""Answering for a set: filter, order, page, expand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import quote, urlencode

from django.db.models import QuerySet

from ecociv.api.cursors import read_cursor, write_cursor
from ecociv.api.observations import Reach, Seen, count, walk
from ecociv.api.problems import Problem
from ecociv.api.sta.entities import KINDS, World, narrowed
from ecociv.evidence.sensorthings.evaluate import Many, evaluate, holds
from ecociv.evidence.sensorthings.grammar import Binary, Expression, Literal, Path, conjuncts, paths
from ecociv.evidence.sensorthings.options import Expand, Options

LOOKED_AT = 200_000
"""Observations that a filter or an order may look at in one request."""
REGISTERED = 50_000
"""The same for places, series, instruments and properties."""


def answer_set(world: World, kind: str, source: Any, options: Options, link: str) -> dict[str, Any]:
    """The page of a set as JSON, with its count and the link to the next page where asked for."""
    _check(kind, options)
    if isinstance(source, Reach):
        entities, total, following = _observations(world, source, options)
    else:
        entities, total, following = _registered(world, kind, source, options)
    body: dict[str, Any] = {}
    if options.count:
        body["@iot.count"] = total
    if following:
        raw = {name: value for name, value in options.raw.items() if name not in ("$skip", "$skiptoken")}
        body["@iot.nextLink"] = f"{link}?{urlencode({**raw, **following}, quote_via=quote, safe='$,()/')}"
    body["value"] = [answer_one(world, kind, entity, options) for entity in entities]
    return body


def answer_one(world: World, kind: str, entity: Any, options: Options) -> dict[str, Any]:
    """One entity with what is selected of it and expanded from it."""
    world.spend()
    body = world.as_json(kind, entity)
    if options.select:
        chosen = {"@iot.id" if name == "id" else name for name in options.select}
        kept = chosen | {f"{name}@iot.navigationLink" for name in chosen}
        body = {name: value for name, value in body.items() if name in kept}
    for item in options.expand:
        target, many, found = world.related(kind, entity, item.relation)
        body.pop(f"{item.relation}@iot.navigationLink", None)
        if not many:
            _check(target, item.options)
            body[item.relation] = None if found is None else answer_one(world, target, found, item.options)
            continue
        inner = answer_set(world, target, found, item.options, f"{world.link(kind, entity)}/{item.relation}")
        body[item.relation] = inner["value"]
        for name in ("@iot.count", "@iot.nextLink"):
            if name in inner:
                body[f"{item.relation}{name}"] = inner[name]
    return body


def _check(kind: str, options: Options) -> None:
    for item in options.expand:
        _relation(kind, item)
    own = {*_OWN[kind], *KINDS[kind].relations}
    for name in options.select:
        if name not in own:
            raise _no_such(kind, name)
    for expression in [options.filter, *(key for key, _ in options.orderby)]:
        for path in paths(expression) if expression is not None else ():
            _check_path(kind, path.names)


def _check_path(kind: str, names: tuple[str, ...]) -> None:
    head, rest = names[0], names[1:]
    if head in KINDS[kind].relations and rest:
        return _check_path(KINDS[kind].relations[head][0], rest)
    if head not in _OWN[kind]:
        raise _no_such(kind, "/".join(names))
    return None


def _relation(kind: str, item: Expand) -> None:
    if item.relation not in KINDS[kind].relations:
        raise _no_such(kind, item.relation)


def _no_such(kind: str, name: str) -> Problem:
    return Problem(
        400,
        "BadRequest",
        "{kind}没有“{name}”；有：{known}。",
        "{kind} has no “{name}”; it has: {known}.",
        kind=kind,
        name=name[:80],
        known=", ".join([*_OWN[kind], *KINDS[kind].relations]),
    )


_DESCRIBED = ("@iot.id", "id", "@iot.selfLink", "name", "description", "properties")
_OWN: dict[str, tuple[str, ...]] = {
    "Things": _DESCRIBED,
    "Locations": (*_DESCRIBED, "encodingType", "location"),
    "HistoricalLocations": ("@iot.id", "id", "@iot.selfLink", "time"),
    "Datastreams": (*_DESCRIBED, "observationType", "unitOfMeasurement"),
    "Sensors": (*_DESCRIBED, "encodingType", "metadata"),
    "ObservedProperties": (*_DESCRIBED, "definition"),
    "Observations": (
        "@iot.id",
        "id",
        "@iot.selfLink",
        "phenomenonTime",
        "resultTime",
        "result",
        "resultQuality",
        "parameters",
    ),
    "FeaturesOfInterest": (*_DESCRIBED, "encodingType", "feature"),
}


# -- places, series, instruments, properties -------------------------------------------------------------------


def _registered(
    world: World, kind: str, source: Any, options: Options
) -> tuple[list[Any], int, dict[str, str]]:
    if options.token:
        raise _bad_token()
    if isinstance(source, QuerySet):
        source = source.order_by("pk")
        if options.filter is None and not options.orderby:
            page = list(source[options.skip : options.skip + options.top + 1]) if options.skip < 10**9 else []
            more = len(page) > options.top
            total = source.count() if options.count else 0
            return page[: options.top], total, _skip(options) if more and options.top else {}
        found = list(source[: REGISTERED + 1])
        if len(found) > REGISTERED:
            raise _too_many(REGISTERED)
    else:
        found = list(source)
    found = [item for item in found if holds(options.filter, resolver(world, kind, item))]
    found = _ordered(world, kind, found, options)
    page = found[options.skip : options.skip + options.top]
    more = len(found) > options.skip + options.top
    return page, len(found), _skip(options) if more and options.top else {}


def _skip(options: Options) -> dict[str, str]:
    return {"$skip": str(options.skip + options.top)}


def _ordered(world: World, kind: str, found: list[Any], options: Options) -> list[Any]:
    for expression, descending in reversed(options.orderby):

        def rank(item: Any, expression: Expression = expression) -> tuple[int, Any]:
            value = evaluate(expression, resolver(world, kind, item))
            if value is None:
                return (0, 0)
            if isinstance(value, bool | int | float):
                return (1, value)
            return (
                (2, value)
                if isinstance(value, str)
                else (3, value.timestamp() if isinstance(value, datetime) else 0)
            )

        found = sorted(found, key=rank, reverse=descending)
    return found


# -- observations ----------------------------------------------------------------------------------------------


def _observations(world: World, reach: Reach, options: Options) -> tuple[list[Seen], int, dict[str, str]]:
    reach, rest = pushed_down(world, reach, options.filter)
    by_time = _direction(options)
    if by_time is None:
        if options.token:
            raise _bad_token()
        found = list(_matching(world, reach, rest, None))
        found = _ordered(world, "Observations", found, options)
        more = len(found) > options.skip + options.top
        return (
            found[options.skip : options.skip + options.top],
            len(found),
            _skip(options) if more and options.top else {},
        )
    reach = narrowed(reach, descending=by_time)
    total = 0
    if options.count:
        total = count(reach) if rest is None else sum(1 for _ in _matching(world, reach, rest, None))
    if options.skip > LOOKED_AT:
        raise _too_many(LOOKED_AT)
    after = read_cursor(options.token)
    step = min(options.top + options.skip + 1, 1_000)
    matching = _matching(world, reach, rest, after, step, bounded=rest is not None)
    rows = list(islice(matching, options.skip, options.skip + options.top + 1)) if options.top else []
    more = len(rows) > options.top
    rows = rows[: options.top]
    return rows, total, {"$skiptoken": write_cursor(rows[-1].key)} if more else {}


def _matching(
    world: World,
    reach: Reach,
    rest: Expression | None,
    after: Any,
    step: int = 1_000,
    *,
    bounded: bool = True,
) -> Iterator[Seen]:
    for looked, seen in enumerate(walk(reach, after=after, step=step)):
        if bounded and looked >= LOOKED_AT:
            raise _too_many(LOOKED_AT)
        if holds(rest, resolver(world, "Observations", seen)):
            yield seen


def _direction(options: Options) -> bool | None:
    """Whether the order is by time, backwards; none where it is by something else."""
    if not options.orderby:
        return False
    if len(options.orderby) == 1 or all(
        key in (Path(("@iot.id",)), Path(("id",))) for key, _ in options.orderby[1:]
    ):
        key, descending = options.orderby[0]
        if key == Path(("phenomenonTime",)):
            return descending
    return None


def pushed_down(world: World, reach: Reach, condition: Expression | None) -> tuple[Reach, Expression | None]:
    """Bounds of time and conditions on the series, taken out of a filter; the rest is looked at row by row."""
    left: list[Expression] = []
    on_series: list[Expression] = []
    for part in conjuncts(condition):
        bound = _time_bound(part)
        if bound is not None:
            reach = _bounded(reach, *bound)
            continue
        names = [path.names for path in paths(part)]
        if names and all(
            name[0] == "Datastream" and len(name) > 1 and name[1] != "Observations" for name in names
        ):
            on_series.append(part)
        else:
            left.append(part)
    if on_series:
        candidates = list(reach.series[: REGISTERED + 1])
        if len(candidates) > REGISTERED:
            raise _too_many(REGISTERED)

        def of(series: Any) -> Any:
            inner = resolver(world, "Datastreams", series)
            return lambda names: inner(names[1:])

        kept = [s.pk for s in candidates if all(holds(part, of(s)) for part in on_series)]
        reach = narrowed(reach, series=reach.series.filter(pk__in=kept))
    rest: Expression | None = None
    for part in left:
        rest = part if rest is None else Binary("and", rest, part)
    return reach, rest


_MIRRORED = {"gt": "lt", "ge": "le", "lt": "gt", "le": "ge", "eq": "eq"}


def _time_bound(part: Expression) -> tuple[str, datetime] | None:
    if not isinstance(part, Binary) or part.operator not in _MIRRORED:
        return None
    left, right, operator = part.left, part.right, part.operator
    if isinstance(left, Literal):
        left, right, operator = right, left, _MIRRORED[operator]
    if left == Path(("phenomenonTime",)) and isinstance(right, Literal) and isinstance(right.value, datetime):
        return operator, right.value
    return None


def _bounded(reach: Reach, operator: str, moment: datetime) -> Reach:
    start, end, tick = reach.start, reach.end, timedelta(microseconds=1)
    if operator in ("ge", "eq"):
        start = moment if start is None else max(start, moment)
    if operator == "gt":
        start = moment + tick if start is None else max(start, moment + tick)
    if operator == "lt":
        end = moment if end is None else min(end, moment)
    if operator in ("le", "eq"):
        end = moment + tick if end is None else min(end, moment + tick)
    return narrowed(reach, start=start, end=end)


def _too_many(most: int) -> Problem:
    return Problem(
        400,
        "TooLarge",
        "该查询需要逐条查看超过{most}条记录；请用phenomenonTime或Datastream缩小范围。",
        "The query would look at more than {most} entries one by one; narrow it by phenomenonTime or Datastream.",
        most=most,
    )


def _bad_token() -> Problem:
    return Problem(
        400, "BadRequest", "$skiptoken不适用于该查询。", "$skiptoken does not belong to this query."
    )


# -- values of paths -------------------------------------------------------------------------------------------


def resolver(world: World, kind: str, entity: Any) -> Any:
    """A function that gives the value of a path of an entity; intervals are given by where they begin."""
    cache: dict[str, Any] = {}

    def resolve(names: tuple[str, ...]) -> Any:
        head, rest = names[0], names[1:]
        if head in KINDS[kind].relations and rest:
            target, many, found = world.related(kind, entity, head)
            if not many:
                return None if found is None else resolver(world, target, found)(rest)
            if isinstance(found, Reach):
                raise Problem(
                    501,
                    "NotImplemented",
                    "不能按所含观测值筛选{kind}；请查询Observations。",
                    "{kind} cannot be filtered by the observations inside; query Observations.",
                    kind=kind,
                )
            values = [resolver(world, target, item)(rest) for item in found]
            return Many(tuple(x for v in values for x in (v.values if isinstance(v, Many) else (v,))))
        if kind == "Observations" and not rest:
            if head == "phenomenonTime":
                return entity.valid_from
            if head == "resultTime":
                return entity.recorded_at
            if head == "result":
                return entity.value
        if "body" not in cache:
            cache["body"] = world.as_json(kind, entity)
        value: Any = cache["body"].get("@iot.id" if head == "id" else head)
        for name in rest:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    return resolve

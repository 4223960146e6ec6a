"""Making a run: plans in force are compared, every patch finds its difference, and what ended is said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from ecociv.core.digests import digest_of_json
from ecociv.core.text import Text
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.land_administration.authority import require_coordinator
from ecociv.land_administration.differences.declaration import rules as difference_rules
from ecociv.land_administration.differences.detection import Comparison, Plan, compare
from ecociv.land_administration.differences.identity import Known, Matching, Seen, match, together
from ecociv.land_administration.differences.models import (
    Difference,
    DifferenceEvent,
    DifferencePatch,
    DifferenceRun,
)
from ecociv.land_administration.differences.patches import Pair
from ecociv.land_administration.differences.rows import (
    ALIVE,
    Before,
    Examined,
    batched,
    kept_outlines,
    record_events,
    record_patches,
)
from ecociv.people import audit
from ecociv.territory.models import LayerVersion
from ecociv.territory.queries import layer_file, versions_in_force
from ecociv.territory.rules.loading import space_rules
from ecociv.territory.store import opened

BOUNDARIES = "administrative-boundary"
_PAIR = ("layer_a", "class_a", "layer_b", "class_b")


class RunRefused(ValueError):
    """Plans that cannot be compared; ``text`` says why and what to do."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(slots=True)
class RunDifferences:
    """Compare the plans in force on a day and record what became of every difference.

    Runs go forward: one for an earlier day than the last is refused, for identities would run backwards; look at such
    a day with :meth:`examine`, which records nothing.

    Parameters
    ----------
    on
        Layers and rules of this day; today, when not given.
    layers
        Keys of the layers to compare, at least two; all that the matrix speaks of, when not given.
    workers
        Processes of the overlay; the result is the same.
    """

    zone: str
    author: Any
    on: dt.date | None = None
    layers: Sequence[str] = ()
    workers: int = 1
    progress: Callable[[int, int], None] | None = None
    _day: dt.date = field(init=False)

    def __post_init__(self) -> None:
        self._day = self.on or timezone.localdate()

    def check(self, as_of: dt.datetime | None = None) -> list[LayerVersion]:
        """The versions that would be compared.

        Raises
        ------
        PermissionDenied
            Whoever acts neither for the body that answers for land nor for the leading group's office.
        RunRefused
            Unknown layers, fewer than two, or a day before the last run.
        """
        require_coordinator(self.author, self.zone)
        last = DifferenceRun.objects.filter(zone=self.zone).aggregate(Max("on"))["on__max"]
        if last is not None and self._day < last:
            raise RunRefused(
                Text(
                    zh=f"上一次比对针对{last}，不能再为更早的{self._day}登记；可用 --trial 试算，不作登记。",
                    en=f"The last run was for {last}; none is recorded for {self._day}, which is earlier. Look at it with --trial.",
                )
            )
        return self._versions(as_of)

    def examine(self, as_of: dt.datetime | None = None, before: int | None = None) -> Examined:
        """Compare and match; nothing is recorded.

        Parameters
        ----------
        as_of
            Only layer versions recorded by then.
        before
            Match with what runs of a lower number knew; with all runs, when not given.
        """
        return self._matched(self._compared(as_of), before)

    def execute(self) -> DifferenceRun:
        """Record the run: all of it, or nothing."""
        moment = timezone.now()
        self.check(moment)
        compared = self._compared(moment)
        sha256 = kept_outlines(compared[0], self.zone)
        with transaction.atomic():
            audit.hold()
            self.check(moment)
            return self._record(self._matched(compared, None), moment, sha256)

    def _versions(self, as_of: dt.datetime | None) -> list[LayerVersion]:
        matrix = space_rules(self.zone).conflicts
        kinds = {side.layer for row in matrix for side in (row.a, row.b)}
        found = versions_in_force(self.zone, self._day, as_of, kinds=sorted(kinds))
        if self.layers:
            there = {one.layer.key for one in found}
            if strange := [key for key in self.layers if key not in there]:
                raise RunRefused(
                    Text(
                        zh=f"{self._day}没有生效的可比对图层：{'、'.join(strange)}。可比对：{'、'.join(sorted(there)) or '无'}。",
                        en=f"No such layer that can be compared is in force on {self._day}: {', '.join(strange)}. There are: {', '.join(sorted(there)) or 'none'}.",
                    )
                )
            found = [one for one in found if one.layer.key in self.layers]
        if len(found) < 2:
            raise RunRefused(
                Text(
                    zh=f"{self._day}生效的可比对图层不足两个：请先导入规划或控制线图层。",
                    en=f"Fewer than two layers that can be compared are in force on {self._day}: import plans or control lines first.",
                )
            )
        return found

    def _compared(
        self, as_of: dt.datetime | None
    ) -> tuple[Comparison, dict[str, LayerVersion], LayerVersion | None]:
        versions = self._versions(as_of)
        boundaries = versions_in_force(self.zone, self._day, as_of, kinds=[BOUNDARIES])
        boundary = boundaries[-1] if boundaries else None
        comparison = compare(
            [Plan(one.layer.key, one.layer.kind, layer_file(one)) for one in versions],
            None if boundary is None else layer_file(boundary).features(),
            self._day,
            zone=self.zone,
            workers=self.workers,
            progress=self.progress,
        )
        return comparison, {one.layer.key: one for one in versions}, boundary

    def _matched(
        self,
        compared: tuple[Comparison, dict[str, LayerVersion], LayerVersion | None],
        before: int | None,
    ) -> Examined:
        comparison, versions, boundary = compared
        there = _known_before(self.zone, set(versions), before)
        matching = together(_by_pair(comparison, there))
        taken = Difference.objects.filter(zone=self.zone)
        if before is not None:
            taken = taken.filter(first_run__number__lt=before)
        last = taken.aggregate(Max("number"))["number__max"] or 0
        numbers = {
            **matching.kept,
            **matching.returned,
            **{place: last + step for step, place in enumerate(matching.new, 1)},
        }
        digest = digest_of_json(
            {
                "patches": comparison.digest(),
                "identities": [[place, numbers[place]] for place in sorted(numbers)],
                "returned": sorted(matching.returned),
                "descents": [
                    [one.number, numbers[one.place], one.relation.value] for one in matching.descents
                ],
                "endings": [[number, one.succeeded] for number, one in sorted(matching.endings.items())],
            }
        )
        return Examined(comparison, matching, numbers, versions, boundary, digest)

    def _record(self, made: Examined, moment: dt.datetime, sha256: str) -> DifferenceRun:
        there = {one.difference.number: one for one in _known_before(self.zone, set(made.versions), None)}
        patches, counts = made.comparison.patches, made.comparison.counts()
        number = (
            DifferenceRun.objects.filter(zone=self.zone).aggregate(Max("number"))["number__max"] or 0
        ) + 1
        consulted = [*made.versions.values(), *([made.boundary] if made.boundary else [])]
        run = DifferenceRun.objects.create(
            zone=self.zone,
            number=number,
            on=self._day,
            as_of=moment,
            parameters={"layers": sorted(self.layers), "same_share": difference_rules().same_share},
            versions=[[one.layer.key, one.number, one.sha256] for one in consulted],
            compared=[list(pair) for pair in made.comparison.compared],
            pairs=pairs_of(made.comparison),
            rules_digest=rules_digest(self.zone),
            patches_sha256=sha256,
            digest=made.digest,
            count=counts.patches,
            area=counts.area,
            sliver_count=counts.slivers,
            sliver_area=counts.sliver_area,
            sample=any(one.sample for one in consulted),
            author=account_of(self.author),
            author_name=name_of(self.author),
            recorded_at=moment,
        )
        for some in batched(made.matching.new):
            Difference.objects.bulk_create(
                [
                    Difference(
                        zone=self.zone,
                        number=made.numbers[place],
                        **dict(zip(_PAIR, patches[place].pair, strict=True)),
                        first_run=run,
                    )
                    for place in some
                ],
                batch_size=500,
            )
        known = {number: one.difference for number, one in there.items()}
        known |= {one.number: one for one in Difference.objects.filter(zone=self.zone, first_run=run)}
        record_patches(run, made, known)
        record_events(run, made, known, there)
        audit.record(
            actor=self.author,
            action="differences.run",
            zone=self.zone,
            subject_kind="difference-run",
            subject_key=str(number),
            after={"digest": run.digest, "patches": run.count},
        )
        return run


def rules_digest(zone: str) -> str:
    """Digest of the rules of space and of those of differences."""
    return digest_of_json([space_rules(zone).digest, difference_rules().model_dump(mode="json")])


def pairs_of(comparison: Comparison) -> list[dict[str, Any]]:
    """What the matrix says of each pair of classes that was found, with counts and areas; slivers apart."""
    found: dict[Any, dict[str, Any]] = {}
    for one in comparison.patches:
        conflict = comparison.conflicts[one.pair]
        row = found.setdefault(
            one.pair,
            {
                "layer_a": one.pair[0],
                "class_a": one.pair[1],
                "kind_a": conflict.kind_a,
                "layer_b": one.pair[2],
                "class_b": one.pair[3],
                "kind_b": conflict.kind_b,
                "conflict": conflict.key,
                "severity": conflict.severity,
                "priority_a": conflict.priority_a,
                "priority_b": conflict.priority_b,
                "prevails": ""
                if conflict.prevails is None
                else "a"
                if conflict.prevails == (conflict.kind_a, conflict.class_a)
                else "b",
                "cause": conflict.cause.to_mapping(),
                "resolution": conflict.resolution.to_mapping(),
                "citation": conflict.citation.to_mapping(),
                "verified": conflict.verified,
                "patches": 0,
                "area": Decimal("0.00"),
                "slivers": 0,
                "sliver_area": Decimal("0.00"),
            },
        )
        row["slivers" if one.sliver else "patches"] += 1
        row["sliver_area" if one.sliver else "area"] += one.area
    return [
        {**row, "area": str(row["area"]), "sliver_area": str(row["sliver_area"])}
        for _pair, row in sorted(found.items())
    ]


@dataclass(frozen=True, slots=True)
class Repeated:
    """A run made again."""

    same: bool
    digest: str
    rules_changed: bool


def repeat(run: DifferenceRun) -> Repeated:
    """Make a run again from its layers, day and what was known before it, and compare the digest."""
    action = RunDifferences(run.zone, "repeat of a run", run.on, tuple(run.parameters["layers"]))
    again = action.examine(run.as_of, run.number)
    return Repeated(again.digest == run.digest, again.digest, rules_digest(run.zone) != run.rules_digest)


def _known_before(zone: str, layers: set[str], before: int | None) -> list[Before]:
    """Differences of the layers that a run compares, each with its last patch; others the run says nothing of."""
    patches = DifferencePatch.objects.filter(
        difference__zone=zone, difference__layer_a__in=layers, difference__layer_b__in=layers
    )
    events = DifferenceEvent.objects.filter(difference__zone=zone)
    if before is not None:
        patches = patches.filter(run__number__lt=before)
        events = events.filter(run__number__lt=before)
    last = patches.values("difference").annotate(last=Max("pk")).values("last").order_by()
    said = events.values("difference").annotate(last=Max("pk")).values("last").order_by()
    alive = set(
        DifferenceEvent.objects.filter(pk__in=said, kind__in=ALIVE).values_list("difference_id", flat=True)
    )
    return [
        Before(patch.difference, patch, patch.difference_id in alive)
        for patch in DifferencePatch.objects.filter(pk__in=last)
        .select_related("difference", "run", "version_a", "version_b")
        .order_by("difference__number")
    ]


def _by_pair(comparison: Comparison, there: list[Before]) -> Iterator[Matching]:
    """Match one pair of classes after the other, so that outlines of one pair are in memory at a time."""
    patches, same_share = comparison.patches, difference_rules().same_share
    known: dict[Pair, list[Before]] = {}
    for one in there:
        known.setdefault(one.difference.pair, []).append(one)
    of_pair = dict(patches.by_pair())
    for pair in sorted({*known, *of_pair}):
        places = of_pair.get(pair, ())
        if pair not in known:
            # Nothing was known of this pair: every patch is new, whatever its outline.
            yield Matching(new=tuple(int(place) for place in places if not patches.sliver[place]))
            continue
        seen = [
            Seen(int(place), pair, shape, bool(patches.sliver[place]))
            for place, shape in zip(places, patches.geometries(places), strict=True)
        ]
        yield match(_as_known(known[pair]), seen, same_share)


def _as_known(there: list[Before]) -> list[Known]:
    wanted: dict[str, list[int]] = {}
    for one in there:
        wanted.setdefault(one.patch.run.patches_sha256, []).append(int(one.patch.key))
    shapes = {
        (sha256, feature.identity): feature.geometry
        for sha256, fids in wanted.items()
        for feature in opened(sha256).of_fids(sorted(fids))
    }
    return [
        Known(
            one.difference.number,
            one.difference.pair,
            shapes[one.patch.run.patches_sha256, one.patch.key],
            one.alive,
        )
        for one in there
    ]

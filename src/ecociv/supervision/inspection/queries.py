"""Reading tours: state, sample with its arithmetic, progress, estimate."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from ecociv.supervision.inspection.estimate import Estimate, StratumResult, estimate
from ecociv.supervision.inspection.models import InspectionTour, TourState, TourStep, UnitVisit


@dataclass(frozen=True, slots=True)
class TourStanding:
    """What the steps of a tour come to."""

    tour: InspectionTour
    steps: tuple[TourStep, ...]

    @property
    def state(self) -> TourState:
        """The state after the last step."""
        return TourState(self.steps[-1].state)

    def data(self, state: TourState) -> dict[str, Any]:
        """What the step to a state settled; empty before it was taken."""
        return next((step.data for step in self.steps if step.state == state), {})

    @property
    def published(self) -> dict[str, Any]:
        """Population, sizes, seed and digests."""
        return self.data(TourState.PUBLISHED)

    @property
    def drawn(self) -> dict[str, Any]:
        """The sample."""
        return self.data(TourState.DRAWN)


def tour_standing(tour: InspectionTour) -> TourStanding:
    """A tour with its steps; one query."""
    return TourStanding(tour, tuple(tour.steps.select_related("author").order_by("number")))


def newest_visits(tour: InspectionTour) -> dict[str, UnitVisit]:
    """The visit that counts for each unit."""
    return {visit.unit: visit for visit in tour.visits.select_related("author").order_by("pk")}


def estimate_of(standing: TourStanding) -> Estimate | None:
    """The estimate from the visits so far; none before the draw.

    A unit counts as having findings when its visit or a finding on record says so.
    """
    if not standing.drawn:
        return None
    visits = newest_visits(standing.tour)
    with_findings = set(standing.tour.findings.values_list("unit", flat=True))
    drawn, visited, found = Counter[str](), Counter[str](), Counter[str]()
    for each in standing.drawn["sample"]:
        stratum, visit = each["stratum"], visits.get(each["key"])
        drawn[stratum] += 1
        seen = visit is not None and visit.outcome != UnitVisit.Outcome.NOT_POSSIBLE
        if seen or each["key"] in with_findings:
            visited[stratum] += 1
            if each["key"] in with_findings or (visit and visit.outcome == UnitVisit.Outcome.FINDINGS):
                found[stratum] += 1
    return estimate(
        {
            key: StratumResult(key, count, drawn[key], visited[key], found[key])
            for key, count in standing.published["units_by_stratum"].items()
        }
    )

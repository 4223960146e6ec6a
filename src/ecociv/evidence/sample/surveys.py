"""Surveys by stratum: real samples drawn from the assumed shares."""

from __future__ import annotations

from ecociv.evidence.sample.assumptions import Assumptions, SurveyShare, between
from ecociv.evidence.sample.book import Book, share_out


def shares_of(survey: SurveyShare, year: int, weights: list[float]) -> list[float]:
    """True share of each stratum, 0..1; weighted, they are the city's share."""
    whole = between(survey.anchors, year) / 100
    mean = sum(w * t for w, t in zip(weights, survey.tilt, strict=True)) / sum(weights)
    return [whole * tilt / mean for tilt in survey.tilt]


def write_travel(book: Book, given: Assumptions, year: int) -> None:
    """Trips of a sample of each stratum: on foot or by bicycle, by public transport, otherwise."""
    surveys = given.surveys
    weights = list(given.weights["urban"])
    people = given.at("urban_population", year)
    trips = share_out(round(people * surveys.trips_per_person), weights)
    walking = shares_of(surveys.walk_cycle, year, weights)
    riding = shares_of(surveys.public_transport, year, weights)
    random = given.random("travel-survey", year)
    for n, place in enumerate(book.places.groups["travel-strata"]):
        sampled = surveys.trips_sampled[n]
        walked, rode, _ = random.multinomial(
            sampled, [walking[n], riding[n], 1 - walking[n] - riding[n]]
        ).tolist()
        book.write("travel-survey", place, year, "trips.all", trips[n])
        book.write("travel-survey", place, year, "trips.sampled", sampled)
        book.write("travel-survey", place, year, "trips.walk_cycle", walked)
        book.write("travel-survey", place, year, "trips.public", rode)


def write_knowledge(book: Book, given: Assumptions, year: int) -> None:
    """Questionnaires passed by a sample of the adults of each county."""
    surveys = given.surveys
    adults = [
        round(float(book.number("economy", county, year, "population.resident")) * surveys.adult_share)
        for county in book.counties
    ]
    shares = shares_of(surveys.knowledge, year, [float(each) for each in adults])
    random = given.random("ecology-survey", year)
    for n, county in enumerate(book.counties):
        valid = surveys.questionnaires[n] - int(random.integers(0, surveys.questionnaires[n] // 25))
        book.write("ecology-survey", county, year, "population.adult", adults[n])
        book.write("ecology-survey", county, year, "questionnaires.valid", valid)
        book.write(
            "ecology-survey", county, year, "questionnaires.passed", int(random.binomial(valid, shares[n]))
        )


def write_fittings(book: Book, given: Assumptions, year: int) -> None:
    """Fittings of a sample of the households of each county."""
    surveys = given.surveys
    households = share_out(round(given.at("urban_households", year)), given.weights["urban"])
    shares = shares_of(surveys.fittings, year, [float(each) for each in households])
    random = given.random("water-fittings", year)
    for n, county in enumerate(book.counties):
        fittings = round(surveys.households_sampled[n] * surveys.fittings_per_household)
        book.write("water-fittings", county, year, "households.all", households[n])
        book.write("water-fittings", county, year, "households.sampled", surveys.households_sampled[n])
        book.write("water-fittings", county, year, "fittings.sampled", fittings)
        book.write(
            "water-fittings", county, year, "fittings.saving", int(random.binomial(fittings, shares[n]))
        )

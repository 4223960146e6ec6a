"""Mines, solid waste, emissions, recyclables, and whatever is a plain part of a whole."""

from __future__ import annotations

from ecociv.evidence.sample.assumptions import Assumptions
from ecociv.evidence.sample.book import Book, share_out

_GRADE = {"copper": 0.006, "tungsten": 0.004, "other": 0.05}
"""Metal (or clay for use) in a tonne of ore, for the amounts only: the rates do not depend on it."""
_COMPANIONS = 0.35
"""Associated components as a share of the metal."""


def write_mines(book: Book, given: Assumptions, year: int) -> None:
    """Amounts of each mine; summed over the mines of a mineral they give its rates."""
    mines = book.places.groups["mines"]
    minerals = sorted({str(book.places.by_key[mine].details["mineral"]) for mine in mines})
    for mineral in minerals:
        own = [mine for mine in mines if book.places.by_key[mine].details["mineral"] == mineral]
        weights = [1.0 + 0.35 * ((number * 7) % 5) for number in range(len(own))]
        consumed = given.at(f"{mineral}_ore", year)
        fed = consumed * given.at(f"{mineral}_mining", year) / 100 * _GRADE[mineral]
        contained = fed * _COMPANIONS
        for whole, part, value, rate in (
            ("ore.consumed", "ore.recovered", consumed, "mining"),
            ("metal.fed", "metal.concentrate", fed, "beneficiation"),
            ("components.contained", "components.used", contained, "utilisation"),
        ):
            total = book.units("mine", whole, value)
            made = share_out(total, weights)
            tilts = [weight * (1 + 0.01 * ((number * 3) % 4 - 1.5)) for number, weight in enumerate(weights)]
            gained = share_out(round(total * given.at(f"{mineral}_{rate}", year) / 100), tilts, made)
            for mine, amount, gain in zip(own, made, gained, strict=True):
                book.write("mine", mine, year, whole, amount)
                book.write("mine", mine, year, part, gain)
    free = given.green_mines.not_obliged.get(year, ())
    for mine in mines:
        green = given.green_mines.green_from.get(mine, year + 1) <= year
        book.write("mine", mine, year, "obliged", int(mine not in free))
        book.write("mine", mine, year, "green", int(green))


def write_waste(book: Book, given: Assumptions, year: int) -> None:
    """Solid waste generated and used."""
    book.city("environment", year, "waste.generated", given.at("waste", year))
    book.city("environment", year, "waste.earlier_stock_used", given.at("waste_stock_used", year))
    base = sum(
        book.number("environment", book.zone, year, f"waste.{each}")
        for each in ("generated", "earlier_stock_used")
    )
    book.city("environment", year, "waste.used", float(base) * given.at("waste_share", year) / 100)


def write_emissions(book: Book, given: Assumptions, year: int) -> None:
    """Each item by key enterprise, households, farms and the rest; together they are the city's emission."""
    emitters = book.places.groups["emitters"]
    for item, shares in given.emissions.items():
        cell = f"{item}.enterprise"
        total = book.units("emission", cell, given.at(item, year))
        sources = ["domestic", "other"] + (["agriculture"] if shares.agriculture else [])
        by_sector = shares.enterprises
        members = {
            sector: [e for e in emitters if book.places.by_key[e].details["sector"] == sector]
            for sector in by_sector
        }
        weights = [getattr(shares, source) for source in sources] + [
            by_sector[sector] for sector in by_sector
        ]
        parts = share_out(total, weights)
        for source, part in zip(sources, parts, strict=False):
            book.write("environment", book.zone, year, f"{item}.{source}", part)
        for emitter in emitters:
            book.write("emission", emitter, year, cell, 0)
        for sector, part in zip(by_sector, parts[len(sources) :], strict=True):
            spread = [1.0 + 0.5 * number for number in range(len(members[sector]))]
            for emitter, amount in zip(members[sector], share_out(part, spread), strict=True):
                book.write("emission", emitter, year, cell, amount)


def write_recyclables(book: Book, given: Assumptions, year: int) -> None:
    """Recyclables by kind; the kinds together give the rate."""
    kinds, relative = given.parts["recyclables"], given.relative["recyclables"]
    scale = sum(share * relative[kind] for kind, share in kinds.items())
    for kind, share in kinds.items():
        arising = given.at("recyclables", year) * share
        recovered = arising * given.at("recovery_share", year) / 100 * relative[kind] / scale
        book.city("commerce", year, f"recycling.{kind}.arising", arising)
        book.city("commerce", year, f"recycling.{kind}.recovered", recovered)


def write_town(book: Book, given: Assumptions, year: int) -> None:
    """Population of the town and its parks."""
    book.city("construction", year, "population.urban", given.at("urban_population", year))
    book.city("construction", year, "population.temporary", given.at("temporary_population", year))
    people = sum(
        book.number("construction", book.zone, year, f"population.{each}") for each in ("urban", "temporary")
    )
    book.city("construction", year, "park.green", float(people) * given.at("park_per_person", year))


def write_ratios(book: Book, given: Assumptions, year: int) -> None:
    """What is a part of a whole and nothing more."""
    for ratio in given.ratios:
        if ratio.of == "gdp":
            whole = float(book.number("economy", book.zone, year, "gdp.current"))
        else:
            whole = given.at(ratio.of, year)
        share = given.at(ratio.share, year) / 100
        if ratio.whole is None:
            book.city(ratio.form, year, ratio.part, whole * share)
        elif ratio.spread is None:
            book.city(ratio.form, year, ratio.whole, whole)
            rounded = float(book.number(ratio.form, book.zone, year, ratio.whole))
            book.city(ratio.form, year, ratio.part, rounded * share)
        else:
            weights = given.weights[ratio.spread]
            book.spread(ratio.form, year, ratio.whole, whole, weights)
            rounded = float(book.number(ratio.form, book.zone, year, ratio.whole))
            tilted = [weight * tilt for weight, tilt in zip(weights, ratio.tilt, strict=True)]
            book.spread(ratio.form, year, ratio.part, rounded * share, tilted, within=ratio.whole)

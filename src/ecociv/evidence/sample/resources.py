"""Water, land, forests, farms."""

from __future__ import annotations

from collections.abc import Sequence

from ecociv.evidence.sample.assumptions import Assumptions
from ecociv.evidence.sample.book import Book

_WAN_PER_YI = 10_000.0


def write_water(book: Book, given: Assumptions, year: int) -> None:
    """Use by sector, unconventional supply and the resource; agriculture is what the others leave of the total."""
    industry = float(book.number("economy", book.zone, year, "value_added.industry"))
    total = given.at("water_use", year) * _WAN_PER_YI
    uses = {
        "industry": given.at("water_per_industry", year)
        * industry
        / _WAN_PER_YI,  # t / 10⁴ yuan x 10⁴ yuan = m³
        "domestic": given.at("water_domestic", year) * _WAN_PER_YI,
        "ecology": given.at("water_ecology", year) * _WAN_PER_YI,
    }
    uses["agriculture"] = total - sum(uses.values())
    weights = {
        "agriculture": "water_agriculture",
        "industry": "water_industry",
        "domestic": "population",
        "ecology": "water_ecology",
    }
    cells = [f"use.{sector}" for sector in weights]
    for sector, name in weights.items():
        book.spread("water-use", year, f"use.{sector}", uses[sector], given.weights[name])
    for place in (book.zone, *book.counties):
        book.total("water-use", place, year, "use.total", cells)
    used = float(book.number("water-use", book.zone, year, "use.total"))
    unconventional = used * given.at("unconventional_share", year) / 100
    book.spread("water-use", year, "supply.unconventional", unconventional, given.weights["urban"])
    resource = given.at("water_resource", year) * _WAN_PER_YI
    book.spread("water-use", year, "resource.total", resource, given.weights["water_resource"])


def write_irrigation(book: Book, given: Assumptions, year: int) -> None:
    """Net and gross water of the sampled districts; the classes, weighted by withdrawal, give the coefficient."""
    agriculture = float(book.number("water-use", book.zone, year, "use.agriculture"))
    withdrawal = agriculture * given.at("irrigation_of_agriculture", year) / 100
    classes, relative = given.parts["irrigation"], given.relative["irrigation"]
    scale = sum(share * relative[name] for name, share in classes.items())
    for name, share in classes.items():
        gross = withdrawal * share * given.irrigation_sample_share
        coefficient = given.at("irrigation_coefficient", year) * relative[name] / scale
        book.city("irrigation", year, f"irrigation.{name}.withdrawal", withdrawal * share)
        book.city("irrigation", year, f"irrigation.{name}.gross", gross)
        book.city("irrigation", year, f"irrigation.{name}.net", gross * coefficient)


def write_land(book: Book, given: Assumptions, year: int) -> None:
    """Land by class; what is left of each county's area is other land, so that all of it closes."""
    area = sum(given.county_areas)
    built = area * given.at("construction_share", year) / 100
    classes: dict[str, tuple[float, Sequence[float]]] = {
        cell: (built * share, given.weights["construction"])
        for cell, share in given.parts["construction_land"].items()
    }
    classes["land.cultivated"] = (given.at("cultivated", year), given.weights["cultivated"])
    for cell, share, name in (
        ("land.rivers_lakes", "rivers_lakes_share", "rivers_lakes"),
        ("land.forest", "land_forest_share", "land_forest"),
        ("land.garden", "garden_share", "garden"),
        ("land.grass", "grass_share", "grass"),
    ):
        classes[cell] = (area * given.at(share, year) / 100, given.weights[name])
    for cell, (value, weights) in classes.items():
        book.spread("land", year, cell, value, weights)
    book.spread("land", year, "land.total", area, given.county_areas)
    for place in (book.zone, *book.counties):
        taken = sum(book.number("land", place, year, cell) for cell in classes)
        other = book.number("land", place, year, "land.total") - taken
        if other < 0:
            raise ValueError(f"The land assumptions of {year} fill {place} by {-other} hectare too much.")
        book.put("land", place, year, "land.other", float(other))


def write_forestry(book: Book, given: Assumptions, year: int) -> None:
    """Forests within the forest land, stock, wetland, and the land treated in the year."""
    area = sum(given.county_areas)
    book.spread("forestry", year, "forest_land", given.at("forest_land", year), given.weights["forest_land"])
    forest = area * given.at("forest_cover", year) / 100
    for cell, share in given.parts["forest"].items():
        book.spread("forestry", year, cell, forest * share, given.weights["forest"])
    volume = given.at("forest_volume", year) * 10_000
    for cell, share in given.parts["volume"].items():
        book.spread("forestry", year, cell, volume * share, given.weights["forest_volume"])
    for cell, share in given.parts["wetland"].items():
        book.spread("forestry", year, cell, given.at("wetland", year) * share, given.weights["wetland"])
    treated = given.at("desert_treated_so_far", year) - given.at("desert_treated_so_far", year - 1)
    book.spread("forestry", year, "desert.treated", treated, given.weights["desert"])


def write_crops(book: Book, given: Assumptions, year: int) -> None:
    """Crop area and its certificates, which overlap."""
    weights = given.weights["farming"]
    book.spread("agriculture", year, "crop.total", given.at("crop_area", year), weights)
    certified = (
        float(book.number("agriculture", book.zone, year, "crop.total"))
        * given.at("certified_share", year)
        / 100
    )
    book.spread("agriculture", year, "crop.certified", certified, weights)
    for cell, share in given.certificates.items():
        book.spread("agriculture", year, cell, certified * share, weights)

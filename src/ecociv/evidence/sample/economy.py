"""Population, product, incomes, materials and energy."""

from __future__ import annotations

import numpy as np

from ecociv.evidence.sample.assumptions import Assumptions
from ecociv.evidence.sample.book import Book
from ecociv.standards.carbon import electricity, fuel_combustion
from ecociv.standards.energy import standard_coal

_FUELS = {
    "coal": "raw_coal",
    "coke": "coke",
    "gasoline": "gasoline",
    "diesel": "diesel",
    "fuel_oil": "fuel_oil",
    "lpg": "lpg",
    "natural_gas": "natural_gas",
}
_EDITION = "GB/T 2589-2008"
_MWH_PER_WAN_KWH = 10.0
_FACTOR_YEAR = 2021


def write_economy(book: Book, given: Assumptions, year: int) -> None:
    """Product and its parts, population, incomes."""
    weights = given.weights
    book.spread("economy", year, "population.resident", given.at("population", year), weights["population"])
    people = float(book.number("economy", book.zone, year, "population.resident"))
    gdp = given.at("gdp_per_person", year) * people  # 10⁴ yuan
    shares = {name: given.at(f"{name}_share", year) / 100 for name in ("primary", "secondary")}
    shares["tertiary"] = 1 - sum(shares.values())
    for sector, share in shares.items():
        book.spread("economy", year, f"value_added.{sector}", gdp * share, weights[sector])
    parts = [f"value_added.{sector}" for sector in shares]
    for place in (book.zone, *book.counties):
        book.total("economy", place, year, "gdp.current", parts)
    industry = given.at("industry_of_secondary", year) / 100
    secondary = float(book.number("economy", book.zone, year, "value_added.secondary"))
    book.spread(
        "economy", year, "value_added.industry", secondary * industry, weights["secondary"],
        within="value_added.secondary",
    )  # fmt: skip
    constant = given.at("gdp_constant", year) * 10_000
    products = [float(book.number("economy", county, year, "gdp.current")) for county in book.counties]
    book.spread("economy", year, "gdp.constant", constant, products)
    urban = given.at("income_urban", year)
    for kind, income in (("urban", urban), ("rural", urban / given.at("income_ratio", year))):
        book.city("economy", year, f"income.{kind}", income)
        for county, times in zip(book.counties, weights[f"income_{kind}"], strict=True):
            book.put("economy", county, year, f"income.{kind}", income * times)


def write_materials(book: Book, given: Assumptions, year: int) -> None:
    """Main resources: product at constant prices over the resource productivity."""
    constant = float(book.number("economy", book.zone, year, "gdp.constant"))
    whole = constant / given.at("resource_productivity", year)
    for cell, share in given.parts["materials"].items():
        book.city("industry-development", year, cell, whole * share)


def coal_per_unit() -> dict[str, float]:
    """tce for each unit of the cells of the energy return (GB/T 2589-2008, electricity at its calorific value)."""
    factors = {
        cell: float(standard_coal(carrier, 1.0, edition=_EDITION).value) for cell, carrier in _FUELS.items()
    }
    power = standard_coal("electricity", _MWH_PER_WAN_KWH, edition=_EDITION, method="calorific")
    return factors | {
        f"electricity.{kind}": float(power.value) for kind in ("net_import", "hydro", "solar", "wind")
    }


def carbon_per_unit() -> dict[str, float]:
    """Tonnes of CO2 for each unit of the cells that emit."""
    factors = {
        cell: float(fuel_combustion(carrier, 1.0, factors="provincial").value)
        for cell, carrier in _FUELS.items()
    }
    imported = electricity(_MWH_PER_WAN_KWH, "jiangxi", factor_year=_FACTOR_YEAR)
    return factors | {"electricity.net_import": float(imported.value)}


def write_energy(book: Book, given: Assumptions, year: int) -> None:
    """Fuels and electricity that give the intensity, the carbon and the non-fossil share at once.

    The shares of the smaller carriers are assumed. Coal C and imported electricity I (both tce) then follow from two
    equations: all carriers add up to the total T, and their CO2 to that of the total. Non-fossil energy is the share s of
    the total, N = s T: where imported electricity comes from is not known, so it counts on the fossil side.
    """
    coal, carbon = coal_per_unit(), carbon_per_unit()
    total = given.at("energy_intensity", year) * float(
        book.number("economy", book.zone, year, "gdp.constant")
    )
    emission = given.at("co2_per_tce", year) * total
    sides = {
        cell: total * given.at(f"{cell}_share", year) / 100
        for cell in ("coke", "natural_gas", "gasoline", "diesel", "fuel_oil", "lpg")
    }
    share = given.at("non_fossil_share", year) / 100

    def carbon_of(cell: str) -> float:
        return carbon[cell] / coal[cell]  # t CO2 for each tce

    left = emission - sum(amount * carbon_of(cell) for cell, amount in sides.items())
    matrix = np.array([[1.0, 1.0], [carbon_of("coal"), carbon_of("electricity.net_import")]])
    burnt, imported = np.linalg.solve(matrix, [total * (1 - share) - sum(sides.values()), left]).tolist()
    if min(burnt, imported) < 0:
        raise ValueError(
            f"The energy assumptions of {year} leave {burnt:.0f} tce of coal and {imported:.0f} tce imported."
        )
    green = share * total
    kinds = {kind: given.at(f"{kind}_of_non_fossil", year) / 100 for kind in ("solar", "wind", "biomass")}
    kinds["hydro"] = 1 - sum(kinds.values())
    amounts = {"coal": burnt, "electricity.net_import": imported, **sides}
    amounts |= {f"electricity.{kind}": green * kinds[kind] for kind in ("hydro", "solar", "wind")}
    for cell, amount in amounts.items():
        book.city("energy", year, cell, amount / coal[cell])
    book.city("energy", year, "biomass_energy", green * kinds["biomass"])
    write_energy_total(book, year)


def write_energy_total(book: Book, year: int) -> None:
    """The bureau's own total of what the return holds."""
    parts = sum(
        factor * float(book.number("energy", book.zone, year, cell))
        for cell, factor in coal_per_unit().items()
    )
    book.city(
        "energy",
        year,
        "total.reported",
        parts + float(book.number("energy", book.zone, year, "biomass_energy")),
    )

"""Changes of natural resources by cause, so that opening, changes and closing of the generated returns belong together.

The closing stocks are those of the returns of land, forests and wetlands; what moved between two of them is divided over
causes. Counties are made first, the city's cells are their sums; where water crosses between counties, the city counts what
crosses its own boundary.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

import numpy as np

from ecociv.evidence.sample.assumptions import Assumptions
from ecociv.evidence.sample.book import Book, share_out

LAND = {
    "cultivated": ("land.cultivated",),
    "garden": ("land.garden",),
    "forest": ("land.forest",),
    "grass": ("land.grass",),
    "settlement": ("land.settlement",),
    "transport": ("land.transport",),
    "water": ("land.hydraulic", "land.rivers_lakes"),
    "other": ("land.other",),
}
TIMBER = {"natural": "volume.natural", "planted": "volume.plantation", "other": "volume.scattered"}
WETLAND = ("river", "lake", "marsh", "artificial")
SPECIES = {"fir": 0.38, "pine": 0.24, "broadleaf": 0.33, "other": 0.05}
GRADES = {"g4": 0.06, "g5": 0.17, "g6": 0.31, "g7": 0.27, "g8": 0.14, "g9": 0.05}
_TURNOVER = {"land": 0.0006, "timber": 0.042, "species": 0.045, "area": 0.004, "wetland": 0.002}
"""Share of a stock that comes and goes in a year without changing it."""
_FELLED = {"growth": 0.9, "planting": 0.1}
_TIMBER_LOSS = {"felling": 0.72, "occupation": 0.06, "disaster": 0.07, "mortality": 0.15}
_AREA_ADDED = {"afforestation": 0.6, "natural_expansion": 0.3, "reappraised_up": 0.1}
_AREA_REDUCED = {"occupation": 0.5, "disaster": 0.4, "reappraised_down": 0.1}
_WATER_USES = {
    "domestic": {"reservoir": 0.5, "river": 0.45, "ground": 0.05},
    "industry": {"reservoir": 0.1, "river": 0.88, "ground": 0.02},
    "agriculture": {"reservoir": 0.5, "river": 0.45, "ground": 0.05},
    "ecology": {"river": 1.0},
}
_WATER_BODIES = {"reservoir": 0.14, "lake": 0.01, "river": 0.70, "ground": 0.15}
"""Shares of the resource that precipitation forms."""
_STORED = {"reservoir": 0.16, "lake": 0.004, "river": 0.03, "ground": 0.55}
"""Stock at the end of a year, as a share of the resource of an average year."""
_EVAPORATED = {"reservoir": 0.05, "lake": 0.1, "river": 0.01, "ground": 0.02}
_MINERALS = {"copper": 62_000_000, "tungsten": 17_500_000, "other": 9_600_000}
"""Proved reserves at the end of the first year, in tonne of ore."""
_PROBABLE = 1.4


def write_natural(book: Book, given: Assumptions) -> None:
    """All changes of all years; the other returns are there already."""
    years = list(given.years.all())
    for year in years:
        for county in book.counties:
            _land(book, given, county, year, years)
            _forest(book, given, county, year, years)
            _water(book, given, county, year)
            _minerals(book, given, county, year, years)
        for form in ("land-change", "forest-change", "water-stock", "mineral-reserve"):
            _add_up(book, form, year)
        _city_water(book, year)


def _stock(book: Book, form: str, place: str, year: int, cells: Iterable[str], years: list[int]) -> Decimal:
    """A stock at the end of a year; before the first year it changed as it did after it."""
    if year >= years[0]:
        return sum((book.number(form, place, year, cell) for cell in cells), Decimal(0))
    now = _stock(book, form, place, years[0], cells, years)
    return max(Decimal(0), now - (_stock(book, form, place, years[1], cells, years) - now))


def _divide(
    book: Book,
    form: str,
    place: str,
    year: int,
    prefix: str,
    before: Decimal,
    after: Decimal,
    added: Mapping[str, float],
    reduced: Mapping[str, float],
    turnover: float,
    random: np.random.Generator,
) -> None:
    """Opening, and the rows of additions and reductions that lead from it to the closing."""
    scale = Decimal(10) ** book.forms[form].cell(f"{prefix}.opening").decimals
    start, end = int(before * scale), int(after * scale)
    gross = round(min(start, end) * turnover * float(random.uniform(0.8, 1.2)))
    more, less = gross + max(0, end - start), gross + max(0, start - end)
    book.write(form, place, year, f"{prefix}.opening", start)
    for rows, total in ((added, more), (reduced, less)):
        for row, units in zip(rows, share_out(total, list(rows.values())), strict=True):
            book.write(form, place, year, f"{prefix}.{row}", units)


def _land(book: Book, given: Assumptions, county: str, year: int, years: list[int]) -> None:
    random = given.random("land-change", county, year)
    for column, cells in LAND.items():
        before = _stock(book, "land", county, year - 1, cells, years)
        after = _stock(book, "land", county, year, cells, years)
        built = column in ("settlement", "transport")
        nature = 0.0 if built else 0.04
        _divide(
            book, "land-change", county, year, f"landuse.{column}", before, after,
            {"human_addition": 1 - nature, "natural_addition": nature},
            {"human_reduction": 1 - nature, "natural_reduction": nature},
            _TURNOVER["land"], random,
        )  # fmt: skip
    _grades(book, county, year, years)


def _grades(book: Book, county: str, year: int, years: list[int]) -> None:
    """Cultivated land by grade: what is new comes in the middle grades, and some land is raised by one grade each year."""

    def by_grade(at: int) -> list[int]:
        area = int(_stock(book, "land", county, at, ("land.cultivated",), years) * 100)
        passed = (at - years[0] + 1) * 0.002
        weights = list(GRADES.values())
        raised = [
            weight + passed * ((weights[n + 1] if n + 1 < len(weights) else 0) - (weight if n else 0))
            for n, weight in enumerate(weights)
        ]
        return share_out(area, raised)

    before, after = by_grade(year - 1), by_grade(year)
    change = sum(after) - sum(before)
    moved = [end - start for start, end in zip(before, after, strict=True)]
    # New and lost land is taken up by the grades in proportion; the rest went from grade to grade.
    taken = share_out(abs(change), list(GRADES.values()))
    for n, grade in enumerate(GRADES):
        own = taken[n] if change >= 0 else -taken[n]
        shift = moved[n] - own
        cells = {
            "closing": after[n], "new": max(0, own), "lost": max(0, -own),
            "graded_in": max(0, shift), "graded_out": max(0, -shift),
        }  # fmt: skip
        for row, units in cells.items():
            book.write("land-change", county, year, f"cropland.{grade}.{row}", units)


def _forest(book: Book, given: Assumptions, county: str, year: int, years: list[int]) -> None:
    form, random = "forest-change", given.random("forest-change", county, year)
    for column, cell in TIMBER.items():
        before, after = (_stock(book, "forestry", county, at, (cell,), years) for at in (year - 1, year))
        _divide(
            book, form, county, year, f"timber.{column}", before, after,
            _FELLED | ({"planting": 0.0} if column == "natural" else {}), _TIMBER_LOSS, _TURNOVER["timber"], random,
        )  # fmt: skip
        for row in ("classed_in", "classed_out"):
            book.write(form, county, year, f"timber.{column}.{row}", 0)

    def areas(at: int) -> dict[str, int]:
        arbor, shrub = (
            int(_stock(book, "forestry", county, at, cells, years) * 100)
            for cells in (("forest.arbor", "forest.bamboo"), ("forest.special_shrub",))
        )
        natural, planted = share_out(arbor, [0.62, 0.38])
        return {"natural": natural, "planted": planted, "other": shrub}

    def species(at: int) -> dict[str, int]:
        volume = int(_stock(book, "forestry", county, at, tuple(TIMBER.values()), years))
        return dict(zip(SPECIES, share_out(volume, list(SPECIES.values())), strict=True))

    for prefix, of, added, reduced, turnover in (
        ("forestarea", areas, _AREA_ADDED, _AREA_REDUCED, _TURNOVER["area"]),
        ("species", species, {"growth": 1.0}, {"felling": 0.75, "loss": 0.25}, _TURNOVER["species"]),
    ):  # fmt: skip
        first, last = of(year - 1), of(year)
        for column in last:
            scale = 100 if prefix == "forestarea" else 1
            _divide(
                book, form, county, year, f"{prefix}.{column}", Decimal(first[column]) / scale,
                Decimal(last[column]) / scale, added, reduced, turnover, random,
            )  # fmt: skip
            book.write(form, county, year, f"{prefix}.{column}.closing", last[column])
    for column in WETLAND:
        before, after = (
            _stock(book, "forestry", county, at, (f"wetland.{column}",), years) for at in (year - 1, year)
        )
        made = 0.9 if column == "artificial" else 0.4
        _divide(
            book, form, county, year, f"wetlandchange.{column}", before, after,
            {"human_addition": made, "natural_addition": 0.9 - made, "reappraised_up": 0.1},
            {"human_reduction": 0.7, "natural_reduction": 0.25, "reappraised_down": 0.05},
            _TURNOVER["wetland"], random,
        )  # fmt: skip
    _species_area(book, given, county, year, years)


def _species_area(book: Book, given: Assumptions, county: str, year: int, years: list[int]) -> None:
    """Area by species: trees by their shares of the stock, bamboo as it is returned."""

    def areas(at: int) -> dict[str, int]:
        trees, bamboo = (
            int(_stock(book, "forestry", county, at, (cell,), years) * 100) for cell in ("forest.arbor", "forest.bamboo")
        )
        return {**dict(zip(SPECIES, share_out(trees, list(SPECIES.values())), strict=True)), "bamboo": bamboo}

    random = given.random("species-area", county, year)
    first, last = areas(year - 1), areas(year)
    for column, units in last.items():
        _divide(
            book, "forest-change", county, year, f"speciesarea.{column}", Decimal(first[column]) / 100,
            Decimal(units) / 100, _AREA_ADDED, _AREA_REDUCED, _TURNOVER["area"], random,
        )  # fmt: skip
        book.write("forest-change", county, year, f"speciesarea.{column}.closing", units)


def _water(book: Book, given: Assumptions, county: str, year: int) -> None:
    """Bodies of water of a county: what is left of them flows out."""

    def stored(at: int) -> dict[str, int]:
        mean = float(book.number("water-use", county, given.years.all()[0], "resource.total"))
        wet = float(given.random("water-stored", county, at).normal(1, 0.04))
        return {body: round(mean * share * wet * 100) for body, share in _STORED.items()}

    form = "water-stock"
    resource = int(book.number("water-use", county, year, "resource.total") * 100)
    formed = dict(zip(_WATER_BODIES, share_out(resource, list(_WATER_BODIES.values())), strict=True))
    uses = {use: int(book.number("water-use", county, year, f"use.{use}") * 100) for use in _WATER_USES}
    before, after = stored(year - 1), stored(year)
    returned = _supply_use(book, county, year, uses)
    taken = {
        use: dict(zip(_WATER_BODIES, share_out(total, [_WATER_USES[use].get(body, 0.0) for body in _WATER_BODIES]), strict=True))
        for use, total in uses.items()
    }  # fmt: skip
    for body in _WATER_BODIES:
        out = sum(by[body] for by in taken.values())
        lost = round(before[body] * _EVAPORATED[body])
        back = returned if body == "river" else 0
        need = after[body] + out + lost - before[body] - formed[body] - back
        inflow = round(max(0, need) * 1.2) + (round(0.6 * resource) if body == "river" else 0)
        cells = {
            "opening": before[body], "precipitation": formed[body], "inflow": inflow, "returned": back,
            **{use: by[body] for use, by in taken.items()}, "evaporation": lost,
            "outflow": before[body] + formed[body] + inflow + back - out - lost - after[body], "closing": after[body],
        }  # fmt: skip
        for row, units in cells.items():
            book.write(form, county, year, f"waterbody.{body}.{row}", units)


def _supply_use(book: Book, county: str, year: int, uses: Mapping[str, int]) -> int:
    """What each unit takes, passes on and returns; the whole of what returns to the rivers."""
    piped = round(uses["industry"] * 0.25)
    works = uses["domestic"] + piped
    supplied = round(works * 0.88)
    factories = round(supplied * piped / works) if works else 0
    households = supplied - factories
    own = uses["industry"] - piped
    cells = {
        "works.abstracted": works, "works.supplied": supplied, "works.returned": round(works * 0.01),
        "households.received": households, "households.supplied": round(households * 0.68),
        "households.returned": round(households * 0.1), "factories.abstracted": own, "factories.received": factories,
        "factories.supplied": round((own + factories) * 0.22), "factories.returned": round((own + factories) * 0.45),
        "farms.abstracted": uses["agriculture"], "farms.returned": round(uses["agriculture"] * 0.32),
        "landscape.abstracted": uses["ecology"],
    }  # fmt: skip
    cells["sewerage.received"] = cells["households.supplied"] + cells["factories.supplied"]
    cells["sewerage.returned"] = round(cells["sewerage.received"] * 0.97)
    for cell, units in cells.items():
        book.write("water-stock", county, year, cell, units)
    return sum(units for cell, units in cells.items() if cell.endswith(".returned"))


def _minerals(book: Book, given: Assumptions, county: str, year: int, years: list[int]) -> None:
    """Proved reserves fall by what the mines consume and rise by what is raised from probable ones."""
    form = "mineral-reserve"
    mines = [
        (place.details["mineral"], mine)
        for mine in book.places.groups["mines"]
        if (place := book.places.by_key[mine]).parent == county
    ]
    every = [str(book.places.by_key[mine].details["mineral"]) for mine in book.places.groups["mines"]]
    for mineral, base in _MINERALS.items():
        name = "kaolin" if mineral == "other" else mineral
        own = [mine for kind, mine in mines if kind == mineral]
        share = len(own) / every.count(mineral)
        proved, probable = round(base * share), round(base * share * _PROBABLE)
        for at in years[: years.index(year) + 1]:
            consumed = sum(int(book.number("mine", mine, at, "ore.consumed")) for mine in own)
            raised = round(consumed * 0.7)
            found = round(consumed * (1.1 if at % 3 == 0 else 0.2))
            less = round(consumed * 0.03) if at == years[len(years) // 2] else 0
            rows = {
                "proved": {"opening": proved, "classed_in": raised, "reappraised_down": less,
                           "closing": proved + raised - consumed - less},
                "probable": {"opening": probable, "discoveries": found, "classed_out": raised,
                             "closing": probable + found - raised},
            }  # fmt: skip
            proved, probable = rows["proved"]["closing"], rows["probable"]["closing"]
        for grade, its in rows.items():
            for row in (
                "opening", "discoveries", "reappraised_up", "classed_in", "reappraised_down", "classed_out", "closing"
            ):  # fmt: skip
                book.write(form, county, year, f"reserve.{name}_{grade}.{row}", its.get(row, 0))


def _add_up(book: Book, form: str, year: int) -> None:
    """The city's cells are the sums of its counties'."""
    for cell in book.forms[form].cells:
        whole = sum((book.number(form, county, year, cell.key) for county in book.counties), Decimal(0))
        book.figures.setdefault((form, book.zone, year), {})[cell.key] = whole


def _city_water(book: Book, year: int) -> None:
    """What flows between counties neither enters nor leaves the city."""
    for body in _WATER_BODIES:
        enters, leaves = (
            book.number("water-stock", book.zone, year, f"waterbody.{body}.{row}") for row in ("inflow", "outflow")
        )  # fmt: skip
        between = min(enters, leaves) * Decimal("0.6")
        between = between.quantize(Decimal("0.01"))
        for row, value in (("inflow", enters - between), ("outflow", leaves - between)):
            book.figures["water-stock", book.zone, year][f"waterbody.{body}.{row}"] = value

"""The generated returns, with what is deliberately wrong, late or absent in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from ecociv.evidence.mapping import load_places
from ecociv.evidence.returns.cells import Entry
from ecociv.evidence.returns.checks import Severity, check_entries
from ecociv.evidence.returns.deadlines import due_day
from ecociv.evidence.returns.forms import Form, load_forms
from ecociv.evidence.returns.periods import ReturnPeriod
from ecociv.evidence.sample import economy, industry, natural, resources, surveys
from ecociv.evidence.sample.assumptions import Assumptions
from ecociv.evidence.sample.book import Book, Figure

CLOCK = ZoneInfo("Asia/Shanghai")
_EXPLANATION = "生成的示例数据 generated sample data"
_STEPS = (
    economy.write_economy,
    economy.write_materials,
    economy.write_energy,
    resources.write_water,
    resources.write_irrigation,
    resources.write_land,
    resources.write_forestry,
    resources.write_crops,
    industry.write_mines,
    industry.write_waste,
    industry.write_emissions,
    industry.write_recyclables,
    industry.write_town,
    industry.write_ratios,
    surveys.write_travel,
    surveys.write_knowledge,
    surveys.write_fittings,
)


@dataclass(frozen=True, slots=True)
class SampleReturn:
    """One return as it is handed in.

    Parameters
    ----------
    values
        Numbers, or the kind of absence with the remark of the cell.
    submitted_at, accepted_at
        Moments of the story that the sample tells; the store keeps the real moment of loading.
    """

    form: str
    place: str
    year: int
    values: Mapping[str, Figure]
    submitted_at: datetime
    accepted_at: datetime
    reason: str = ""
    explanations: Mapping[str, str] = field(default_factory=dict)


def write_book(zone: str, given: Assumptions) -> Book:
    """The figures of all returns and years, before anything is made absent, wrong or late."""
    book = Book({form.key: form for form in load_forms(zone)}, load_places(zone))
    for year in given.years.all():
        for step in _STEPS:
            step(book, given, year)
    if "land-change" in book.forms:
        natural.write_natural(book, given)
    return book


def write_returns(zone: str, given: Assumptions) -> tuple[list[SampleReturn], list[SampleReturn]]:
    """The returns as first handed in, and those that restate one of them."""
    book = write_book(zone, given)
    _make_conflicts(book, given)
    _make_absences(book, given)
    unfiled = {(each.form, each.place, each.year) for each in given.unfiled}
    first = [
        _handed_in(book, given, form, place, year)
        for (form, place, year) in sorted(book.figures, key=lambda key: (key[2], key[0], key[1]))
        if (form, place, year) not in unfiled
    ]
    return first, [_restated(book, given)]


def _make_conflicts(book: Book, given: Assumptions) -> None:
    for conflict in given.conflicts:
        for cell, more in conflict.add.items():
            value = float(book.number(conflict.form, conflict.place, conflict.year, cell)) + more
            book.put(conflict.form, conflict.place, conflict.year, cell, value)


def _make_absences(book: Book, given: Assumptions) -> None:
    for absence in given.absences:
        for form, place, year in list(book.figures):
            if form != absence.form or (absence.places and place not in absence.places):
                continue
            if absence.years and year not in absence.years:
                continue
            for cell in absence.cells:
                book.absent(form, place, year, cell, absence.kind, absence.remark)


def _handed_in(book: Book, given: Assumptions, form: str, place: str, year: int) -> SampleReturn:
    period = ReturnPeriod.parse(str(year))
    due = due_day(book.forms[form].due.working_days, period).day
    late = next(
        (
            each.days
            for each in given.late
            if each.form == form and place in each.places and year in each.years
        ),
        None,
    )
    low, high = given.days_before_due
    early = int(given.random("handed-in", form, place, year).integers(low, high + 1))
    day = due + timedelta(days=late) if late else due - timedelta(days=early)
    values = dict(book.figures[form, place, year])
    previous = book.figures.get((form, place, year - 1), {})
    return SampleReturn(
        form, place, year, values, _at(day, 10), _at(day + timedelta(days=3), 15),
        explanations=explanations_for(book, form, place, values, previous),
    )  # fmt: skip


def _restated(book: Book, given: Assumptions) -> SampleReturn:
    told = given.restatement
    before = dict(book.figures[told.form, told.place, told.year])
    for cell, more in told.add.items():
        book.put(
            told.form,
            told.place,
            told.year,
            cell,
            float(book.number(told.form, told.place, told.year, cell)) + more,
        )
    if told.form == "energy":
        economy.write_energy_total(book, told.year)
    values = dict(book.figures[told.form, told.place, told.year])
    book.figures[told.form, told.place, told.year] = before
    previous = book.figures.get((told.form, told.place, told.year - 1), {})
    return SampleReturn(
        told.form, told.place, told.year, values, _at(told.handed_in, 9), _at(told.handed_in + timedelta(days=6), 11),
        reason=f"{told.reason.zh} {told.reason.en}",
        explanations=explanations_for(book, told.form, told.place, values, previous),
    )  # fmt: skip


def explanations_for(
    book: Book, form: str, place: str, values: Mapping[str, Figure], previous: Mapping[str, Figure]
) -> dict[str, str]:
    """A word on every warning of the form's own rules, as whoever fills it has to give."""
    declared: Form = book.forms[form]
    findings = check_entries(
        declared, declared.cells_for(place, book.places), _entries(values), _entries(previous), {}
    )
    return {each.key: _EXPLANATION for each in findings if each.severity is Severity.WARNING}


def _entries(values: Mapping[str, Figure]) -> dict[str, Entry]:
    return {
        cell: Entry(value) if isinstance(value, Decimal) else Entry(*value) for cell, value in values.items()
    }


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), CLOCK)


__all__ = ["SampleReturn", "explanations_for", "write_book", "write_returns"]

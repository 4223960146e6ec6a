"""What a comparison of the compensation simulator came to, as rows of a page and of a file: years, periods, what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from ecociv.compensation.agreements.computed import Computed
from ecociv.compensation.agreements.periods import SettlementPeriod
from ecociv.compensation.simulations.comparing import Run, Simulation, YearUnder, direction
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.portal.paths import Chart
from ecociv.portal.tables import Column
from ecociv.portal.zone import language

Named = Callable[[str], str]
"""The name of a body by its key."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Who pays whom how much under one set of terms.

    Attributes
    ----------
    net : Decimal or None
        Yuan, positive where upstream pays; none where nothing could be settled.
    change : Decimal or None
        Against the terms in force; none for these themselves, or where one of the two is not known.
    """

    label: str
    net: Decimal | None
    payer: str
    receiver: str
    open: int
    change: Decimal | None
    turned: bool = False
    reasons: tuple[str, ...] = ()

    @property
    def paid(self) -> Decimal | None:
        """The amount without its sign."""
        return None if self.net is None else abs(self.net)


@dataclass(frozen=True, slots=True)
class Row:
    """A year, a period, or all of it, under every set of terms."""

    key: str
    year: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Why periods have no amount, or what stood in for a reading, and under which terms."""

    period: str
    reason: str
    labels: tuple[str, ...]


class Compared:
    """A comparison with the names of its sets of terms."""

    def __init__(self, made: Simulation, labels: tuple[str, ...], named: Named) -> None:
        self.made, self.named = made, named
        self.labels = (_("Terms in force"), *labels)
        self.runs: tuple[Run, ...] = (made.base, *made.others)

    def years(self) -> list[Row]:
        """One row a year."""
        return [
            Row(str(year), year, self._cells(lambda run, year=year: run.year(year), year))  # type: ignore[misc]
            for year in self.made.years
        ]

    def whole(self) -> Row:
        """All years together."""
        return Row(_("All years"), self.made.last, self._cells(lambda run: run.total, self.made.last))

    def _cells(self, under: Callable[[Run], YearUnder], year: int) -> tuple[Cell, ...]:
        base = under(self.made.base)
        cells = []
        for label, run in zip(self.labels, self.runs, strict=True):
            found = under(run)
            known = run is not self.made.base and bool(found.settled and base.settled)
            payer, receiver = self._parties(run, year, found.net)
            cells.append(
                Cell(
                    label,
                    found.net if found.settled else None,
                    payer,
                    receiver,
                    found.open,
                    found.net - base.net if known else None,
                    known and direction(found.net) != direction(base.net),
                )
            )
        return tuple(cells)

    def _parties(self, run: Run, year: int, net: Decimal) -> tuple[str, str]:
        version = run.versions[year]
        pair = (self.named(version.upstream), self.named(version.downstream))
        return ("", "") if net == 0 else pair if net > 0 else (pair[1], pair[0])

    def periods(self) -> list[Row]:
        """One row a period; where variants settle by months and by years, both stand in the order of their days."""
        by_run: list[Mapping[SettlementPeriod, Computed]] = [
            {each.period: each for each in run.found} for run in self.runs
        ]
        every = sorted(
            {period for found in by_run for period in found},
            key=lambda one: (one.first, -one.last.toordinal()),
        )
        rows = []
        for period in every:
            base = by_run[0].get(period)
            cells = []
            for label, run, found in zip(self.labels, self.runs, by_run, strict=True):
                each = found.get(period)
                if each is not None:
                    cells.append(self._period_cell(label, run, each, base))
                else:
                    cells.append(Cell(label, None, "", "", 0, None))
            rows.append(Row(str(period), period.year, tuple(cells)))
        return rows

    def _period_cell(self, label: str, run: Run, each: Computed, base: Computed | None) -> Cell:
        tongue = language()
        was = base.amount if base is not None else None
        known = each.amount is not None and was is not None and run is not self.made.base
        payer, receiver = self._parties(run, each.period.year, each.amount or Decimal(0))
        return Cell(
            label,
            each.amount,
            payer,
            receiver,
            int(each.amount is None),
            each.amount - was if known and each.amount is not None and was is not None else None,
            known
            and each.amount is not None
            and was is not None
            and direction(each.amount) != direction(was),
            tuple(text.in_language(tongue) for text in (*each.open, *each.notes)),
        )

    def turned(self) -> list[tuple[str, list[Row] | None]]:
        """For each variant the periods in which the money goes another way; none where it settles by other periods."""
        found: list[tuple[str, list[Row] | None]] = []
        for label, run in zip(self.labels[1:], self.made.others, strict=True):
            turned = self.made.turned(run)
            if turned is None:
                found.append((label, None))
                continue
            rows = []
            for each in turned:
                cells = []
                for name, one, amount in (
                    (self.labels[0], self.made.base, each.base),
                    (label, run, each.other),
                ):
                    payer, receiver = self._parties(one, each.period.year, amount)
                    cells.append(Cell(name, amount, payer, receiver, 0, None))
                rows.append(Row(str(each.period), each.period.year, tuple(cells)))
            found.append((label, rows))
        return found

    def unsettled(self) -> list[Unsettled]:
        """Periods without an amount, each reason once with the sets of terms that it holds for."""
        return self._said(lambda each: each.open)

    def stood_in(self) -> list[Unsettled]:
        """Declared values that stood in for readings."""
        return self._said(lambda each: each.notes)

    def _said(self, texts: Callable[[Computed], tuple[Text, ...]]) -> list[Unsettled]:
        found: dict[tuple[str, str], list[str]] = {}
        for label, run in zip(self.labels, self.runs, strict=True):
            for each in run.found:
                for text in texts(each):
                    found.setdefault((str(each.period), text.in_language(language())), []).append(label)
        return [
            Unsettled(period, reason, tuple(labels)) for (period, reason), labels in sorted(found.items())
        ]

    def columns(self, head: str, *, reasons: bool = False) -> list[Column[Row]]:
        """The columns of a file: for each set of terms who pays, how much, and what that is more than in force."""
        found: list[Column[Row]] = [Column("period", head, lambda row: row.key)]
        for at, label in enumerate(self.labels):
            found += [
                Column(f"payer{at}", _("%(terms)s: pays") % {"terms": label}, lambda row, at=at: row.cells[at].payer),  # type: ignore[misc]
                Column(f"net{at}", _("%(terms)s: upstream net, yuan") % {"terms": label}, lambda row, at=at: row.cells[at].net, numeric=True),  # type: ignore[misc]
            ]  # fmt: skip
            if at:
                found += [
                    Column(f"change{at}", _("%(terms)s: upstream more (less), yuan") % {"terms": label}, lambda row, at=at: row.cells[at].change, numeric=True),  # type: ignore[misc]
                    Column(f"turned{at}", _("%(terms)s: another direction") % {"terms": label}, lambda row, at=at: _("yes") if row.cells[at].turned else ""),  # type: ignore[misc]
                ]  # fmt: skip
            if reasons:
                found.append(Column(f"why{at}", _("%(terms)s: remarks") % {"terms": label}, lambda row, at=at: " ".join(row.cells[at].reasons)))  # type: ignore[misc]  # fmt: skip
            else:
                found.append(Column(f"open{at}", _("%(terms)s: periods without an amount") % {"terms": label}, lambda row, at=at: row.cells[at].open, numeric=True))  # type: ignore[misc]  # fmt: skip
        return found

    def chart(self) -> Chart:
        """What upstream pays less what it receives, year by year, a column for each set of terms."""
        rows = self.years()
        values = [[_wan(row.cells[at].net) for row in rows] for at in range(len(self.labels))]
        payload = {
            "kind": "columns",
            "unit": _("10⁴ yuan"),
            "names": [row.key for row in rows],
            "series": [
                {"name": label, "values": [None if one is None else float(one) for one in column]}
                for label, column in zip(self.labels, values, strict=True)
            ],
        }
        whole = self.whole()
        said = "; ".join(f"{cell.label} {_shown(_wan(cell.net))}" for cell in whole.cells)
        return Chart(
            "simulated",
            "columns",
            _("What upstream pays less what it receives, 10⁴ yuan"),
            _("All years: %(said)s.") % {"said": said},
            payload,
            (_("Year"), *self.labels),
            tuple((row.key, *(_shown(column[at]) for column in values)) for at, row in enumerate(rows)),
        )


def _wan(amount: Decimal | None) -> Decimal | None:
    """10⁴ yuan with two decimals: what a column has room for; none where nothing was settled."""
    return None if amount is None else round_half_even(amount / 10_000, 2)


def _shown(amount: Decimal | None) -> str:
    return "—" if amount is None else f"{amount:,.2f}"

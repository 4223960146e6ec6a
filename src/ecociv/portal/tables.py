"""Tables that the server sorts and pages, so that they work without scripts and export what they show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.functional import Promise

Row = TypeVar("Row")
Cell = str | int | float | Decimal | None | Promise


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column: its heading, what it exports, and by what it sorts.

    ``sort_by`` returns ``None`` for a row without a value: such rows stand last in either order.
    """

    key: str
    label: str | Promise
    value: Callable[[Row], Cell]
    sort_by: Callable[[Row], Any] | None = None
    numeric: bool = False
    #: Shown in exports only: on the page another column carries it.
    export_only: bool = False
    #: Shown on the page only (a picture, a button).
    page_only: bool = False


def sortable(
    key: str, label: str | Promise, value: Callable[[Row], Cell], *, numeric: bool = False
) -> Column[Row]:
    """A column that is sorted by what it shows."""
    return Column(key, label, value, sort_by=value, numeric=numeric)


@dataclass(frozen=True, slots=True)
class Heading:
    """A column heading as the page shows it."""

    key: str
    label: str | Promise
    numeric: bool
    url: str
    aria_sort: str
    sortable: bool


@dataclass
class Table(Generic[Row]):
    """Rows sorted and cut into pages by the query string (``sort``, ``page``).

    >>> table = Table([Column("n", "Number", lambda row: row, sort_by=lambda row: row)], [3, 1, 2], QueryDict("sort=-n"))
    >>> table.sorted_rows
    [3, 2, 1]
    >>> table.headings()[0].aria_sort, table.headings()[0].url
    ('descending', '?sort=n')
    """

    columns: Sequence[Column[Row]]
    rows: Iterable[Row]
    query: QueryDict | Mapping[str, str]
    default_sort: str = ""
    page_size: int = 50
    sorted_rows: list[Row] = field(init=False)

    def __post_init__(self) -> None:
        self._sortable = {column.key: column for column in self.columns if column.sort_by is not None}
        asked = self.query.get("sort") or self.default_sort
        self.descending = asked.startswith("-")
        self.sort = asked.lstrip("-") if asked.lstrip("-") in self._sortable else ""
        if not self.sort and self.default_sort:
            self.descending = self.default_sort.startswith("-")
            self.sort = self.default_sort.lstrip("-")
        self.sorted_rows = self._sorted(list(self.rows))

    def _sorted(self, rows: list[Row]) -> list[Row]:
        column = self._sortable.get(self.sort)
        if column is None or column.sort_by is None:
            return rows
        keyed = [(column.sort_by(row), row) for row in rows]
        with_value = [pair for pair in keyed if pair[0] is not None]
        with_value.sort(key=lambda pair: pair[0], reverse=self.descending)
        return [row for _, row in with_value] + [row for key, row in keyed if key is None]

    # -- pages ----------------------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """Number of rows after the filter."""
        return len(self.sorted_rows)

    @property
    def pages(self) -> int:
        """Number of pages, at least one."""
        return max(1, -(-self.total // self.page_size))

    @property
    def page(self) -> int:
        """The page asked for; a number out of range falls to the nearest page there is."""
        try:
            asked = int(self.query.get("page") or 1)
        except ValueError:
            asked = 1
        return min(max(asked, 1), self.pages)

    @property
    def page_rows(self) -> list[Row]:
        """The rows of this page."""
        start = (self.page - 1) * self.page_size
        return self.sorted_rows[start : start + self.page_size]

    @property
    def first(self) -> int:
        """Place of the first row of this page, counted from 1; 0 when there is none."""
        return 0 if self.total == 0 else (self.page - 1) * self.page_size + 1

    @property
    def last(self) -> int:
        """Place of the last row of this page."""
        return min(self.page * self.page_size, self.total)

    @property
    def previous_url(self) -> str:
        """Address of the page before, or "" on the first."""
        return self._url(page=self.page - 1) if self.page > 1 else ""

    @property
    def next_url(self) -> str:
        """Address of the page after, or "" on the last."""
        return self._url(page=self.page + 1) if self.page < self.pages else ""

    # -- headings and exports ---------------------------------------------------------------------------

    def headings(self) -> list[Heading]:
        """Headings of the columns on the page, with the address that sorts by each."""
        found = []
        for column in self.columns:
            if column.export_only:
                continue
            here = column.key == self.sort
            direction = ("descending" if self.descending else "ascending") if here else "none"
            target = f"-{column.key}" if here and not self.descending else column.key
            found.append(
                Heading(
                    key=column.key,
                    label=column.label,
                    numeric=column.numeric,
                    url=self._url(sort=target, page=None),
                    aria_sort=direction,
                    sortable=column.sort_by is not None,
                )
            )
        return found

    def export_url(self, form: str) -> str:
        """Address of the same rows as a file (``csv`` or ``xlsx``)."""
        return self._url(format=form, page=None)

    @property
    def csv_url(self) -> str:
        """Address of the CSV file."""
        return self.export_url("csv")

    @property
    def xlsx_url(self) -> str:
        """Address of the workbook."""
        return self.export_url("xlsx")

    @property
    def export_columns(self) -> list[Column[Row]]:
        """The columns of a file."""
        return [column for column in self.columns if not column.page_only]

    def _url(self, **changes: str | int | None) -> str:
        return url_with(self.query, **changes)


def url_with(query: QueryDict | Mapping[str, str], **changes: str | int | None) -> str:
    """The query string with some parameters replaced, and without those set to ``None`` or empty.

    >>> url_with(QueryDict("a=1&b=2&b=3"), a=None, c=4)
    '?b=2&b=3&c=4'
    """
    if isinstance(query, QueryDict):
        pairs = [(key, value) for key, values in query.lists() for value in values]
    else:
        pairs = list(query.items())
    kept = [(key, value) for key, value in pairs if key not in changes and value != ""]
    kept += [(key, str(value)) for key, value in changes.items() if value is not None and value != ""]
    return "?" + urlencode(kept)

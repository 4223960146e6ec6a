"""What tables of indicators share: the name and unit of a row's series, and the columns with which every such table begins."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from ecociv.plan.package import Indicator, Series
from ecociv.portal.collation import collation_key
from ecociv.portal.tables import Column
from ecociv.portal.zone import language


class OfSeries:
    """A row about one series of an indicator."""

    __slots__ = ()

    indicator: Indicator
    series: Series

    @property
    def name(self) -> str:
        """Name of the series in the reader's language."""
        return self.indicator.series_name(self.series).in_language(language())

    @property
    def unit(self) -> str:
        """Unit in the reader's language."""
        return self.indicator.unit_label.in_language(language())


def leading_columns() -> tuple[Column[Any], Column[Any]]:
    """The indicator's number, and the name of the row."""
    return (
        Column(
            "number",
            gettext_lazy("No."),
            lambda row: row.indicator.number,
            sort_by=lambda row: row.indicator.number,
            numeric=True,
        ),
        Column(
            "name",
            gettext_lazy("Indicator"),
            lambda row: row.name,
            sort_by=lambda row: collation_key(row.name),
        ),
    )


def unit_column() -> Column[Any]:
    """The unit, in files; on pages it stands beside the name."""
    return Column("unit", gettext_lazy("Unit"), lambda row: row.unit, export_only=True)

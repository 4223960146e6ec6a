"""What the lists of orders and of listings share: names of the markets, filters, columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ecociv.exchange.queries import markets
from ecociv.portal.filters import Choice, Filter, Filters
from ecociv.portal.market_figures import yuan
from ecociv.portal.tables import Column
from ecociv.portal.zone import language, zone_key


def market_names() -> dict[str, str]:
    """Names of the markets in the reader's language."""
    return {now.row.market: now.rules.label.in_language(language()) for now in markets(zone_key())}


def market_filters(
    request: HttpRequest, names: Mapping[str, str], states: Mapping[str, str | Promise]
) -> Filters:
    """The filters by state and by market."""
    return Filters(
        request.GET,
        [
            Filter("state", _("State"), [Choice(key, str(name)) for key, name in states.items()], _("All")),
            Filter(
                "market", _("Market"), [Choice(key, name) for key, name in names.items()], _("All markets")
            ),
        ],
        False,
    )


def number_column() -> Column[Any]:
    """The number under which a row is on record."""
    return Column(
        "number", gettext_lazy("Number"), lambda row: row.number, sort_by=lambda row: row.number, numeric=True
    )


def market_column(names: Mapping[str, str]) -> Column[Any]:
    """The market by its name."""
    return Column(
        "market",
        gettext_lazy("Market"),
        lambda row: names.get(row.market, row.market),
        sort_by=lambda row: row.market,
    )


def price_and_quantity(label: str | Promise) -> tuple[Column[Any], Column[Any]]:
    """The price in yuan under its label, and the number of units."""
    return (
        Column("price", label, lambda row: yuan(row.price), sort_by=lambda row: row.price, numeric=True),
        Column(
            "quantity",
            gettext_lazy("Number of units"),
            lambda row: row.quantity,
            sort_by=lambda row: row.quantity,
            numeric=True,
        ),
    )


def fen_column(key: str, label: str | Promise) -> Column[Any]:
    """An amount of money in fen, in yuan and in files alone."""
    return Column(
        key,
        label,
        lambda row: yuan(getattr(row, key)),
        sort_by=lambda row: getattr(row, key),
        numeric=True,
        export_only=True,
    )

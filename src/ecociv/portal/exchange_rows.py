"""Rows of the registry's pages: holdings and movements as columns of a file, and in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ecociv.exchange.models import MovementRow
from ecociv.exchange.queries import is_participant
from ecociv.exchange.registry import MONEY
from ecociv.exchange.rights.queries import SerialHolding
from ecociv.portal.exchange_figures import (
    blocks_text,
    instrument_name,
    kind_name,
    local_time,
    reference_text,
    region_name,
    state_name,
    unit_name,
)
from ecociv.portal.tables import Column

HOLDING_COLUMNS: tuple[Column[SerialHolding], ...] = (
    Column("account", pgettext_lazy("rights", "Account"), lambda h: h.account, sort_by=lambda h: h.account),
    Column(
        "instrument",
        pgettext_lazy("rights", "Instrument"),
        lambda h: instrument_name(h.series.instrument),
        sort_by=lambda h: h.series,
    ),
    Column(
        "vintage",
        gettext_lazy("Vintage"),
        lambda h: h.series.vintage or "",
        sort_by=lambda h: h.series.vintage,
        numeric=True,
    ),
    Column(
        "region",
        gettext_lazy("Region or basin"),
        lambda h: region_name(h.series.region),
        sort_by=lambda h: h.series.region,
    ),
    Column("state", gettext_lazy("State"), lambda h: state_name(h.state), sort_by=lambda h: h.state),
    Column("claim", gettext_lazy("Held for"), lambda h: h.claim, sort_by=lambda h: h.claim),
    Column(
        "quantity",
        pgettext_lazy("rights", "Units"),
        lambda h: h.quantity,
        sort_by=lambda h: h.quantity,
        numeric=True,
    ),
    Column("unit", gettext_lazy("Unit"), lambda h: unit_name(h.series.instrument), export_only=True),
    Column("blocks", gettext_lazy("Serial numbers"), lambda h: blocks_text(h.blocks)),
)

MOVEMENT_COLUMNS: tuple[Column[MovementRow], ...] = (
    Column(
        "number",
        gettext_lazy("Number"),
        lambda m: f"{m.movement}.{m.place}",
        sort_by=lambda m: (m.movement, m.place),
    ),
    Column(
        "time",
        gettext_lazy("Time"),
        lambda m: local_time(m.at).strftime("%Y-%m-%d %H:%M:%S"),
        sort_by=lambda m: m.at,
    ),
    Column("kind", gettext_lazy("Kind"), lambda m: kind_name(m.kind), sort_by=lambda m: m.kind),
    Column(
        "instrument",
        pgettext_lazy("rights", "Instrument"),
        lambda m: instrument_name(m.unit) if m.unit else "",
        sort_by=lambda m: m.unit,
    ),
    Column("vintage", gettext_lazy("Vintage"), lambda m: m.vintage or "", export_only=True),
    Column("region", gettext_lazy("Region or basin"), lambda m: region_name(m.region), export_only=True),
    Column(
        "quantity",
        pgettext_lazy("rights", "Units"),
        lambda m: m.quantity,
        sort_by=lambda m: m.quantity,
        numeric=True,
    ),
    Column("giver", pgettext_lazy("rights", "From"), lambda m: m.giver, sort_by=lambda m: m.giver),
    Column("before", gettext_lazy("State before"), lambda m: state_name(m.before), export_only=True),
    Column("taker", pgettext_lazy("rights", "To"), lambda m: m.taker, sort_by=lambda m: m.taker),
    Column("after", gettext_lazy("State after"), lambda m: state_name(m.after), export_only=True),
    Column("document", gettext_lazy("Document"), lambda m: m.document, sort_by=lambda m: m.document),
)


def shown_holding(one: SerialHolding, names: dict[str, str]) -> dict[str, Any]:
    """A holding in words."""
    counted = sum(last - first + 1 for first, last in one.blocks)
    return {
        "account": one.account,
        "account_name": names.get(one.account, one.account),
        "instrument": instrument_name(one.series.instrument),
        "unit": unit_name(one.series.instrument),
        "vintage": one.series.vintage,
        "region": region_name(one.series.region),
        "state": state_name(one.state),
        "state_key": one.state,
        "claim": reference_text(one.claim),
        "quantity": one.quantity,
        "blocks": blocks_text(one.blocks),
        "more": bool(one.blocks) and counted < one.quantity,
    }


def shown_movement(row: MovementRow, names: dict[str, str]) -> dict[str, Any]:
    """A line of a movement in words."""
    return {
        "row": row,
        "document": reference_text(row.document),
        "time": local_time(row.at),
        "kind": kind_name(row.kind),
        "instrument": _("Money") if row.unit == MONEY else instrument_name(row.unit) if row.unit else "",
        "region": region_name(row.region),
        "giver": names.get(row.giver, row.giver),
        "taker": names.get(row.taker, row.taker),
        "links": is_participant(row.giver) and is_participant(row.taker),
        "before": state_name(row.before),
        "after": state_name(row.after),
    }

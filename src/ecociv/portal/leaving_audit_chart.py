"""The chart of the attribution: change of the area, what its peers changed, the attributed part with its interval."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ecociv.accounts.audit.attribution import Attribution, Outcome
from ecociv.accounts.audit.declaration import Measure
from ecociv.accounts.audit.dossier import Dossier
from ecociv.accounts.audit.methods import Reading
from ecociv.core.rounding import round_half_even
from ecociv.portal.paths import Chart
from ecociv.reporting.leaving_audit.content import figure


def attribution_chart(dossier: Dossier, tongue: str) -> Chart | None:
    """Measures in one line each; none where no measure can be determined.

    Accounts have different units, so that each is drawn in percent of its own opening; shares of water quality, which are
    percentages already, in percentage points. Where a method takes the weather out, the change is that without the weather.
    """
    # An opening of zero, which a forecast can still judge, has no percentage.
    drawn = [each for each in dossier.measures if each[2].outcome is not Outcome.UNKNOWN and (each[2].before or each[1].share)]
    if not drawn:
        return None
    area = dossier.area_name.in_language(tongue)
    names, rows, lines = [], [], []
    for _key, measure, one in drawn:
        name = measure.name.in_language(tongue)
        if one.weather:
            name = _("%(measure)s (weather taken out)") % {"measure": name}
        line = _line(dossier, measure, one, tongue)
        names.append(name)
        lines.append(line)
        unit = _("percentage points") if measure.share else "%"
        peers = "; ".join(f"{peer} {_said(value)}" for peer, value in line["peers"]) or one.basis.label.in_language(tongue)
        interval = f"{_said(line['low'])} – {_said(line['high'])}"
        rows.append((name, unit, _said(line["change"]), peers, _said(line["attributed"]), interval, one.outcome_label.in_language(tongue)))
    left = len(dossier.measures) - len(drawn)
    summary = _("%(drawn)s measures in percent of the opening, shares of water in percentage points.") % {"drawn": len(drawn)}
    if left:
        summary += " " + _("%(left)s measures are not determinable and not drawn; the table says why.") % {"left": left}
    words = {
        "change": _("Change of %(area)s") % {"area": area},
        "peers": _("Change of the peers"),
        "attributed": _("Attributed, with its interval"),
    }
    payload: dict[str, Any] = {
        "kind": "intervals",
        "unit": "%",
        "names": names,
        "lines": [_plain(line) for line in lines],
        "texts": [_read_out(row, words) for row in rows],
        "words": words,
    }
    heads = (_("Measure"), _("Unit"), words["change"], words["peers"], _("Attributed"), _("Interval"), _("Outcome"))
    return Chart("attribution", "intervals", _("Change, peers and attributed part"), summary, payload, heads, tuple(rows))


def _line(dossier: Dossier, measure: Measure | Reading, one: Attribution, tongue: str) -> dict[str, Any]:
    assert one.before is not None and one.adjusted is not None

    def relative(value: Decimal | None) -> Decimal:
        assert value is not None and one.before is not None
        return round_half_even(value if measure.share else value * 100 / one.before, 2)

    sign = {Outcome.GAIN: "good", Outcome.LOSS: "bad"}.get(one.outcome, "even")
    return {
        "change": relative(one.adjusted - one.before),
        "peers": [
            (dossier.peer_names[peer.area].in_language(tongue), round_half_even(peer.change if measure.share else peer.change * 100, 2))
            for peer in one.peers
        ],
        "attributed": relative(one.attributed),
        "low": relative(one.low),
        "high": relative(one.high),
        "side": sign,
    }


def _said(value: Decimal) -> str:
    return figure(value, signed=True)


def _read_out(row: tuple[str, ...], words: dict[str, str]) -> str:
    name, unit, change, peers, attributed, interval, outcome = row
    return "; ".join(
        [
            f"{name} ({unit})",
            f"{words['change']}: {change}",
            f"{words['peers']}: {peers.replace('; ', ', ')}",
            f"{words['attributed']}: {attributed} ({interval})",
            outcome,
        ]
    )


def _plain(line: dict[str, Any]) -> dict[str, Any]:
    """For the browser, which draws with floating point; the table keeps the decimals."""
    return {key: float(value) if isinstance(value, Decimal) else value for key, value in line.items() if key != "peers"} | {
        "peers": [float(value) for _name, value in line["peers"]]
    }

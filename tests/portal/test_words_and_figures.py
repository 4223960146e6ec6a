"""How pages write what other rooms keep bare: numbers of the exchange in words, figures of the arithmetic in groups."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import RequestFactory
from django.utils import translation

from ecociv.core.text import Text
from ecociv.core.trace import TraceParameter
from ecociv.portal.context import _marked
from ecociv.portal.exchange_figures import reference_text
from ecociv.portal.templatetags.portal import trace_value


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("order 12", "order no. 12"),
        ("trade 293", "trade no. 293"),
        ("赣环〔2018〕3号", "赣环〔2018〕3号"),
        ("order of the court", "order of the court"),
        ("", ""),
    ],
)
def test_own_numbers_of_the_exchange_are_words_and_documents_stay(written: str, shown: str) -> None:
    with translation.override("en"):
        assert reference_text(written) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("37936048.50", "37,936,048.50"),
        ("-10000", "-10,000"),
        ("9999.99", "9999.99"),
        ("2015", "2015"),
        ("1E+5", "100,000"),
    ],
)
def test_figures_of_the_arithmetic_are_grouped_from_five_figures_on(value: str, shown: str) -> None:
    node = TraceParameter(Text(zh="某数", en="A figure"), Decimal(value))
    assert trace_value(node) == shown


def test_a_menu_marks_the_deepest_entry_only() -> None:
    shown = [("/liabilities/", "due", ""), ("/liabilities/mines/", "mines", ""), ("/ledger/", "books", "")]
    request = RequestFactory().get("/liabilities/mines/C36/")
    assert [one.label for one in _marked(request, shown) if one.here] == ["mines"]
    assert not any(one.here for one in _marked(RequestFactory().get("/account/"), shown))

"""The accounts as SDMX: the structure holds to the published schemas, and another program reads every cell as it is in our table."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from decimal import Decimal

import pandas as pd
import pytest
from pysdmx.errors import Invalid
from pysdmx.io import get_datasets, read_sdmx
from pysdmx.model.dataflow import Role

from accounts.situations import account
from ecociv.accounts.forms import CLOSING, national
from ecociv.accounts.money import DayPrice, worth_of
from ecociv.accounts.sdmx.codes import Scope, code_lists
from ecociv.accounts.sdmx.data import Part, sdmx_csv
from ecociv.accounts.sdmx.shape import item_code, shape
from ecociv.accounts.sdmx.structure import structure_message
from ecociv.accounts.seea import monetary_rows
from ecociv.accounts.sheet import AccountSheet
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.core.trace import Citation

THEN = dt.datetime(2017, 5, 1, 16, tzinfo=dt.timezone(dt.timedelta(hours=8)))
AREA = "360222"


@pytest.fixture
def timber() -> AccountSheet:
    return account(
        "forest",
        {
            "opening": {"natural": 1000, "planted": 500, "other": 10},
            "growth": {"natural": "60.5", "planted": 20, "other": Missing.DELEGATED},
            "planting": {"natural": Missing.NOT_APPLICABLE, "planted": 10, "other": 0},
            "felling": {"natural": 25, "planted": 40, "other": Missing.WITHHELD},
            "closing": {"natural": 1030, "planted": 490, "other": 10},
        },
    )


@pytest.fixture
def emitted() -> AccountSheet:
    return account("air_emissions", {"enterprises": {"so2": "12.30"}, "other": {"so2": Missing.PLANNED}})


@pytest.fixture
def parts(timber: AccountSheet, emitted: AccountSheet) -> list[Part]:
    worth = worth_of(
        timber, 2016, lambda _a, column, _d: DayPrice(Decimal(300), Citation("示例", verified=False)) if column == "natural" else None
    )  # fmt: skip
    return [Part(AREA, 2016, timber, worth), Part(AREA, 2016, emitted)]


@pytest.fixture
def structure() -> bytes:
    minerals = {"copper": Text(zh="铜矿", en="Copper ore")}
    accounts = {key: (form, form.columns or minerals) for key, form in national().accounts.items()}
    scope = Scope("test", Text(zh="浮梁县", en="Fuliang"), {AREA: Text(zh="浮梁县", en="Fuliang")}, accounts)
    return structure_message(scope, prepared=THEN)


def lines_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_there_is_a_line_for_each_cell_and_what_is_missing_keeps_its_kind(parts: list[Part]) -> None:
    lines = lines_of(sdmx_csv(parts[:1], known_at=THEN))
    # five rows of three columns, a residual for each, and of natural forest in yuan: opening, growth, felling (extraction),
    # unexplained, revaluation, closing
    assert len(lines) == 15 + 3 + 6
    assert [*lines[0]] == shape().header
    dimensions = [one.key for one in shape().of_role("dimension", "time")]
    assert len({tuple(one[key] for key in dimensions) for one in lines}) == len(lines)  # no two with one key
    physical = {(one["ITEM"], one["CAUSE"]): one for one in lines if one["UNIT_MEASURE"] == "m3"}
    assert physical["forest-natural", "forest-growth"] == {
        "STRUCTURE": "dataflow", "STRUCTURE_ID": "ECOCIV:NATURAL_RESOURCES(2.0)", "ACTION": "I", "FREQ": "A",
        "REF_AREA": "360222", "ACCOUNT": "forest", "ITEM": "forest-natural", "SEEA_FLOW": "growth",
        "CAUSE": "forest-growth", "UNIT_MEASURE": "m3", "TIME_PERIOD": "2016", "OBS_VALUE": "60.5", "OBS_STATUS": "A",
        "CONF_STATUS": "F", "DECIMALS": "0", "ABSENCE": "", "SOURCE": "return", "GRADE": "B", "SAMPLE": "N",
        "KNOWN_AT": "2017-05-01T08:00:00", "COMMENT_OBS": "",
    }  # fmt: skip
    kinds = {
        key: (one["OBS_VALUE"], one["OBS_STATUS"], one["CONF_STATUS"], one["ABSENCE"])
        for key, one in physical.items()
        if one["ABSENCE"]
    }
    assert kinds == {
        ("forest-other", "forest-growth"): ("", "L", "F", "delegated"),
        ("forest-natural", "forest-planting"): ("", "M", "F", "not-applicable"),
        ("forest-other", "forest-felling"): ("", "Q", "C", "withheld"),
        # one entry is delegated, another withheld: of the residual itself nobody can say more than that it is missing
        ("forest-other", "unexplained"): ("", "O", "F", "missing"),
    }


def test_comments_are_in_the_language_asked_for(parts: list[Part]) -> None:
    for language, reason, price in (
        ("zh", "原因", "单价待核实"),
        ("en", "because withheld", "The price is to be verified"),
    ):
        lines = lines_of(sdmx_csv(parts[:1], known_at=THEN, language=language))
        assert next(one for one in lines if one["ABSENCE"] == "withheld")["COMMENT_OBS"] == reason
        assert {one["COMMENT_OBS"] for one in lines if one["UNIT_MEASURE"] == "yuan"} == {price}


def test_another_program_reads_every_cell_as_it_stands_in_our_tables(
    parts: list[Part], structure: bytes
) -> None:
    (data,) = get_datasets(sdmx_csv(parts, known_at=THEN), structure.decode())
    assert data.attributes == {"KNOWN_AT": "2017-05-01 08:00:00"}  # of the whole file, and read as a time
    found = {
        (row["ACCOUNT"], row["ITEM"], row["CAUSE"], row["SEEA_FLOW"], row["UNIT_MEASURE"]): row["OBS_VALUE"]
        for row in data.data.to_dict("records")
    }
    expected = {}
    for part in parts:
        sheet = part.sheet
        for (row, column), cell in sheet.cells.items():
            key = (
                sheet.key,
                item_code(sheet.key, column),
                item_code(sheet.key, row),
                sheet.form.rows[row].flow,
                sheet.unit,
            )
            expected[key] = cell.number
        for column, gap in sheet.line("residual").items():
            expected[sheet.key, item_code(sheet.key, column), "unexplained", "unexplained", sheet.unit] = gap
        for line in monetary_rows(part.worth) if part.worth else ():
            for column, amount in line.amounts.items():
                expected[sheet.key, item_code(sheet.key, column), "_T", line.flow, "yuan"] = amount
    assert {key: None if pd.isna(value) else Decimal(str(value)) for key, value in found.items()} == expected
    assert len(found) == 15 + 3 + 6 + 2


def test_every_code_of_the_data_is_in_the_list_that_the_structure_names(
    parts: list[Part], structure: bytes
) -> None:
    (definition,) = read_sdmx(structure.decode()).get_data_structure_definitions()
    components = {one.id: one for one in definition.components}
    lines = lines_of(sdmx_csv(parts, known_at=THEN))
    assert {*lines[0]} - {"STRUCTURE", "STRUCTURE_ID", "ACTION"} == {*components}
    coded = {key: {code.id for code in one.enumeration} for key, one in components.items() if one.enumeration}
    assert len(coded) == 14
    for line in lines:
        for key, codes in coded.items():
            assert line[key] in codes or (not line[key] and not components[key].required), (key, line)
        assert all(line[key] for key, one in components.items() if one.required)
    assert [one.id for one in definition.components if one.role is Role.DIMENSION] == [
        one.key for one in shape().of_role("dimension", "time")
    ]


def test_names_stand_in_both_languages_and_what_is_from_memory_says_so(structure: bytes) -> None:
    text = structure.decode()
    assert '<com:Name xml:lang="zh">林木资源存量及变动表</com:Name>' in text
    assert '<com:Name xml:lang="en">Stock of timber and its change</com:Name>' in text
    assert text.count('<com:Name xml:lang="zh">') == text.count('<com:Name xml:lang="en">')
    # the four lists of SDMX itself, and the data structure
    assert text.count("VERIFIED_FALSE") == len(shape().published) + 1 == 5


def test_the_schemas_would_refuse_a_message_with_a_fault(structure: bytes) -> None:
    read_sdmx(structure.decode())
    without = re.sub(r"<str:ConceptIdentity>[^<]*CAUSE</str:ConceptIdentity>", "", structure.decode())
    with pytest.raises(Invalid):
        read_sdmx(without)


def test_the_same_key_in_two_accounts_has_two_codes() -> None:
    accounts = {key: (form, form.columns) for key, form in national().accounts.items()}
    lists = {
        one.key: one for one in code_lists(shape(), Scope("test", Text(zh="市", en="City"), {}, accounts))
    }
    for name in ("CL_ITEM", "CL_CAUSE"):
        codes = [code.key for code in lists[name].codes]
        assert len(set(codes)) == len(codes)
        assert {code.parent for code in lists[name].codes} - {""} <= {*codes}
    names = {code.key: code.name.zh for code in lists["CL_ITEM"].codes}
    assert (names["land-other"], names["forest-other"], names["forest_species-other"]) == (
        "其他土地",
        "其他林木",
        "其他树种",
    )
    rows = {code.key: code.name.zh for code in lists["CL_CAUSE"].codes}
    assert rows[f"forest_area-{CLOSING}"] == "期末面积" and rows[f"land-{CLOSING}"] == "期末存量"

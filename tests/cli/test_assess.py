"""`ecociv assess`, `assess explain`, `assess what-if`, `assess compare`, as others call them: shapes, figures, refusals."""

from __future__ import annotations

import csv
import io
import json
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ecociv.assessment.models import AssessmentRound, ScoreEntry
from ecociv.cli.main import main
from ecociv.indicators.compute import compute
from indicators.primary_records import file_cells

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]
ZONE, RULES, UNIT = "jingdezhen", "county-2015", "fuliang-county"
# Total water use in 10 000 cubic metres; published in 100 million, to two decimals: 1.80 and 2.10.
WATER = {2012: 18_000, 2016: 21_000}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["assess", *arguments])


def told(*arguments: str) -> Any:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def water(settings: Any, tmp_path: Any) -> None:
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence" / "observations")
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    for year, amount in WATER.items():
        file_cells(year, {f"water-use/{UNIT}/use.total": amount}, sample=True, reason="")
        compute(ZONE, year)


def by_hand() -> tuple[Decimal, Decimal]:
    """Change in percent, and the score: 11.1 % is allowed by 2017, and 10 points more leave nothing."""
    old, new = (Decimal(WATER[year]) / 10_000 for year in (2012, 2016))
    change = (new - old) / old * 100  # 0.30 / 1.80 = 16.666... %
    shortfall = change - Decimal("11.1")  # 5.5666...
    score = 100 * (1 - shortfall / 10)  # 44.333...
    return change.quantize(Decimal("0.000001")), score.quantize(Decimal("0.01"), ROUND_HALF_EVEN)


def test_a_figure_is_gathered_scored_and_explained_down_to_the_return(water: None) -> None:
    change, score = by_hand()
    assert (change, score) == (Decimal("16.666667"), Decimal("44.33"))
    units = told(ZONE, "--rules", RULES, "--year", "2016", "--format", "json")["units"]
    item = next(each for each in units if each["unit"] == UNIT)["items"]["water-use"]
    assert (Decimal(item["value"]), Decimal(item["score"]), item["sample"]) == (change, score, True)

    trace = told(
        "explain", ZONE, "--rules", RULES, "--year", "2016", "--unit", UNIT, "--item", "water-use", "--format", "json"
    )["trace"]  # fmt: skip
    leaves = [leaf for leaf in _leaves(trace) if leaf["source_id"].startswith("sample/water-use/")]
    assert [leaf["value"] for leaf in leaves], trace
    # Series, digest of the file that came in, row: the cell of the return.
    assert all(leaf["source_id"].startswith(f"sample/water-use/{UNIT}/use.total@") for leaf in leaves)
    assert {leaf["valid"] for leaf in leaves} == {"2012", "2016"}
    text = run(
        "explain", ZONE, "--rules", RULES, "--year", "2016", "--unit", "浮梁县", "--language", "en"
    ).stdout
    assert f"sample/water-use/{UNIT}/use.total@" in text and "SAMPLE DATA" in text


def _leaves(node: dict[str, Any]) -> list[dict[str, Any]]:
    if node["kind"] == "input":
        return [node]
    return [leaf for child in node["inputs"] for leaf in _leaves(child)]


def test_the_shape_of_a_result() -> None:
    found = told(ZONE, "--rules", RULES, "--year", "2016", "--format", "json")
    assert {"zone", "rules", "version", "rules_digest", "year", "as_of", "seed", "draws", "units"} <= set(
        found
    )
    assert {each["unit"] for each in found["units"]} == {
        "changjiang-district", "zhushan-district", "leping-city", "fuliang-county",
    }  # fmt: skip
    for unit in found["units"]:
        assert len(unit["rank_interval"]) == 2 and unit["rank"] <= unit["of"]
        assert all(item["reasons"] for item in unit["items"].values())
        Decimal(unit["score"])
    assert found == {
        **told(ZONE, "--rules", RULES, "--year", "2016", "--format", "json"),
        "as_of": found["as_of"],
    }


def test_the_table_and_the_file_say_the_same() -> None:
    arguments = (ZONE, "--rules", RULES, "--year", "2016")
    table = [line.split("\t") for line in run(*arguments).stdout.splitlines()]
    rows = list(csv.reader(io.StringIO(run(*arguments, "--format", "csv").stdout)))
    assert table == rows and rows[0][:2] == ["group", "rank"] and len(rows) == 5


def test_what_if_moves_by_hand_and_records_nothing(water: None) -> None:
    plain = told("what-if", ZONE, "--rules", RULES, "--year", "2016", "--unit", UNIT)
    assert plain["before"] == plain["after"] and plain["totals"] == {} and plain["best"] is None
    moved = told(
        "what-if", ZONE, "--rules", RULES, "--year", "2016", "--unit", UNIT, "--set", "water-use=11.1"
    )
    # 11.1 % is the limit itself: full marks in place of 44.33.
    assert set(moved["items"][UNIT]) == {"water-use"} and Decimal(moved["items"][UNIT]["water-use"]) > 0
    assert Decimal(moved["after"]) - Decimal(moved["before"]) == Decimal(moved["totals"][UNIT])
    best = told("what-if", ZONE, "--rules", RULES, "--year", "2016", "--unit", UNIT, "--best", "2")["best"]
    assert len(best) == 2 and all(each["duty"].startswith("task:") for each in best)
    assert not AssessmentRound.objects.exists() and not ScoreEntry.objects.exists()


def test_a_task_done_in_time_raises_the_score() -> None:
    arguments = ("what-if", ZONE, "--rules", RULES, "--year", "2016", "--unit", UNIT)
    duty = told(*arguments, "--best", "1")["best"][0]["duty"]
    done = told(*arguments, "--done", f"{duty}=2015-06-30")
    assert Decimal(done["after"]) > Decimal(done["before"])


def test_years_of_other_weights_are_not_compared() -> None:
    found = told(
        "compare", ZONE, "--rules", RULES, "--year", "2016", "--with-year", "2017", "--format", "json"
    )
    assert found["years"] == [2016, 2017] and len(found["units"]) == 4
    for unit in found["units"]:
        assert not unit["comparable"] and unit["difference"] is None
        assert "weights-changed" in {reason["code"] for reason in unit["reasons"]}
    same = told(
        "compare", ZONE, "--rules", RULES, "--year", "2017", "--with-year", "2018", "--format", "json"
    )
    for unit in same["units"]:
        if unit["comparable"]:
            first, second = map(Decimal, unit["totals"])
            assert second - first == Decimal(unit["difference"])
    assert any(unit["comparable"] for unit in same["units"])
    words = run("compare", ZONE, "--rules", RULES, "--year", "2016", "--with-year", "2017").stdout
    assert "不可比" in words


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((ZONE, "--rules", "nothing", "--year", "2016"), 3, "there are: "),
        ((ZONE, "--rules", RULES, "--year", "1999"), 3, "1999"),
        (("nowhere", "--rules", RULES, "--year", "2016"), 3, "nowhere"),
        (("explain", ZONE, "--rules", RULES, "--year", "2016", "--unit", "x"), 3, "units are: "),
        (("explain", ZONE, "--rules", RULES, "--year", "2016", "--unit", UNIT, "--item", "x"), 3, "items are: "),
        (("what-if", ZONE, "--rules", RULES, "--year", "2016", "--unit", UNIT, "--set", "sewage"), 2, "NAME=VALUE"),
        (("what-if", ZONE, "--rules", RULES, "--year", "2016", "--unit", UNIT, "--set", "sewage=NaN"), 2, "no number"),
        (("what-if", ZONE, "--rules", RULES, "--year", "2016", "--unit", UNIT, "--weight", "x=1"), 3, "no category"),
        (("what-if", ZONE, "--rules", RULES, "--year", "2016", "--unit", UNIT, "--done", "task:9999=2016-01-01"), 3, "counts for no item"),
        (("what-if", ZONE, "--rules", RULES, "--year", "2016", "--unit", UNIT, "--done", "task:1=soon"), 2, "2017-11-30"),
        (("verify", "999"), 3, "no frozen result"),
    ],
)  # fmt: skip
def test_refusals_say_what_to_do(arguments: tuple[str, ...], code: int, words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == code and words in result.stderr, (result.exit_code, result.output)
    assert "Traceback" not in result.output

"""``ecociv inspection sample``: the same sample for the same seed, and refusals in a line."""

from __future__ import annotations

import hashlib
import json

import pytest
from click.testing import CliRunner, Result

from ecociv.cli.main import main

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["inspection", "sample", "jingdezhen", *arguments])


def test_anybody_draws_the_same_sample_again() -> None:
    asked = ("--seed", "2017-督查-1", "--size", "12", "--kind", "task", "--format", "json")
    found = json.loads(run(*asked).stdout)
    assert json.loads(run(*asked).stdout) == found
    sample = found["sample"]
    assert len(sample) == 12 == sum(found["sizes"].values())
    for each in sample:  # the published rule, by hand
        text = f"2017-督查-1|{each['stratum']}|{each['key']}"
        assert each["rank"] == hashlib.sha256(text.encode()).hexdigest()
        assert (
            each["probability"]
            == f"{found['sizes'][each['stratum']]}/{found['units_by_stratum'][each['stratum']]}"
        )
    joined = f"{found['population_digest']}|{found['design_digest']}|2017-督查-1"
    assert found["commitment"] == hashlib.sha256(joined.encode()).hexdigest()
    other = json.loads(run("--seed", "2017-督查-2", *asked[2:]).stdout)
    assert {each["key"] for each in other["sample"]} != {each["key"] for each in sample}
    assert other["population_digest"] == found["population_digest"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--seed", "a|b", "--size", "5"), "vertical bar"),
        (("--seed", "a", "--size", "90000"), "90000"),
        (("--seed", "a", "--size", "5", "--kind", "river"), "river"),
    ],
)
def test_what_cannot_be_drawn_is_said(arguments: tuple[str, ...], words: str) -> None:
    result = run(*arguments)
    assert result.exit_code != 0 and words in result.output and "Traceback" not in result.output

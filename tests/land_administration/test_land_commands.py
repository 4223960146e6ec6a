"""`ecociv land rights` and `ecociv land approvals`, as others call them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely
from click.testing import CliRunner, Result

from ecociv.cli.main import main
from ecociv.land_administration.approvals.models import ProjectApplication
from ecociv.land_administration.rights.models import Registration
from ecociv.people.models import User
from ecociv.territory.models import LayerVersion
from land_administration.situations import BUREAU

STATEMENT = """
name: 林场
parties:
  - {name: 国家, kind: state}
  - {name: 市政府, kind: body}
  - {name: 某林场, kind: enterprise, identifier: 91360200XXXXXXXX00}
holdings:
  - {right: ownership, party: 国家}
  - {right: representative, party: 市政府}
  - {right: use, party: 某林场, share: 1/2}
"""
WKT = "POLYGON((117.1 29.1,117.12 29.1,117.12 29.12,117.1 29.12,117.1 29.1))"


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(main, ["land", *map(str, arguments)])


@pytest.fixture
def land(user: Callable[..., User], counties: LayerVersion, tmp_path: Path) -> tuple[str, ...]:
    """The options of an officer of the bureau with a document."""
    paper = tmp_path / "paper.txt"
    paper.write_text("批复", encoding="utf-8")
    return ("--as", user("department_officer", BUREAU).username, "--document", str(paper), "--language", "en")


def file(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


NOTICE = ("--notice-from", "2018-05-02", "--notice-to", "2018-05-22", "--effective-on", "2018-06-01")


def test_a_unit_is_entered_changed_passed_on_corrected_and_cancelled(
    land: tuple[str, ...], tmp_path: Path
) -> None:
    said = file(tmp_path, "unit.yaml", STATEMENT)
    box = json.dumps(
        {"type": "Feature", "geometry": shapely.geometry.mapping(shapely.from_wkt(WKT)), "properties": {}}
    )
    geojson = file(tmp_path, "unit.geojson", box)
    entered = run(
        "rights",
        "register",
        said,
        "--kind",
        "forest",
        "--boundary",
        geojson,
        *NOTICE,
        *land,
        "--format",
        "json",
    )
    assert entered.exit_code == 0, entered.stderr
    number = json.loads(entered.stdout)["number"]
    assert number == "360222L000001"

    over = run("rights", "register", said, "--kind", "water", "--boundary", WKT, *NOTICE, *land)
    assert over.exit_code == 3 and f"It lies over the registered unit {number}" in over.stderr

    passed = file(
        tmp_path, "t.json", '{"right": "use", "giver": "某林场", "taker": {"name": "某公司", "kind": "enterprise"}, "share": "1/8"}'
    )  # fmt: skip
    assert run("rights", "transfer", number, passed, "--effective-on", "2019-01-02", *land).exit_code == 0
    now = json.loads(run("rights", "show", number, "--format", "json").stdout)
    assert {(one["right"], one["share"]) for one in now["statement"]["holdings"]} >= {
        ("use", "3/8"),
        ("use", "1/8"),
    }

    # What was shown can be changed and sent back; unchanged it is refused.
    shown = file(tmp_path, "shown.json", json.dumps(now["statement"]))
    same = run("rights", "change", number, shown, *land)
    assert same.exit_code == 3 and "Nothing would change" in same.stderr
    renamed = file(tmp_path, "renamed.json", json.dumps({**now["statement"], "name": "新林场"}))
    stale = run("rights", "change", number, renamed, "--seen", "1", *land)
    assert stale.exit_code == 3 and "There is registration 2 by now" in stale.stderr
    assert run("rights", "change", number, renamed, "--effective-on", "2019-02-01", *land).exit_code == 0
    options = ("--corrects", "3", "--reason", "名称抄错", "--effective-on", "2019-02-02")
    assert run("rights", "correct", number, shown, *options, *land).exit_code == 0
    assert "Say why" in run("rights", "cancel", number, *land).stderr
    assert (
        run("rights", "cancel", number, "--reason", "并入", "--effective-on", "2019-03-01", *land).exit_code
        == 0
    )

    assert json.loads(run("rights", "list", "--format", "json").stdout) == []
    then = json.loads(run("rights", "list", "--on", "2018-12-31", "--format", "json").stdout)
    assert [(one["number"], one["serial"]) for one in then] == [(number, 1)]
    out = tmp_path / "units.json"
    assert run("rights", "export", number, "--public", "--out", out).exit_code == 0
    exported = json.loads(out.read_text("utf-8"))["units"][0]
    assert len(exported["LA_Source"]) == 5 and "91360200" not in out.read_text("utf-8")
    certificate = tmp_path / "c.docx"
    assert run("rights", "certificate", number, "--out", certificate, "--on", "2018-12-31").exit_code == 0
    assert certificate.read_bytes().startswith(b"PK")
    assert run("rights", "certificate", number, "--out", tmp_path / "c.odt").exit_code == 3
    assert run("rights", "certificate", number, "--out", certificate, "--on", "2018-05-31").exit_code == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "name: x\nparties: []\nholdings: [{right: use, party: a, share: 1e99}]",
            "unit.yaml:3: holdings.0.share",
        ),
        ("name: x\nname: y", "occurs twice"),
        ("{", "this is no YAML"),
        ("name: x\nparties: [{name: a, kind: castle}]\nholdings: []", "of no known kind"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(
    land: tuple[str, ...], tmp_path: Path, content: str, said: str
) -> None:
    result = run(
        "rights", "register", file(tmp_path, "unit.yaml", content), "--kind", "forest", "--boundary", WKT, *NOTICE, *land
    )  # fmt: skip
    assert result.exit_code == 3 and said in result.stderr and "Traceback" not in result.stderr
    assert not Registration.objects.exists()


def test_who_may_not_and_what_is_not_there(
    land: tuple[str, ...], user: Callable[..., User], tmp_path: Path
) -> None:
    said = file(tmp_path, "unit.yaml", STATEMENT)
    other = user("department_officer", "forestry-bureau").username
    entry = ("rights", "register", said, "--kind", "forest", "--boundary", WKT, *NOTICE)
    assert run(*entry, "--as", other, "--document", said).exit_code == 3
    assert "no account" in run(*entry, "--as", "nobody").stderr
    assert "no unit" in run("rights", "show", "360222L000009").stderr
    assert "neither WKT nor GeoJSON" in run(*entry[:-8], "--boundary", "nowhere.shp", *NOTICE, *land).stderr
    assert run("rights", "list", "--as-of", "yesterday").exit_code == 2


def test_an_application_is_looked_at_received_listed_and_shown(
    land: tuple[str, ...], user: Callable[..., User], tmp_path: Path
) -> None:
    window = user("department_officer", "development-and-reform-commission").username
    said = file(
        tmp_path,
        "a.yaml",
        "title: 陶瓷园\napplicant: 某公司\nproject_class: enterprise-record\npurpose: ceramics-works\n",
    )
    paper = file(tmp_path, "form.txt", "表")
    given = ("approvals", "receive", said, "--site", WKT, "--as", window, "--document", f"form={paper}")
    looked = json.loads(run(*given, "--look", "--format", "json").stdout)
    assert looked["missing"] == ["site-map", "eia"] and not ProjectApplication.objects.exists()
    received = run(*given, "--format", "json")
    assert received.exit_code == 0, received.stderr
    number = json.loads(received.stdout)["case"]
    assert [
        one["case"] for one in json.loads(run("approvals", "list", "--open", "--format", "json").stdout)
    ] == [number]
    shown = json.loads(run("approvals", "show", number, "--format", "json").stdout)
    assert shown["missing"] == ["site-map", "eia"] and [one["body"] for one in shown["concerned"]] == [
        "planning-bureau",
        "environmental-protection-bureau",
    ]
    refused = run(*given[:-1], f"castle={paper}", "--language", "en")
    assert refused.exit_code == 3 and "no document of the list" in refused.stderr
    assert run(*given[:-1], "castle").exit_code == 2
    assert run("approvals", "show", "nothing").exit_code == 3

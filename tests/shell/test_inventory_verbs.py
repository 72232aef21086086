"""The inventory on the command line: what is there, what is missing, and one sentence where there is no such thing."""

from template import PACK, city
from typer.testing import CliRunner

from northbank.__main__ import app

run = CliRunner().invoke


def test_what_is_there_is_told() -> None:
    told = run(app, ["inventory", "--pack", str(PACK)])
    assert told.exit_code == 0, told.output
    assert "3 businesses (3 synthetic), 5 data items, 3 systems" in told.stdout
    assert f"{len(city().datasets)} dataset" in told.stdout
    of = run(app, ["inventory", "--pack", str(PACK), "--department", "clean"])
    assert "shop-inspection" in of.stdout
    assert "lost-dog" not in of.stdout


def test_what_is_missing_is_told() -> None:
    told = run(app, ["inventory", "--pack", str(PACK), "--coverage", "--kind", "item_without_dataset"])
    assert told.exit_code == 0, told.output
    assert "rent-paid" in told.stdout
    assert "80.0 %" in told.stdout


def test_strangers_are_one_sentence() -> None:
    assert run(app, ["inventory", "--pack", str(PACK), "--department", "nobody"]).exit_code == 2
    assert run(app, ["inventory", "--pack", str(PACK), "--coverage", "--kind", "nothing"]).exit_code == 2

"""Settings from arguments and variables: precedence, faults in words, no secret shown."""

from pathlib import Path

import pytest

from northbank.shell.settings import Settings, SettingsError, read_settings

PACK = {"pack": Path("packs/x")}


def test_defaults_are_safe() -> None:
    settings = read_settings(PACK, {})
    assert settings == Settings(pack=Path("packs/x"))
    assert (settings.host, settings.port, settings.mode, settings.wall_open) == ("127.0.0.1", 8080, "live", False)
    assert settings.database_url() is None


def test_arguments_win_over_variables() -> None:
    variables = {"NORTHBANK_PORT": "9000", "NORTHBANK_HOST": "::1", "NORTHBANK_WALL_OPEN": "true", "PATH": "/bin"}
    settings = read_settings({**PACK, "port": 8123, "host": None}, variables)
    assert (settings.port, settings.host, settings.wall_open) == (8123, "::1", True)


def test_a_replay_has_a_speed() -> None:
    settings = read_settings(PACK, {"NORTHBANK_MODE": "replay", "NORTHBANK_SPEED": "60", "NORTHBANK_AREAS": "a/b"})
    assert (settings.mode, settings.speed, settings.areas) == ("replay", 60.0, Path("a/b"))


@pytest.mark.parametrize(
    ("arguments", "variables", "said"),
    [
        ({}, {}, "pack"),
        (PACK, {"NORTHBANK_PROT": "1"}, "NORTHBANK_PROT is no setting"),
        (PACK, {"NORTHBANK_PORT": "many"}, "port"),
        (PACK, {"NORTHBANK_PORT": "70000"}, "port is 70000"),
        (PACK, {"NORTHBANK_MODE": "dream"}, "mode"),
        (PACK | {"mode": "replay", "speed": 0.0}, {}, "speed is 0.0"),
        (PACK | {"mode": "replay", "speed": float("nan")}, {}, "speed is nan"),
        (PACK | {"speed": 2.0}, {}, "only simulated and replay have a speed"),
        (PACK | {"database": "mysql://x"}, {}, "postgresql://"),
        (PACK | {"database_password_file": Path("p")}, {}, "without database"),
        (PACK | {"wall_open": "perhaps"}, {}, "wall_open"),
        (PACK, {"NORTHBANK_LAKE_ENGINE": "abacus"}, "lake_engine"),
        (PACK, {"NORTHBANK_SPARK_MASTER": "yarn"}, "spark_master is yarn"),
        (PACK | {"colour": "red"}, {}, "colour"),
    ],
)
def test_faults_are_named(arguments: dict[str, object], variables: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        read_settings(arguments, variables)


def test_all_faults_come_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(PACK | {"port": -1, "database": "x"}, {"NORTHBANK_A": "1", "NORTHBANK_B": "2"})
    assert all(said in str(caught.value) for said in ("NORTHBANK_A", "NORTHBANK_B", "port is -1", "postgresql://"))


def test_the_password_comes_from_its_file_and_is_never_shown(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("p@ss/wörd\n")
    settings = read_settings(PACK | {"database": "postgresql://u@db:5432/n", "database_password_file": secret}, {})
    assert settings.database_url() == "postgresql://u:p%40ss%2Fw%C3%B6rd@db:5432/n"
    inline = read_settings(PACK | {"database": "postgresql://u:hidden@db/n"}, {})
    assert inline.database_url() == "postgresql://u:hidden@db/n"
    assert "hidden" not in repr(inline) + str(inline)


def test_a_missing_secret_file_is_one_sentence(tmp_path: Path) -> None:
    settings = read_settings(PACK | {"database": "postgresql://db/n", "database_password_file": tmp_path / "no"}, {})
    with pytest.raises(SettingsError, match="cannot be read"):
        settings.database_url()

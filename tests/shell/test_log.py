"""Log lines: one line per message, machine-readable on request, without the words of strangers' errors."""

import io
import json
import logging
from collections.abc import Iterator

import asyncpg
import pytest

from northbank.shell import log
from northbank.shell.store.folder import DataFolderError


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = before


def lines(form: str, error: BaseException | None = None, **facts: object) -> str:
    stream = io.StringIO()
    log.configure(form, stream=stream)  # type: ignore[arg-type]
    try:
        if error:
            raise error
        logging.getLogger("northbank.x").info("Three\nreports came", extra=facts)
    except type(error or ValueError):
        logging.getLogger("northbank.x").exception("It failed", extra=facts)
    return stream.getvalue()


def test_json_lines_carry_the_facts() -> None:
    said = lines("json", position=7, unit="环保")
    assert said.count("\n") == 1
    line = json.loads(said)
    assert line | {"at": ""} == {
        "at": "", "level": "info", "logger": "northbank.x", "message": "Three\nreports came", "position": 7, "unit": "环保",
    }  # fmt: skip
    assert line["at"].endswith("Z")


def test_plain_lines_stay_one_line() -> None:
    said = lines("plain", position=7)
    assert said.endswith(" Three\\nreports came position=7\n")
    assert said.count("\n") == 1


@pytest.mark.parametrize("form", ["plain", "json"])
async def test_an_error_of_the_database_keeps_its_values_to_itself(form: str, database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    with pytest.raises(asyncpg.InvalidTextRepresentationError) as caught:
        await connection.execute("select '王小明 13800000000'::int")
    await connection.close()
    said = lines(form, caught.value)
    assert "22P02" in said
    assert "13800000000" not in said


@pytest.mark.parametrize("form", ["plain", "json"])
def test_our_own_sentences_are_kept_with_their_cause(form: str) -> None:
    error = DataFolderError("The data folder x is in use.")
    error.__cause__ = ValueError("secret")
    said = lines(form, error)
    assert "The data folder x is in use." in said
    assert "ValueError" in said
    assert "secret" not in said


def test_configuring_twice_says_everything_once() -> None:
    log.configure()
    assert len(lines("json").splitlines()) == 1


def test_addresses_of_requests_are_not_logged() -> None:
    stream = io.StringIO()
    log.configure(stream=stream)
    logging.getLogger("uvicorn.access").info("GET /api/v1/cases?q=13800000000")
    logging.getLogger("uvicorn.error").warning("kept")
    assert "138" not in stream.getvalue()
    assert "kept" in stream.getvalue()

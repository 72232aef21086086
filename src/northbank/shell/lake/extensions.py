"""Extensions of the engine, loaded from the wheels they came in: nothing is fetched and nothing is installed into a home folder."""

import importlib.util
from pathlib import Path
from typing import Literal

import duckdb

from northbank.shell.lake.files import LakeError

Extension = Literal["excel", "postgres_scanner", "mysql_scanner"]


def load(duck: duckdb.DuckDBPyConnection, name: Extension) -> None:
    """Load one into a connection. Raises LakeError where it was not installed with the program."""
    spec = importlib.util.find_spec(f"duckdb_extension_{name}")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    files = [
        file
        for folder in folders
        for file in Path(folder).glob(f"extensions/v{duckdb.__version__}/{name}.duckdb_extension")
    ]
    if not files:
        raise LakeError(
            f"The engine's extension {name} for version {duckdb.__version__} is not installed; install Northbank again."
        )
    path = str(files[0]).replace("'", "''")
    duck.execute(f"load '{path}'")  # a statement that takes no parameter; the path is this program's own

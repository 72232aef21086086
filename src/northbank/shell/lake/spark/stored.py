"""The rows of a data set as Spark reads them from the lake's folders: what parts.py says to DuckDB. Which folders count is not known here."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from northbank.core.dataset import Dataset
from northbank.shell.lake.parts import BATCH, Part

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

SPARK_TYPES = {
    "text": "string", "integer": "bigint", "number": "double", "date": "date", "time": "timestamp_ntz", "yes_no": "boolean",
}  # fmt: skip


def relation(spark: "SparkSession", dataset: Dataset, parts: Sequence[Part]) -> "DataFrame":
    """The rows of parts, the oldest first: of each key the newest, with the `_batch` it came with."""
    from pyspark.sql.functions import lit

    types = ", ".join(f"`{column.code}` {SPARK_TYPES[column.kind]}" for column in dataset.columns)
    found = spark.createDataFrame(list[tuple[object, ...]](), f"{types}, {BATCH} int")
    newer: DataFrame | None = None
    for part in reversed(parts):
        rows = spark.read.parquet(str(part.folder.absolute() / "rows-*.parquet"))
        if part.batch is not None:
            rows = rows.withColumn(BATCH, lit(part.batch))
        keys = rows.select(*dataset.key) if dataset.key else None
        if newer is not None:
            rows = rows.join(newer, list(dataset.key), "left_anti")
        found = found.unionByName(rows, allowMissingColumns=True)
        if keys is not None:
            newer = keys if newer is None else newer.unionAll(keys)
    return found.select(*(column.code for column in dataset.columns), BATCH)

"""The session with a Spark cluster: one a process, started when a batch first needs it. What is asked of it is not known here.

pyspark is an extra; without it the program runs as before and a sentence says what to install.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from northbank.shell.lake.files import LakeError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ASKED: dict[str, bool | float | int | str | None] = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",  # a source's clock has no zone
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
    "spark.hadoop.fs.defaultFS": "file:///",
}  # fmt: skip


def session_of(master: str, memory: str) -> "SparkSession":
    """The session with the cluster at `master`; memory of each worker's process, such as `1GB`. Raises LakeError."""
    try:
        import pyspark  # an extra
        from pyspark.sql import SparkSession
    except ImportError:
        raise LakeError(
            "The engine spark needs pyspark, which is not installed: pip install 'northbank[spark]', and Java 17 or newer."
        ) from None
    # The jars that came with this pyspark, and this Python on workers of the same machine.
    os.environ.setdefault("SPARK_HOME", str(Path(pyspark.__file__).parent))
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(master).appName("northbank").config(map=ASKED)
    builder = builder.config("spark.executor.memory", memory.replace("B", "").lower())
    if master.startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
    try:
        return builder.getOrCreate()
    except Exception as error:  # pyspark tells of a missing Java and of a lost master by many classes
        said = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise LakeError(f"No session with Spark at {master}: {said}") from error


@contextmanager
def told(spark: "SparkSession", tag: str) -> Iterator[None]:
    """Jobs that bear a tag, so that they can be ended; what Spark says of a failure, in one line. Raises LakeError."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    spark.sparkContext.addJobTag(tag)
    try:
        yield
    except (PySparkException, Py4JError) as error:
        said = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise LakeError(f"Spark could not do it: {said}") from error
    finally:
        spark.sparkContext.removeJobTag(tag)

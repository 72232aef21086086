"""The progress bar of reading a file on the operator's terminal. Nothing is counted here."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from northbank.shell.sources.rows import Shown, Standing


@contextmanager
def shown(console: Console | None = None, doing: str = "Importing") -> Iterator[Shown]:
    """A bar that follows the reading of a file; gives the function to be called with where it stands."""
    columns = (
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(),
        TextColumn("{task.fields[records]:,} records, {task.fields[rejected]:,} rejected"),
    )  # fmt: skip
    with Progress(*columns, console=console or Console(stderr=True)) as bar:
        task = bar.add_task(doing, total=None, records=0, rejected=0)

        def show(standing: Standing) -> None:
            bar.update(
                task,
                completed=standing.done,
                total=standing.total,
                records=standing.records,
                rejected=standing.rejected,
            )

        yield show

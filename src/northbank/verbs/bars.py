"""Bars that show on the error stream how far long work of the data platform has come."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn

from northbank.ports.data import Progress as Tell


@contextmanager
def shown(steps: Mapping[str, str]) -> Iterator[Tell]:
    """A bar for each step that is named; steps: what is told of it. Other steps are not shown."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def tell(step: str, share: float) -> None:
            if step in steps:
                task = tasks.get(step)
                if task is None:
                    task = tasks[step] = bar.add_task(steps[step], total=1.0)
                bar.update(task, completed=min(1.0, share))

        yield tell

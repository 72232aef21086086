"""Several connections to one engine, each at one piece of work at a time. What the work is is not known here."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TypeVar

import duckdb

T = TypeVar("T")
R = TypeVar("R")
TICK = 0.2


class Crew:
    """So many connections to the engine of `duck`, which is the first of them."""

    def __init__(self, duck: duckdb.DuckDBPyConnection, size: int) -> None:
        self._all = [duck, *(duck.cursor() for _ in range(size - 1))]
        self._stopped = False

    def set(self, name: str, value: str) -> None:
        """Set something of the engine, for all of them."""
        self._all[0].execute(f"set global {name} = {value}")

    def each(self, work: Callable[[duckdb.DuckDBPyConnection, T], R], items: Sequence[T]) -> list[R]:
        """What becomes of each item, in their order. The first error ends all and is raised; so does `stop`."""
        free: SimpleQueue[duckdb.DuckDBPyConnection] = SimpleQueue()
        for one in self._all:
            free.put(one)

        def do(item: T) -> R:
            duck = free.get()
            try:
                if self._stopped:
                    raise duckdb.InterruptException("stopped")
                return work(duck, item)
            except BaseException:
                self.stop()
                raise
            finally:
                free.put(duck)

        if len(self._all) == 1 or len(items) < 2:
            return [do(item) for item in items]
        with ThreadPoolExecutor(len(self._all)) as pool:
            running = [pool.submit(do, item) for item in items]
        failed = [error for one in running if (error := one.exception()) is not None]
        if failed:
            raise next((one for one in failed if not isinstance(one, duckdb.InterruptException)), failed[0])
        return [one.result() for one in running]

    def stop(self) -> None:
        """End what is being done, and begin nothing more."""
        self._stopped = True
        for one in self._all:
            one.interrupt()


@contextmanager
def progress(duck: duckdb.DuckDBPyConnection, tell: Callable[[float], None]) -> Iterator[None]:
    """Tell what share of the statement run meanwhile is done."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(TICK):
            tell(max(0.0, duck.query_progress()) / 100)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()

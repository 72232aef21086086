"""A process of its own that knows a database and positions, and prints the hash of all cases at each, from the journal alone."""

import asyncio
import sys

from northbank.shell.store.pool import open_pool
from northbank.shell.store.state import folded_state


async def _print(dsn: str, positions: list[int]) -> None:
    pool = await open_pool(dsn, 1)
    for position in positions:
        print((await folded_state(pool, position)).hash)
    await pool.close()


if __name__ == "__main__":
    asyncio.run(_print(sys.argv[1], [int(one) for one in sys.argv[2:]]))

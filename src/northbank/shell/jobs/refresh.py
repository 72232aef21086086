"""Takes up a model of suggestions that was trained while the center runs."""

import asyncio
import logging
from collections.abc import Callable

log = logging.getLogger(__name__)
EVERY = 60.0  # seconds


async def run_refresh(refresh: Callable[[], object]) -> None:
    """Look for a newer model until cancelled; one that cannot be read is logged, and the one in use stays."""
    while True:
        try:
            if await asyncio.to_thread(refresh) is not None:
                log.info("a newer model of suggestions is in use")
        except Exception as error:
            log.warning("the newest model of suggestions cannot be used: %s", error)
        await asyncio.sleep(EVERY)

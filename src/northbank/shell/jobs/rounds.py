"""The loop that work done on a timer shares: do it, rest, do it again, whatever happened. What is done lives in its own file."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from northbank.core.refusal import Refused

log = logging.getLogger(__name__)


async def rounds(what: str, work: Callable[[], Awaitable[object]], every: float) -> None:
    """Work, and again `every` so many seconds of real time, until cancelled; a failure is logged and tried again, never skipped."""
    while True:
        try:
            await work()
        except Refused as refused:
            log.warning("%s waits: %s", what, refused)
        except Exception:
            log.exception("%s failed and tries again", what)
        await asyncio.sleep(every)

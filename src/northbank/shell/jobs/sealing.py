"""Seals the journal every minute in which something happened, as long as the center runs."""

import asyncio
import logging

from northbank.core.refusal import Refused
from northbank.flows.seal import seal
from northbank.ports import Ledger, Signer, World

log = logging.getLogger(__name__)
EVERY = 60.0  # seconds of real time


async def run_sealing(world: World, ledger: Ledger, signer: Signer, every: float = EVERY) -> None:
    """Sign checkpoints until cancelled; a failure is logged and tried again, never skipped."""
    while True:
        try:
            await seal(world, ledger, signer)
        except Refused as refused:
            log.error("no checkpoint is signed: %s %s", refused, refused.advise())
        except Exception:
            log.exception("sealing failed and tries again")
        await asyncio.sleep(every)

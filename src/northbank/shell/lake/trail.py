"""Events of lineage as JSON lines in a folder, one file a month, and their way to another program by HTTP. What they say is core's."""

import asyncio
import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)
TOLD, SENT = "told.json", "sent.json"
WAIT = 10.0  # seconds for an answer
_told = msgspec.json.Decoder(dict[str, int]).decode


class FileTrail:
    """Events below `folder`; url: where they are sent besides, or None."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self._folder = folder
        self._url = url

    async def told(self) -> Mapping[str, int]:
        """The last batch told of, by data set."""
        return await asyncio.to_thread(self._numbers, TOLD)

    async def tell(self, events: Sequence[Mapping[str, Any]], told: Mapping[str, int]) -> None:
        """Add events, synced, then keep in mind what is told of."""
        await asyncio.to_thread(self._tell, events, told)

    def _tell(self, events: Sequence[Mapping[str, Any]], told: Mapping[str, int]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        files: dict[str, list[bytes]] = {}
        for event in events:
            files.setdefault(f"{str(event['eventTime'])[:7]}.jsonl", []).append(msgspec.json.encode(event) + b"\n")
        for name, lines in files.items():
            with (self._folder / name).open("ab") as file:
                file.write(b"".join(lines))
                file.flush()
                os.fsync(file.fileno())
        self._keep(TOLD, told)

    async def pass_on(self) -> int:
        """Send what was not sent yet, in order; a failure is logged and ends the round."""
        if self._url is None:
            return 0
        import httpx  # slow to load, and most centers send nothing

        sent = dict(await asyncio.to_thread(self._numbers, SENT))
        count = 0
        async with httpx.AsyncClient(timeout=WAIT, follow_redirects=False) as client:
            for path in sorted(self._folder.glob("*.jsonl")):
                for end, line in await asyncio.to_thread(_lines, path, sent.get(path.name, 0)):
                    if not await self._send(client, line):
                        return count
                    sent[path.name] = end
                    count += 1
                    await asyncio.to_thread(self._keep, SENT, sent)
        return count

    async def _send(self, client: "httpx.AsyncClient", line: bytes) -> bool:
        import httpx

        assert self._url is not None
        try:
            answer = await client.post(self._url, content=line, headers={"content-type": "application/json"})
            answer.raise_for_status()
        except httpx.HTTPError as error:
            log.warning("an event of lineage was not taken and is sent again later: %s", type(error).__name__)
            return False
        return True

    def _numbers(self, name: str) -> dict[str, int]:
        try:
            return _told((self._folder / name).read_bytes())
        except (OSError, msgspec.MsgspecError):
            return {}

    def _keep(self, name: str, numbers: Mapping[str, int]) -> None:
        making = self._folder / f"{name}.new"
        making.write_bytes(msgspec.json.encode(numbers))
        making.replace(self._folder / name)


def _lines(path: Path, start: int) -> list[tuple[int, bytes]]:
    """Whole lines from a byte on, each with the byte after it."""
    found, end = [], start
    with path.open("rb") as file:
        file.seek(start)
        for line in file:
            end += len(line)
            if line.endswith(b"\n"):
                found.append((end, line))
    return found

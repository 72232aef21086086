"""A center that is going to be killed: takes reports and acts from several clients and says each acknowledgement at once.

Started by test_kill.py. Every line on its output is one JSON object: try, ack, caught_up or wrong. A client that gets no
answer sends the same command with the same key again, as a phone would.
"""

import asyncio
import itertools
import json
import sys
from pathlib import Path
from typing import Any

from template import ADMIN, INTAKE, PACK, point

from northbank.core.moves import Act
from northbank.core.refusal import Refused
from northbank.flows.act import ActBody, act
from northbank.flows.report import Contact, NewReport, Where, report
from northbank.ports import World
from northbank.shell.settings import Settings
from northbank.shell.store.pool import UNAVAILABLE
from northbank.wiring import open_center

LIFE = ("sign", "start", "note", "feed_back", "check", "close", "note")


def say(**line: object) -> None:
    """One line, on its way before anything else happens."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


async def send(world: World, command: dict[str, Any]) -> dict[str, Any]:
    """Send a command until it is answered; the answer in a form that must be the same each time."""
    key = command["key"]
    while True:
        try:
            if command["do"] == "report":
                place = Where(*point("TW-H1-G1"))
                new = NewReport(type="street.pothole", place=place, text=f"words of {key}", contact=Contact(phone=key))
                reply = await report(world, INTAKE, new, key, (b"photo " + key.encode(),))
                return {"key": key, "case": reply.id, "position": reply.position, "says": reply.number}
            card = await act(world, ADMIN, command["case"], Act(command["do"]), ActBody(note=f"note of {key}"), key)
            return {"key": key, "case": card.id, "position": card.position, "says": f"{card.state} {card.version}"}
        except Refused as refused:
            if refused.code != "busy":
                say(wrong=key, code=refused.code, command=command)
                raise
        except UNAVAILABLE:  # the face answers these with "busy" too
            pass
        await asyncio.sleep(0.02)


async def client(world: World, name: str) -> None:
    """One person: reports something and carries it to its end, again and again."""
    for n in itertools.count():
        case = ""
        for step, do in enumerate(("report", *LIFE)):
            command = {"key": f"{name}-{n}-{step}", "do": do, "case": case}
            say(**{"try": command})
            answer = await send(world, command)
            say(ack=answer)
            case = answer["case"]


async def main(data: Path, run: str, clients: int) -> None:
    """Open the center, send again what it is told to, then work until killed."""
    again = json.loads(sys.stdin.readline())
    async with open_center(Settings(pack=PACK, data=data)) as center:
        for answer in await asyncio.gather(*(send(center.world, command) for command in again)):
            say(ack=answer)
        say(caught_up=len(again))
        await asyncio.gather(*(client(center.world, f"{run}{n}") for n in range(clients)), asyncio.Event().wait())


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))

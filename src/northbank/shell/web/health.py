"""Is it alive, is it ready, how is it doing: /healthz, /readyz, /metrics. Nothing about people, nothing to sign in for."""

from collections.abc import Mapping
from typing import Any

import msgspec

from northbank.core.refusal import Refused
from northbank.shell.web.registry import Face
from northbank.shell.web.wire import Receive, Reply, Scope, Send, send_reply

_TEXT = b"text/plain; version=0.0.4; charset=utf-8"


class Health:
    """The three addresses as one ASGI application."""

    def __init__(self, face: Face) -> None:
        self.face = face

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by path."""
        if scope["method"] not in ("GET", "HEAD"):
            raise Refused("method", method=scope["method"], allowed="GET, HEAD")
        match scope["path"]:
            case "/healthz":
                reply = Reply(200, b'{"status":"ok"}')
            case "/readyz":
                reply = await self.ready()
            case _:
                reply = await self.metrics()
        await send_reply(scope, send, reply)

    async def ready(self) -> Reply:
        """200 when the database answers and the tail keeps up; 503 with the reason otherwise."""
        facts = await self.state()
        status = 200 if facts.get("ready") else 503
        return Reply(status, msgspec.json.encode(facts))

    async def state(self) -> Mapping[str, Any]:
        """What wiring can tell about the parts behind."""
        try:
            return await self.face.alive()
        except self.face.unavailable as error:
            return {"ready": False, "why": str(error) or type(error).__name__}

    async def metrics(self) -> Reply:
        """Gauges in the Prometheus text format."""
        hub, facts = self.face.broadcaster, await self.state()
        gauges: dict[str, float] = {
            "northbank_ready": int(bool(facts.get("ready"))),
            "northbank_journal_position": hub.feed.position,
            "northbank_live_clients": hub.count,
            "northbank_live_audiences": len(hub.audiences),
            "northbank_live_deliveries_total": hub.deliveries,
            "northbank_live_dropped_total": hub.dropped,
            "northbank_sessions_cached": len(self.face.sessions.known),
        }
        gauges |= {f"northbank_{name}": value for name, value in facts.items() if isinstance(value, int | float)}
        lines = []
        for name, value in gauges.items():
            kind = "counter" if name.endswith("_total") else "gauge"
            lines += [f"# TYPE {name} {kind}", f"{name} {float(value):g}"]
        return Reply(200, ("\n".join(lines) + "\n").encode(), _TEXT)

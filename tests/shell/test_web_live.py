"""Live frames: what screens are sent, how they resume, and what becomes of slow ones."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from running import Running, running

from northbank.core.access import Scope
from northbank.core.refusal import Refused
from northbank.shell.web.knobs import WebSettings
from northbank.shell.web.live import Broadcaster, Tick, framed
from northbank.shell.web.stream import DirectClient, listen
from northbank.shell.web.wire import in_time

ALL = Scope(everything=True)


class Events:
    """The events of one open stream."""

    def __init__(self, response: httpx.Response) -> None:
        self.lines = response.iter_lines()

    def next(self) -> dict[str, Any]:
        """The next event with its data read."""
        found: dict[str, Any] = {}
        for line in self.lines:
            if line:
                name, _, value = line.partition(": ")
                found[name] = json.loads(value) if name == "data" else value
            elif "data" in found:
                return found
            else:
                found = {}
        raise EOFError

    def until(self, wanted: Any) -> dict[str, Any]:
        """The first event that fits."""
        while not wanted(one := self.next()):
            pass
        return one


@contextmanager
def stream(center: Running, login: str, path: str = "/live", **headers: str) -> Iterator[Events]:
    """An open stream."""
    with center.client(login) as client, client.stream("GET", path, headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        yield Events(response)


def report(center: Running, **more: Any) -> dict[str, Any]:
    """A report inside the city."""
    places = center.center.city.places
    lon, lat = places.center(next(iter(places.shapes)))
    with center.client("desk") as client:
        return dict(client.post("/api/v1/reports", json={"place": {"lon": lon, "lat": lat}, **more}).json())


def brought(events: Events, ids: list[str]) -> bool:
    """Wait until the stream has brought all of these cases."""
    missing = set(ids)
    while missing:
        missing -= {card["id"] for card in events.next()["data"].get("cards", ())}
    return True


def holds(id: str) -> Any:
    """Whether an event brings this case."""
    return lambda event: any(card["id"] == id for card in event["data"].get("cards", ()))


def test_a_report_arrives_on_the_screen_with_its_figures(center: Running) -> None:
    with stream(center, "desk") as events:
        hello = events.next()
        assert set(hello["data"]) == {"position", "at"}
        made = report(center, type="street.pothole")
        tick = events.until(holds(made["id"]))
        assert tick["event"] == "tick"
        assert int(tick["id"]) == tick["data"]["position"] >= made["position"]
        assert tick["data"]["tiles"]["open"]["count"] >= 1
        assert {line["id"] for line in tick["data"]["stream"]} == {made["id"]}


@pytest.mark.parametrize(("asked", "given"), [("gzip, deflate", "gzip"), ("identity", None)])
def test_a_frame_reads_the_same_packed_or_plain(center: Running, asked: str, given: str | None) -> None:
    with center.client("desk") as client, client.stream("GET", "/live", headers={"accept-encoding": asked}) as response:
        assert response.headers.get("content-encoding") == given
        assert response.headers["vary"] == "accept-encoding"
        events = Events(response)
        events.next()
        for _ in range(3):
            made = report(center, text="路灯不亮 " * 200)
            events.until(holds(made["id"]))


def test_a_quiet_stream_still_beats(center: Running) -> None:
    with stream(center, "desk") as events:
        beats = [events.next()["data"] for _ in range(3)]
        assert all("at" in beat and "cards" not in beat for beat in beats)


def test_a_screen_resumes_where_it_left_off(center: Running) -> None:
    with stream(center, "desk") as events:
        left = events.next()["id"]
    made = [report(center)["id"] for _ in range(3)]
    with stream(center, "desk", **{"last-event-id": left}) as events:
        assert brought(events, made)
    with stream(center, "desk", f"/live?after={left}") as events:
        assert brought(events, made)
    with stream(center, "desk", **{"last-event-id": "999999999"}) as events:
        assert events.next()["event"] == "reset"


def test_a_department_hears_only_of_its_own(center: Running) -> None:
    with stream(center, "unit") as events:
        events.next()
        foreign = report(center)["id"]
        beats = [events.next() for _ in range(3)]
        assert not any(holds(foreign)(event) for event in beats)


def test_who_may_listen_to_what(center: Running) -> None:
    town = next(a.code for a in center.center.city.areas.values() if a.level == "town")
    with center.client("desk") as desk, center.client("town") as officer, center.client("intake") as intake:
        assert officer.get("/live?scope=district").status_code == 404
        assert intake.get("/live").status_code == 403
        assert desk.get("/live?scope=nowhere").status_code == 404
        assert desk.get("/live?after=-1").status_code == 422
        assert desk.post("/live").status_code == 405
        assert desk.head("/live").status_code == 405
    with stream(center, "desk", f"/live?scope=town:{town}") as events:
        events.next()
        made = report(center)["id"]
        assert holds(made)(events.until(holds(made)))


BAD: tuple[tuple[str, dict[str, bytes], int], ...] = (
    ("/live", {"last-event-id": b"x"}, 422),
    ("/live", {"last-event-id": b"-1"}, 422),
    ("/live", {"last-event-id": b"1.5"}, 422),
    ("/live", {"last-event-id": b"1" * 19}, 422),
    ("/live", {"last-event-id": b"\xb2"}, 422),
    ("/live", {"last-event-id": "七".encode()}, 422),
    ("/live?after=0", {"last-event-id": b"9" * 30_000}, 422),
    ("/live?after=x", {}, 422),
    ("/live?after=", {}, 422),
    ("/live?after=null", {}, 422),
    ("/live?after=1&after=2", {}, 422),
    (f"/live?after={2**62 + 1}", {}, 422),
    (f"/live?after={'9' * 5_000}", {}, 422),
    ("/live?before=1", {}, 422),
    (f"/live?scope={'x' * 201}", {}, 422),
    ("/live?scope=town:", {}, 404),
    ("/live?scope=town:nowhere", {}, 404),
    ("/live?scope=unit:nobody", {}, 404),
    ("/live?scope=grid:x", {}, 404),
    ("/live?scope=%00", {}, 422),
    ("/live?scope=%ff", {}, 400),
    ("/live?" + "&".join(f"a{n}=1" for n in range(100)), {}, 400),
)


@pytest.mark.parametrize(("path", "headers", "status"), BAD, ids=range(len(BAD)))
def test_a_stream_asked_for_wrongly_is_refused_at_once(
    center: Running, path: str, headers: dict[str, bytes], status: int
) -> None:
    with center.client("desk") as desk, desk.stream("GET", path, headers=headers) as response:
        assert response.status_code == status, response.headers
        assert response.headers["content-type"] == "application/problem+json"
        response.read()
        assert response.json()["code"]
        assert response.json()["do"]


@pytest.mark.parametrize("after", ["0", "007", "9" * 18])
def test_any_position_is_a_place_to_begin(center: Running, after: str) -> None:
    with stream(center, "desk", **{"last-event-id": after}) as events:
        assert events.next()["event"] in ("tick", "reset")


def test_a_restarted_center_hangs_up_and_screens_resume(tmp_path: Path, fresh_database: str) -> None:
    with running(fresh_database, tmp_path / "data") as first:
        port = int(first.base.rpartition(":")[2])
        opened, ended = threading.Event(), threading.Event()
        left: list[str] = []

        def screen() -> None:
            with stream(first, "desk") as events:
                left.append(events.next()["id"])
                opened.set()
                with pytest.raises((EOFError, httpx.TransportError)):
                    events.until(lambda event: False)
            ended.set()

        thread = threading.Thread(target=screen)
        thread.start()
        assert opened.wait(20)
        made = report(first)["id"]
    assert ended.wait(20)
    thread.join()
    again = running(fresh_database, tmp_path / "data", port=port)
    with again as second, stream(second, "desk", **{"last-event-id": left[0]}) as events:
        tick = events.until(holds(made))
        assert tick["data"]["tiles"]["open"]["count"] == 1


async def test_a_reader_that_does_not_read_is_cut_off() -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with theirs:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(asyncio.Protocol, sock=ours)
        broadcaster, _ = hub(feed := Script())
        broadcaster.join(ALL, DirectClient(transport, 10_000), None)
        for _ in range(10_000):
            feed.position += 1
            broadcaster.beat()
            if broadcaster.dropped:
                break
        assert (broadcaster.dropped, broadcaster.count) == (1, 0)
        assert transport.is_closing()


def test_signing_out_ends_the_stream_too(tmp_path: Path, fresh_database: str) -> None:
    asking = running(fresh_database, tmp_path / "data", live_ask=0.05)
    with asking as small, stream(small, "desk") as staying, small.client("desk") as leaving:
        with leaving.stream("GET", "/live") as response:
            events = Events(response)
            events.next()
            assert leaving.delete("/api/v1/session").status_code == 204
            with pytest.raises((EOFError, httpx.TransportError)):
                events.until(lambda event: False)
        assert staying.next()


async def test_a_body_that_never_comes_is_given_up() -> None:
    with pytest.raises(Refused, match="arrive"):
        async with in_time(0.01):
            await asyncio.Event().wait()


class Script:
    """A feed that says what a test wrote down."""

    def __init__(self) -> None:
        self.position = 10
        self.oldest = 0
        self.quiet = False

    def tick(self, scope: Scope, after: int) -> Tick | None:
        return None if after < self.oldest else Tick(self.position, b'{"after":%d}' % after, self.quiet)


class Screen:
    """A client that keeps what it is sent."""

    def __init__(self, good: bool = True) -> None:
        self.got: list[bytes] = []
        self.good = good
        self.closed = False

    def write(self, payload: bytes, framed: bytes) -> bool:
        self.got.append(payload)
        return self.good

    def close(self) -> None:
        self.closed = True


def hub(feed: Script, **more: Any) -> tuple[Broadcaster, list[float]]:
    """A broadcaster whose clock a test turns."""
    ticks = [0.0]
    settings = WebSettings(**{"live_tick": 0.0} | more)
    return Broadcaster(feed, settings, lambda: datetime(2026, 1, 1, tzinfo=UTC), lambda: ticks[0]), ticks


def test_the_ring_remembers_and_beyond_it_the_feed_is_asked() -> None:
    feed = Script()
    broadcaster, _ = hub(feed, live_ring=2)
    screen = Screen()
    broadcaster.join(ALL, screen, None)
    for position in (11, 12, 13):
        feed.position = position
        broadcaster.beat()
    late = Screen()
    broadcaster.join(ALL, late, 12)
    assert b'{"after":12}' in late.got[0]
    assert b'{"after":11}' not in late.got[0]
    older = Screen()
    broadcaster.join(ALL, older, 10)
    assert b'{"after":10}' in older.got[0]
    feed.oldest = 9
    lost = Screen()
    broadcaster.join(ALL, lost, 3)
    assert lost.got[0].startswith(b"event: reset")
    ahead = Screen()
    broadcaster.join(ALL, ahead, 99)
    assert ahead.got[0].startswith(b"event: reset")


def test_what_happens_elsewhere_is_no_frame_but_figures_do_not_grow_old() -> None:
    feed = Script()
    broadcaster, ticks = hub(feed, live_heartbeat=1e9)
    screen = Screen()
    broadcaster.join(ALL, screen, None)
    broadcaster.beat()
    feed.quiet, sent = True, len(screen.got)
    for second in range(1, 30):
        ticks[0] = float(second)
        feed.position += 1
        broadcaster.beat()
    assert len(screen.got) == sent
    ticks[0] = 30.0
    feed.position += 1
    broadcaster.beat()
    assert len(screen.got) == sent + 1
    feed.quiet, at = False, feed.position
    feed.position += 1
    broadcaster.beat()
    assert b'{"after":%d}' % at in screen.got[-1], "only what is new"
    late = Screen()
    broadcaster.join(ALL, late, at)
    assert late.got[0].startswith(screen.got[-1]), "a screen that resumes where nothing was sent is not told twice"


def test_all_get_the_same_bytes_and_slow_ones_go() -> None:
    feed = Script()
    broadcaster, ticks = hub(feed)
    quick, slow = Screen(), Screen(good=False)
    broadcaster.join(ALL, quick, None)
    broadcaster.join(ALL, slow, None)
    feed.position = 11
    broadcaster.beat()
    assert slow.closed
    assert broadcaster.count == 1
    assert (broadcaster.deliveries, broadcaster.dropped) == (1, 1)
    broadcaster.leave(ALL, slow)
    assert broadcaster.count == 1
    sent = len(quick.got)
    broadcaster.beat()
    assert len(quick.got) == sent
    ticks[0] = 1.5
    broadcaster.beat()
    assert b'"position":11' in quick.got[-1]
    ticks[0] = 40.0
    broadcaster.beat()
    assert b'{"after":11}' in quick.got[-1]  # figures again, though nothing happened
    broadcaster.hang_up()
    assert quick.closed


def test_a_storm_is_coalesced_and_a_lone_event_is_not_kept_waiting() -> None:
    feed = Script()
    broadcaster, ticks = hub(feed, live_tick=0.2)
    screen = Screen()
    broadcaster.join(ALL, screen, None)
    ticks[0] = 10.0
    for position in range(11, 20):
        feed.position = position
        broadcaster.beat()
        ticks[0] += 0.025
    assert [b"tick" in one for one in screen.got] == [True, True, True]  # hello, the first at once, the rest together
    assert b'{"after":11}' in screen.got[-1]


def test_a_feed_that_forgot_resets_everybody() -> None:
    feed = Script()
    broadcaster, _ = hub(feed)
    screen = Screen()
    broadcaster.join(ALL, screen, None)
    feed.position, feed.oldest = 99, 50
    broadcaster.beat()
    assert screen.got[-1].startswith(b"event: reset")
    feed.position = 100
    broadcaster.beat()
    assert b'{"after":99}' in screen.got[-1]


def test_a_frame_is_one_chunk() -> None:
    assert framed(b"x" * 26) == b"1a\r\n" + b"x" * 26 + b"\r\n"


async def test_servers_without_a_transport_get_plain_asgi() -> None:
    feed = Script()
    broadcaster, _ = hub(feed)
    sent: list[dict[str, Any]] = []
    gone = asyncio.Event()
    got, joined = asyncio.Event(), asyncio.Event()

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)
        if b"position" in message.get("body", b""):
            joined.set()
        if b"after" in message.get("body", b""):
            got.set()

    scope = {"type": "http", "method": "GET", "headers": [], "http_version": "1.1"}
    task = asyncio.create_task(listen(scope, receive, send, broadcaster, ALL, None))
    await asyncio.wait_for(joined.wait(), 5)
    feed.position = 11
    broadcaster.beat()
    await asyncio.wait_for(got.wait(), 5)
    gone.set()
    await asyncio.wait_for(task, 5)
    assert broadcaster.count == 0
    assert sent[0]["status"] == 200

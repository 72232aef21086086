"""What an operator may turn on the HTTP face: limits, rates, lifetimes, what is open without signing in.

Only values live here; wiring fills them from the command line and the environment.
"""

from pathlib import Path
from typing import Literal

import msgspec

from northbank.core.city import Name

MIB = 1024 * 1024


class WebSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One running center's face to the network.

    mode, mode_note: what every screen shows about the truth of the data (live, SIMULATED, replay).
    secure: the address is https, so the cookie carries `Secure`. speed: how fast a replay runs.
    anonymous_open311: residents may report through Open311 without an account.
    """

    mode: Literal["live", "simulated", "replay"] = "live"
    mode_note: Name = Name()
    speed: float = 1.0
    secure: bool = False
    wall_open: bool = False
    anonymous_open311: bool = False
    ui: Path | None = None

    json_limit: int = 64 * 1024
    photo_limit: int = 8 * MIB
    photo_count: int = 4
    photo_pixels: int = 40_000_000
    photo_edge: int = 2560

    session_hours: int = 12
    cache_seconds: float = 10.0
    login_rate: str = "10/minute"
    address_login_rate: str = "60/minute"
    reports_per_minute: int = 6000  # for each account; 0 lifts the limit
    anonymous_per_minute: int = 6  # for each address
    answers_per_minute: int = (
        120  # yes-or-no answers about rows, for each account: people check, programs that search are slowed
    )

    live_tick: float = 0.15
    live_heartbeat: float = 1.0
    live_buffer: int = 1 * MIB
    live_ring: int = 512
    live_clients: int = 20_000
    live_ask: float = 60.0  # how often an open stream is checked against its session

"""The only place that builds the parts of a center and joins them."""

from northbank.wiring.center import Center, PackNotPublished
from northbank.wiring.data_platform import lake_of, sources_of
from northbank.wiring.opening import open_beside, open_center
from northbank.wiring.serving import PortBusy, listen_on, serve, server_of, settle, web_settings

__all__ = [
    "Center",
    "PackNotPublished",
    "PortBusy",
    "lake_of",
    "listen_on",
    "open_beside",
    "open_center",
    "serve",
    "server_of",
    "settle",
    "sources_of",
    "web_settings",
]

"""Who is at the other end: the peer, or whom a trusted proxy speaks for."""

from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address, ip_network

import falcon

SITE_BITS = 64
"""One user of IPv6 has a whole network of this prefix length to send from."""


class Networks:
    """Some addresses and networks."""

    def __init__(self, networks: Iterable[str]) -> None:
        self._networks = [ip_network(network) for network in networks]

    def __contains__(self, address: str) -> bool:
        if not self._networks:
            return False
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._networks)


def client_address(req: falcon.Request, proxies: Networks) -> str:
    """The client's address: the peer's, or the last one in X-Forwarded-For that is no proxy of
    ours. What comes before it anybody may have written."""
    address = req.remote_addr or ""
    if address not in proxies:
        return address
    for hop in map(str.strip, reversed(req.get_header("X-Forwarded-For", default="").split(","))):
        if address not in proxies or not _is_address(hop):
            break
        address = hop
    return address


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def site_of(address: str) -> str:
    """Whom to hold to account for an address: the network of an IPv6 client, else the address."""
    try:
        found = ip_address(address)
    except ValueError:
        return address  # the path of a socket, or nothing
    if not isinstance(found, IPv6Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ip_network((int(found), SITE_BITS), strict=False))

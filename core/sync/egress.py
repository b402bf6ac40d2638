"""Where connectors may go: the operator's list of hosts, and addresses that are never right.

An ERP usually lives in a private network, so private addresses are not the line; the list is.
Link-local and metadata addresses are refused even if the list names them: they hand out a cloud
machine's own credentials.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from core.sync.errors import AuthFailed, Unsent

#: What the demo allows: an ERP on this machine.
LOOPBACK = ("127.0.0.1", "localhost", "::1")

_PORTS = {"http": 80, "https": 443}
#: Metadata services that are not link-local: AWS over IPv6, Alibaba Cloud, Azure's host.
_METADATA = tuple(
    ip_network(text) for text in ("fd00:ec2::254/128", "100.100.100.200/32", "168.63.129.16/32")
)
#: IPv6 networks whose last 32 bits are an IPv4 address: NAT64 (RFC 6052) and IPv4-compatible.
_EMBEDDING = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))


class EgressRefused(AuthFailed):
    """The address is not one we may call: the connection pauses until an admin acts."""

    code = "sync.egress_refused"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a session goes: ``address`` was resolved once, ``host`` is for TLS and the header."""

    scheme: str
    host: str
    port: int
    address: str


def target_of(url: str, allowed: Sequence[str]) -> Target:
    """Check ``url`` against ``allowed`` and pin its address.

    A pattern is a host name, with ``*`` for any part of it, and may end in ``:port``. Raises
    ``EgressRefused``, or ``Unsent`` when the name can not be resolved now.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise EgressRefused(f"{parts.scheme or 'this'} is not an http or https address")
    host = parts.hostname.rstrip(".")
    try:
        port = parts.port or _PORTS[parts.scheme]
    except ValueError as error:
        raise EgressRefused("the port is not a number up to 65535") from error
    if not any(_matches(host, port, pattern.lower()) for pattern in allowed):
        raise EgressRefused(f"{host} is not on the operator's list of hosts")
    return Target(parts.scheme, host, port, _resolved(host, port))


def _matches(host: str, port: int, pattern: str) -> bool:
    # An IPv6 address has colons of its own: only ``[..]:port`` or a single colon carries a port.
    name, colon, number = pattern.rpartition(":")
    if colon and number.isdigit() and (name.startswith("[") or ":" not in name):
        return fnmatchcase(host, name.strip("[]")) and port == int(number)
    return fnmatchcase(host, pattern.strip("[]"))


def _resolved(host: str, port: int) -> str:
    """Every address must be right, so that a second look-up could not have been worse."""
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unsent(f"the name {host} can not be resolved") from error
    addresses = [str(answer[4][0]) for answer in answers]
    for address in addresses:
        if _is_forbidden(address):
            raise EgressRefused(f"{host} leads to {address}, which connectors never call")
    return addresses[0]


def _is_forbidden(text: str) -> bool:
    address = _unwrapped(ip_address(text.partition("%")[0]))
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return True
    return any(address in network for network in _METADATA)


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address inside an IPv6 one, where there is one."""
    if isinstance(address, IPv4Address) or address.is_loopback or address.is_unspecified:
        return address
    if inner := address.ipv4_mapped or address.sixtofour:
        return inner
    if any(address in network for network in _EMBEDDING):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address

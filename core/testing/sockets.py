"""Tests talk to this machine only: what they need from outside they bring along."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class OutsideWorld(Exception):
    """Something wanted to leave this machine."""


@contextmanager
def loopback_only() -> Iterator[None]:
    """Python sockets opened inside the block connect to this machine, or raise OutsideWorld."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded(self: socket.socket, address: Any) -> None:
        _check(self, address)
        connect(self, address)

    def guarded_ex(self: socket.socket, address: Any) -> int:
        _check(self, address)
        return connect_ex(self, address)

    _replace(guarded, guarded_ex)
    try:
        yield
    finally:
        _replace(connect, connect_ex)


def _replace(connect: Any, connect_ex: Any) -> None:
    socket.socket.connect = connect  # type: ignore[method-assign] # the one place all clients pass
    socket.socket.connect_ex = connect_ex  # type: ignore[method-assign] # likewise


def _check(connecting: socket.socket, address: Any) -> None:
    if connecting.family in {socket.AF_INET, socket.AF_INET6} and not _is_here(address[0]):
        raise OutsideWorld(f"A test wanted to reach {address[0]}:{address[1]}.")


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

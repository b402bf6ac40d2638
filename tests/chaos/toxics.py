"""What may be done to an exchange of two sides that take turns, and who decides which gets what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from threading import Lock


class When(StrEnum):
    #: The server never hears of the request.
    BEFORE = "before"
    #: The server has carried it out, and the client does not hear of that.
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Latency:
    """The request waits ``seconds``, give or take up to ``jitter_s``, before it goes on."""

    seconds: float
    jitter_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Bandwidth:
    """The answer trickles."""

    bytes_per_s: int


@dataclass(frozen=True, slots=True)
class Hang:
    """The connection stays open and nothing comes any more, until the client gives up."""

    when: When


@dataclass(frozen=True, slots=True)
class Reset:
    when: When


@dataclass(frozen=True, slots=True)
class Truncate:
    """The connection ends in good order after so many bytes of the answer."""

    after_bytes: int


@dataclass(frozen=True, slots=True)
class SlowClose:
    """That the server has closed the connection is told so much later."""

    seconds: float


Toxic = Latency | Bandwidth | Hang | Reset | Truncate | SlowClose
#: Asked with the first bytes of each request; None leaves the exchange alone.
Script = Callable[[bytes], Toxic | None]


def unspoilt(_request: bytes) -> None:
    """The script of a proxy that only passes on."""


@dataclass(slots=True)
class Once:
    """The toxic for the first ``times`` requests that begin with ``asked``; None is all of them."""

    toxic: Toxic
    asked: bytes = b""
    times: int | None = 1

    def __call__(self, request: bytes) -> Toxic | None:
        if self.times == 0 or not request.startswith(self.asked):
            return None
        if self.times is not None:
            self.times -= 1
        return self.toxic


class Dice:
    """Each exchange draws one: ``odds`` are chances between 0 and 1, in the order they are given.

    The same seed gives the same row of draws; which request gets which is the workers' race.
    """

    def __init__(self, seed: int, odds: Mapping[Toxic, float]) -> None:
        self._random = Random(seed)  # noqa: S311 - dice, no secret
        self._odds = odds
        self._lock = Lock()

    def __call__(self, _request: bytes) -> Toxic | None:
        with self._lock:
            drawn = self._random.random()
        for toxic, chance in self._odds.items():
            if drawn < chance:
                return toxic
            drawn -= chance
        return None

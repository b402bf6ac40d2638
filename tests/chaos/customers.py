"""People who order over the HTTP API, and try again when Tandem is just being struck down."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from threading import Event, Lock, Thread
from typing import Any

import requests

Json = dict[str, Any]
_TIMEOUT_S = 20.0
_AGAIN_S = 0.2


@dataclass(frozen=True, slots=True)
class Placed:
    """An order Tandem has said yes to, ``accepted_at`` in seconds since the epoch."""

    reference: str
    accepted_at: float


class NoAnswer(Exception):
    """Tandem is away, or says that it is busy: the same is asked again."""


@dataclass
class Api:
    """One caller's connection. ``statuses`` counts the answers that were no success."""

    url: str
    token: str
    statuses: Counter[int] = field(default_factory=Counter)
    _session: requests.Session = field(default_factory=requests.Session)

    def call(self, method: str, path: str, body: object = None) -> Json:
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            answer = self._session.request(
                method, self.url + path, json=body, headers=headers, timeout=_TIMEOUT_S
            )
        except requests.RequestException as error:
            raise NoAnswer from error
        if answer.status_code >= 500:
            self.statuses[answer.status_code] += 1
            raise NoAnswer(answer.text)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        found: Json = answer.json()
        return found

    def get(self, path: str) -> Json:
        return self.call("GET", path)


@dataclass
class Crowd:
    """``count`` orders for these parties, made of dice; ``callers`` threads place them.

    ``every_s`` is the pace of all callers together, as long as Tandem keeps up.
    """

    api: Api
    name: str
    parties: Sequence[str]
    sku: str
    count: int = 0
    seed: int = 0
    every_s: float = 0.1
    callers: int = 2
    #: How many of the orders come with a new name of the customer.
    renames: float = 0.0
    placed: list[Placed] = field(default_factory=list)
    #: The name each party that was renamed has in the end.
    renamed: dict[str, str] = field(default_factory=dict)
    #: Set to send everybody home before all is ordered.
    over: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)
    #: One at a time: nobody could tell otherwise which name is the later one.
    _naming: Lock = field(default_factory=Lock)
    _names: int = 0

    def start(self) -> None:
        wishes = self._wishes()
        begun_at = time.monotonic()
        self._threads = [
            Thread(target=self._order_all, args=(wishes, begun_at), daemon=True)
            for _ in range(self.callers)
        ]
        for thread in self._threads:
            thread.start()

    def is_done(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    def _wishes(self) -> Iterator[tuple[int, bool, Json]]:
        """Its number, whether the customer has a new name, and the order."""
        random = Random(self.seed)  # noqa: S311 - dice, no secret
        for number in range(self.count):
            line = {"sku": self.sku, "quantity": str(random.randint(1, 9)), "unit_price": "10.50"}
            yield (
                number,
                random.random() < self.renames,
                {
                    "client_reference": f"{self.name}-{number}",
                    "customer_id": random.choice(self.parties),
                    "currency": "EUR",
                    "lines": [line],
                },
            )

    def _order_all(self, wishes: Iterator[tuple[int, bool, Json]], begun_at: float) -> None:
        api = Api(self.api.url, self.api.token, self.api.statuses)
        while not self.over.is_set():
            with self._lock:
                number, renames, wish = next(wishes, (0, False, None))
            if wish is None:
                return
            time.sleep(max(0.0, begun_at + number * self.every_s - time.monotonic()))
            self._order(api, wish)
            if renames:
                self._rename(api, wish["customer_id"])

    def _order(self, api: Api, wish: Json) -> None:
        """Until it is confirmed: a repeat with the same reference is the same order."""
        while not self.over.is_set():
            try:
                order = api.call("POST", "/orders", wish)
                if order["states"]["commercial"] == "draft":
                    order = api.call("POST", f"/orders/{order['id']}/confirm")
                accepted_at = time.time()
                if not order["links"]:
                    order = api.get(f"/orders/{order['id']}")
            except NoAnswer:
                time.sleep(_AGAIN_S)
                continue
            (link,) = order["links"]
            placed = Placed(link["reference"], accepted_at)
            with self._lock:
                self.placed.append(placed)
            return

    def _rename(self, api: Api, party: str) -> None:
        with self._naming:
            self._names += 1
            name = f"Customer {self.parties.index(party)} v{self._names}"
            while not self.over.is_set():
                try:
                    api.call("PATCH", f"/parties/{party}", {"name": name})
                except NoAnswer:
                    time.sleep(_AGAIN_S)
                else:
                    self.renamed[party] = name
                    return

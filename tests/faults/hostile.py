"""A connector as a stranger may write it: it prints its secret, logs it, and fails with it."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from typing_extensions import override

from core.sync.contract import Endpoint
from core.sync.documents import Party, Product, SalesOrder
from core.sync.sessions import Sessions
from core.sync.values import Outcome, Outgoing
from tests.chaos.connector import (
    ChaosConnector,
    ChaosSession,
    ChaosSettings,
    Orders,
    Parties,
    Told,
    Wire,
)

#: Orders with these in their number: the connector's own code fails, or takes what it can get.
RAISES, SWELLS = "RAISE", "SWELL"


@dataclass(frozen=True, slots=True)
class LoudOrders(Orders):
    token: str

    @override
    def draft(self, items: Sequence[Outgoing[SalesOrder]]) -> list[Outcome]:
        print(f"sending {len(items)} orders with {self.token}")  # noqa: T201 - a stranger's habit
        sys.stderr.write(f"debug: token={self.token}\n")
        logging.getLogger("stranger").warning("the token is %s", self.token)
        if any(RAISES in item.reference for item in items):
            raise RuntimeError(f"can not draft with the token {self.token!r}")
        return Orders.draft(self, items)


@dataclass(frozen=True, slots=True)
class LoudSession(ChaosSession):
    token: str

    @property
    @override
    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Parties(Wire(self.http, "party"), Party),
            Told(Wire(self.http, "product"), Product),
            LoudOrders(Wire(self.http, "order"), SalesOrder, self.token),
        )


@dataclass(frozen=True, slots=True)
class LoudConnector(ChaosConnector):
    @override
    def open(self, settings: ChaosSettings, sessions: Sessions) -> LoudSession:
        quiet = ChaosConnector.open(self, settings, sessions)
        return LoudSession(quiet.http, quiet.one_step, settings.token)

"""How a demo comes up, serves and ends."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from uuid import UUID

from core import logs
from core.config import Settings
from core.demo.api import Api
from core.demo.console import Screen
from core.demo.erp import demo_erp
from core.demo.folder import Credentials, Folder
from core.demo.lock import Held, end_running, held
from core.demo.orders import place_orders
from core.demo.prepare import (
    CURRENCY,
    approve_first_load,
    begin,
    bring_up_to_date,
    connect,
    has_moved,
    is_same,
    opened,
    pull,
)
from core.demo.server import Server, await_port, serving
from core.errors import RuleBroken
from core.host import Host
from core.sync.contract import DemoErp


@dataclass(frozen=True, kw_only=True)
class Course:
    folder: Folder
    connector: str
    port: int
    screen: Screen

    def run(self) -> None:
        """Until SIGINT or SIGTERM, which end all of it. Raise CrmError with one line."""
        self._refuse_another_erp()
        erp = demo_erp(self.folder, self.connector)
        logs.configure(replace(self.settings, log_level="ERROR"))
        self.folder.path.mkdir(mode=0o700, exist_ok=True)
        with _ending_on_term(), held(self.folder) as lock, ExitStack() as running:
            await_port(self.settings)
            running.callback(erp.stop)
            if self.folder.is_complete:
                server = self._again(erp, lock, running)
            else:
                self.folder.note(self.connector, complete=False)
                server = self._first(erp, lock, running)
            self._serve(server, erp)

    def _serve(self, server: Server, erp: DemoErp) -> None:
        current = replace(self._known, url=server.url, erp=dict(erp.credentials))
        self.folder.keep(current)
        self.screen.ready(self.folder, current)
        with suppress(KeyboardInterrupt):
            server.await_end()
        self.screen.step("Ending")

    def _first(self, erp: DemoErp, lock: Held, running: ExitStack) -> Server:
        """Everything is made, one after the other."""
        erp.start(self.screen.step)
        credentials = begin(self.folder, self.settings, erp)
        with opened(self.settings) as host:
            connection_id = connect(host, self.connector, erp.settings)
            self.screen.step("Connected")
            planned = approve_first_load(host, connection_id)
            if planned is not None:
                self.screen.planned(planned)
            self._pull(host, connection_id)
        server = running.enter_context(serving(self.folder, self.settings, lock))
        server.await_ready()
        self.screen.step("Web server and worker are up")
        placed = place_orders(Api(server.url, credentials.api_token), CURRENCY)
        self.screen.step(f"Placed {placed} orders")
        self.folder.note(self.connector, complete=True)
        return server

    def _again(self, erp: DemoErp, lock: Held, running: ExitStack) -> Server:
        """Everything is there: ERP and Tandem start side by side."""
        with opened(self.settings) as host:
            bring_up_to_date(host)
        server = running.enter_context(serving(self.folder, self.settings, lock))
        erp.start(self.screen.step)
        if not is_same(self._known, erp):
            raise RuleBroken(
                "The ERP was made anew and is not the one of this demo: make demo-reset."
            )
        with opened(self.settings) as host:
            if has_moved(host, self.connector, erp.settings):
                connect(host, self.connector, erp.settings)
        server.await_ready()
        self.screen.step("Web server and worker are up")
        return server

    @cached_property
    def settings(self) -> Settings:
        return self.folder.settings(self.port)

    @property
    def _known(self) -> Credentials:
        found = self.folder.credentials
        if found is None:
            raise RuleBroken(f"{self.folder.path} has lost its credentials.json: make demo-reset.")
        return found

    def _pull(self, host: Host, connection_id: UUID) -> None:
        with ExitStack() as shown:
            pull(host, connection_id, lambda kinds: shown.enter_context(self.screen.reading(kinds)))

    def _refuse_another_erp(self) -> None:
        made_with = self.folder.connector
        if made_with not in {None, self.connector}:
            raise RuleBroken(
                f"The demo here was made with {made_with}: "
                f"make demo-reset, then make demo ERP={self.connector}."
            )


def reset(folder: Folder, screen: Screen) -> None:
    """End what runs, and remove all of it."""
    if not folder.path.is_dir():
        screen.step("There is no demo to remove")
        return
    if end_running(folder):
        screen.step("Ended the demo that was running")
    if folder.connector is not None:
        demo_erp(folder, folder.connector).stop()
    shutil.rmtree(folder.path)
    screen.step(f"Removed {folder.path}")


@contextmanager
def _ending_on_term() -> Iterator[None]:
    """SIGTERM ends it as Ctrl-C does, wherever it is."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)

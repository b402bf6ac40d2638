"""How a demo comes up, serves and ends."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from uuid import UUID

from core import logs
from core.compose import open_host
from core.config import Settings
from core.demo.api import Api
from core.demo.console import Screen
from core.demo.erp import demo_erp
from core.demo.folder import Credentials, Folder
from core.demo.lock import Held, end_running, held
from core.demo.orders import place_orders
from core.demo.prepare import CURRENCY, connect, prepare, pull
from core.demo.server import Server, await_port, serving
from core.errors import RuleBroken
from core.host import Host
from core.sync.contract import DemoErp


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    folder: Folder
    connector: str
    port: int
    screen: Screen

    def run(self) -> None:
        """Until SIGINT or SIGTERM, which end all of it. Raise CrmError with one line."""
        self._refuse_another_erp()
        erp = demo_erp(self.folder, self.connector)
        settings = self.folder.settings(self.port)
        logs.configure(replace(settings, log_level="ERROR"))
        self.folder.path.mkdir(mode=0o700, exist_ok=True)
        with _ending_on_term(), held(self.folder) as lock:
            await_port(settings)
            self.folder.note(self.connector, complete=self.folder.is_complete)
            with ExitStack() as running:
                running.callback(erp.stop)
                server, credentials = self._up(erp, settings, lock, running)
                self.screen.ready(self.folder, credentials)
                with suppress(KeyboardInterrupt):
                    server.await_end()
                self.screen.step("Ending")

    def _up(
        self, erp: DemoErp, settings: Settings, lock: Held, running: ExitStack
    ) -> tuple[Server, Credentials]:
        erp.start(self.screen.step)
        credentials = prepare(self.folder, settings, erp)
        self._connect(settings, erp)
        server = running.enter_context(serving(self.folder, settings, lock))
        server.await_ready()
        self.screen.step("Web server and worker are up")
        if not self.folder.is_complete:
            placed = place_orders(Api.of(credentials), CURRENCY)
            self.screen.step(f"Placed {placed} orders")
            self.folder.note(self.connector, complete=True)
        return server, credentials

    def _connect(self, settings: Settings, erp: DemoErp) -> None:
        host = open_host(settings)
        try:
            connection_id = connect(host, self.connector, erp.settings)
            if not self.folder.is_complete:
                self.screen.step("Connected")
                self._pull(host, connection_id)
        finally:
            host.database.close()

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

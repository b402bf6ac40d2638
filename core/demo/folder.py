"""The folder of a demo, and what lies in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from core.config import Settings, load_settings
from core.errors import NotFound
from core.sync.egress import LOOPBACK

NAME = ".demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What ``credentials.json`` holds, under these very names."""

    url: str
    email: str
    password: str
    api_token: str
    #: url, database, login and password of the ERP's administrator.
    erp: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Folder:
    path: Path

    @property
    def erp(self) -> Path:
        return self.path / "erp"

    @property
    def tandem(self) -> Path:
        return self.path / "tandem"

    @property
    def log(self) -> Path:
        """What web server and worker say."""
        return self.path / "server.log"

    @property
    def lock(self) -> Path:
        return self.path / "demo.lock"

    @property
    def _credentials(self) -> Path:
        return self.path / "credentials.json"

    @property
    def _kind(self) -> Path:
        return self.path / "demo.json"

    def settings(self, port: int) -> Settings:
        """Nothing of another installation gets in: what tells where data lies is the demo's own."""
        given = asdict(load_settings())
        own = {
            "data_dir": self.tandem.absolute(),
            "database_url": "",
            "host": LOOPBACK[0],
            "port": port,
            # One person looks at it; a second process would only make the start longer.
            "web_workers": 1,
            "web_threads": 8,
            "egress": LOOPBACK,
            "secure_cookies": False,
            "proxies": 0,
            "public_url": "",
            "demo_dir": self.path.absolute(),
        }
        return Settings(**{**given, **own})

    @property
    def connector(self) -> str | None:
        """Of which kind the ERP is; None before the first start."""
        if not self._kind.is_file():
            return None
        kept: str = orjson.loads(self._kind.read_bytes())["erp"]
        return kept

    @property
    def is_complete(self) -> bool:
        """False while a first start is under way, or when one was broken off."""
        return self._kind.is_file() and bool(orjson.loads(self._kind.read_bytes())["complete"])

    def note(self, connector: str, *, complete: bool) -> None:
        _write(self._kind, {"erp": connector, "complete": complete})

    @property
    def credentials(self) -> Credentials | None:
        if not self._credentials.is_file():
            return None
        return Credentials(**orjson.loads(self._credentials.read_bytes()))

    def keep(self, credentials: Credentials) -> None:
        _write(self._credentials, asdict(credentials))

    def forget_tandem(self) -> None:
        """Begin Tandem's side anew; the ERP's stays."""
        self._credentials.unlink(missing_ok=True)
        shutil.rmtree(self.tandem, ignore_errors=True)


def nearest(start: Path) -> Folder:
    """The demo of this checkout, also from a folder below. Raise NotFound."""
    for parent in (start, *start.parents):
        if (parent / NAME / "credentials.json").is_file():
            return Folder(parent / NAME)
    raise NotFound("There is no demo here: start one with make demo.")


def _write(path: Path, content: Mapping[str, Any]) -> None:
    """In one step and for its owner alone: a killed process leaves the old file or the new one."""
    new = path.with_suffix(".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")
    new.replace(path)

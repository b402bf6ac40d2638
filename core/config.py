"""Settings: one frozen dataclass, read once from the environment over a TOML file."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from pathlib import Path
from typing import Any

from core.errors import Invalid

PREFIX = "TANDEM_"
_LARGEST_PORT = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every field is ``TANDEM_<FIELD>`` in the environment and ``<field>`` in the TOML file.

    The file is the one ``TANDEM_CONFIG`` names, else ``tandem.toml`` in the working directory.
    """

    #: Holds the SQLite database, the keys and backups. Keep it private.
    data_dir: Path = Path("data")
    #: Empty: SQLite in ``data_dir``. ``postgresql://user@host/name`` for many processes.
    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    web_workers: int = 2
    web_threads: int = 4
    #: Worker processes ``tandem run`` keeps beside the web server; on SQLite there is one.
    workers: int = 1
    #: Jobs a worker runs at a time. An ERP that hangs holds two or three threads of each worker.
    worker_threads: int = 8
    #: The queues a worker takes jobs of, like ``sync,default``. Empty: all.
    worker_queues: tuple[str, ...] = ()
    #: Says where this is when it is opened, in place of the host's name: for containers, whose
    #: names change with every start, and where one database server has several names.
    installation_name: str = ""
    #: Hosts Tandem may call, like ``erp.example.com`` or ``*.example.com``. Empty: none.
    egress: tuple[str, ...] = ()
    #: True when served by https only: cookies are then sent over https alone.
    secure_cookies: bool = False
    #: Reverse proxies in front, whose word on the caller's address and scheme is believed.
    proxies: int = 0
    #: Where people reach Tandem, for links in mails; empty: as the request came.
    public_url: str = ""
    log_level: str = "INFO"
    #: Sends alerts: ``smtp://user:password@host:587?starttls``, or ``smtps://``. Empty: no mail.
    smtp_url: str = ""
    mail_from: str = "tandem@localhost"
    #: Jobs that ended well, and events every subscriber had, are forgotten after so many days.
    keep_jobs_days: int = 14
    keep_events_days: int = 30
    #: How long the requests to ERPs are kept that ended, and what they carried.
    keep_sync_days: int = 30
    #: Serves the page that acts as a back-office user in the demo's ERP.
    demo_dir: Path | None = None

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'tandem.sqlite'}"


def load_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Raise Invalid, naming the setting, for an unknown name or a value of the wrong kind."""
    known = {item.name: item for item in fields(Settings)}
    given: dict[str, Any] = _file(Path(environment.get(f"{PREFIX}CONFIG", "tandem.toml")))
    for name in known:
        if (value := environment.get(PREFIX + name.upper())) is not None:
            given[name] = value
    if unknown := sorted(given.keys() - known.keys()):
        raise Invalid(f"There is no setting {', '.join(unknown)}.")
    return Settings(**{name: _parse(known[name], value) for name, value in given.items()})


def _file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} is not TOML: {error}") from error


def _parse(item: Field[Any], value: Any) -> Any:
    default = item.default if item.default is not MISSING else ""
    try:
        return _convert(item.name, default, value)
    except (ValueError, TypeError, KeyError) as error:
        raise Invalid(f"The setting {item.name} can not be {value!r}.") from error


def _convert(name: str, default: Any, value: Any) -> Any:
    if name.endswith("_dir"):
        return Path(value)
    if isinstance(default, bool):
        return {"1": True, "true": True, "0": False, "false": False}[str(value).lower()]
    if isinstance(default, tuple):
        parts = value.split(",") if isinstance(value, str) else value
        return tuple(part.strip() for part in parts if part.strip())
    if name == "port" and not 0 <= int(value) <= _LARGEST_PORT:
        raise ValueError(value)
    return type(default)(value)

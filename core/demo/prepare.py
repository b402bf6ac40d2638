"""Tandem's side of a demo, made once: database, administrator, connection, first pull."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from sqlalchemy import select

from core.actor import EVERYTHING, Actor, system
from core.companies import Company
from core.compose import open_host
from core.config import Settings
from core.demo.folder import Credentials, Folder
from core.demo.server import address
from core.errors import RuleBroken
from core.host import Host
from core.registry.graph import load_order
from core.security.keys import create_keys
from core.security.passwords import initial_password
from core.security.setup import FirstDay, set_up
from core.security.tokens import TokenWish, create_token
from core.sync import connections
from core.sync.contract import DemoErp
from core.sync.inline import InlineContext
from core.sync.models import Connection
from core.sync.pull.job import pull_once
from core.sync.pull.stream import Report

ACTOR: Actor = system("demo")
CURRENCY = "EUR"
_EMAIL = "admin@demo.example"
#: Told how many kinds of records there are to read; answers whom to tell of each page.
Progress = Callable[[list[str]], Report]


def prepare(folder: Folder, settings: Settings, erp: DemoErp) -> Credentials:
    """Database, tables, modules, administrator and token; a second call makes what is missing.

    An ERP that was made anew knows nothing of what Tandem has: Tandem begins anew too.
    """
    known = folder.credentials
    if known is not None and not (_is_same(known, erp) and (folder.tandem / "keys").is_dir()):
        known = None
    if known is None:
        folder.forget_tandem()
    folder.tandem.mkdir(mode=0o700, parents=True, exist_ok=True)
    create_keys(folder.tandem)
    host = open_host(settings)
    try:
        host.upgrade()
        for name in load_order(
            {k: found.item.requires for k, found in host.registry.modules.items()}
        ):
            host.enable(name, ACTOR)
        email, password, token = _first_user(host) if known is None else _of(known)
    finally:
        host.database.close()
    credentials = Credentials(
        url=address(settings),
        email=email,
        password=password,
        api_token=token,
        erp=dict(erp.credentials),
    )
    folder.keep(credentials)
    return credentials


def connect(host: Host, connector: str, settings: Mapping[str, object]) -> UUID:
    """The company's default connection, tested and at work. Raise RuleBroken when it is not."""
    title = host.registry.connector(connector).manifest.title
    with host.write(ACTOR) as work:
        found = work.session.scalar(select(Connection).where(Connection.connector == connector))
        if found is None:
            company_id = work.session.scalars(select(Company.id)).one()
            found = connections.add(
                work,
                host,
                name=_name(title),
                connector=connector,
                company_id=company_id,
                settings=settings,
            )
        else:
            connections.configure(work, host, found.id, settings)
        connection_id = found.id
    checked = connections.check(host, ACTOR, connection_id)
    if not checked.ok:
        raise RuleBroken(f"{title} does not let Tandem in: {checked.words}")
    return connection_id


def pull(host: Host, connection_id: UUID, progress: Progress) -> None:
    """Bring all over that is in the ERP. Raise RuleBroken when that was broken off."""
    with host.read(ACTOR) as work:
        kinds = [receives.kind for receives in work.enabled.inbound]
    pull_once(InlineContext(host, ACTOR), connection_id, progress(kinds))
    with host.read(ACTOR) as work:
        trouble = work.session.get_one(Connection, connection_id).last_error
    if trouble:
        raise RuleBroken(f"Reading the ERP was broken off: {trouble}")


def _switch_all_on(host: Host) -> None:
    modules = host.registry.modules
    for name in load_order({name: found.item.requires for name, found in modules.items()}):
        host.enable(name, ACTOR)


def _is_same(known: Credentials, erp: DemoErp) -> bool:
    now = erp.credentials
    return all(known.erp[name] == now[name] for name in ("database", "login", "password"))


def _of(known: Credentials) -> tuple[str, str, str]:
    return known.email, known.password, known.api_token


def _first_user(host: Host) -> tuple[str, str, str]:
    password = initial_password()
    user_id = set_up(
        host,
        FirstDay(
            company="Tandem demo",
            currency=CURRENCY,
            name="Ada Demo",
            email=_EMAIL,
            password=password,
        ),
    )
    with host.write(ACTOR) as work:
        wish = TokenWish(name="Demo", scopes=frozenset({EVERYTHING}))
        _token, secret = create_token(work, user_id, wish)
    return _EMAIL, password, secret


def _name(title: str) -> str:
    return title[:64]

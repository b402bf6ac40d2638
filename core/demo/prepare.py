"""Tandem's side of a demo, made once: database, administrator, connection, first pull."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
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
from core.sync.models import Connection, Plan, PlanPurpose, PlanState
from core.sync.plans import approve, propose
from core.sync.plans.compute import compute
from core.sync.pull.job import pull_once
from core.sync.pull.stream import Report
from core.work import UnitOfWork

ACTOR: Actor = system("demo")
CURRENCY = "EUR"
_EMAIL = "admin@demo.example"
#: Told how many kinds of records there are to read; answers whom to tell of each page.
Progress = Callable[[list[str]], Report]


def begin(folder: Folder, settings: Settings, erp: DemoErp) -> Credentials:
    """Database, tables, modules, administrator and token of a first start.

    One that was broken off is taken up again, if its ERP is still the same.
    """
    known = folder.credentials
    if known is not None and not (is_same(known, erp) and (folder.tandem / "keys").is_dir()):
        known = None
    if known is None:
        folder.forget_tandem()
    folder.tandem.mkdir(mode=0o700, parents=True, exist_ok=True)
    create_keys(folder.tandem)
    with opened(settings) as host:
        bring_up_to_date(host)
        if known is not None:
            return known
        email, password, token = _first_user(host)
    made = Credentials(
        url=address(settings),
        email=email,
        password=password,
        api_token=token,
        erp=dict(erp.credentials),
    )
    folder.keep(made)
    return made


def bring_up_to_date(host: Host) -> None:
    """Tables as this version wants them, and every module on."""
    host.upgrade()
    modules = host.registry.modules
    for name in load_order({name: found.item.requires for name, found in modules.items()}):
        host.enable(name, ACTOR)


def connect(host: Host, connector: str, settings: Mapping[str, Any]) -> UUID:
    """The company's default connection, tested and at work. Raise RuleBroken when it is not."""
    title = host.registry.connector(connector).manifest.title
    with host.write(ACTOR) as work:
        found = _connection(work, connector)
        if found is None:
            company_id = work.session.scalars(select(Company.id)).one()
            found = connections.add(
                work,
                host,
                name=title,
                connector=connector,
                company_id=company_id,
                settings=settings,
            )
            propose(work, found.id, PlanPurpose.FIRST_LOAD)
        else:
            connections.configure(work, host, found.id, settings)
        connection_id = found.id
    checked = connections.check(host, ACTOR, connection_id)
    if not checked.ok:
        raise RuleBroken(f"{title} does not let Tandem in: {checked.words}")
    return connection_id


def has_moved(host: Host, connector: str, settings: Mapping[str, Any]) -> bool:
    """The ERP is not where the connection looks for it: another port, another folder."""
    with host.read(ACTOR) as work:
        found = _connection(work, connector)
        known = found.settings if found else {}
    return any(settings[name] != value for name, value in known.items() if name in settings)


def approve_first_load(host: Host, connection_id: UUID) -> Mapping[str, int] | None:
    """How many records of each kind it brings; None when it was approved before.

    Nobody decides anything in a demo, but who watches sees that there was a plan. Raise RuleBroken
    when it could not be computed.
    """
    plan = _first_load(host, connection_id)
    if plan.state is PlanState.COMPUTING:
        compute(InlineContext(host, ACTOR), plan.id)
        plan = _first_load(host, connection_id)
        if plan.state is not PlanState.READY:
            raise RuleBroken(f"What there is to read could not be planned: {plan.error}")
    if plan.state is not PlanState.READY:
        return None
    with host.write(ACTOR) as work:
        approve(work, plan.id)
    return {kind: counts["create"] for kind, counts in plan.totals.items()}


def pull(host: Host, connection_id: UUID, progress: Progress) -> None:
    """Bring all over that is in the ERP. Raise RuleBroken when that was broken off."""
    with host.read(ACTOR) as work:
        kinds = [receives.kind for receives in work.enabled.inbound]
    pull_once(InlineContext(host, ACTOR), connection_id, progress(kinds))
    with host.read(ACTOR) as work:
        trouble = work.session.get_one(Connection, connection_id).last_error
    if trouble:
        raise RuleBroken(f"Reading the ERP was broken off: {trouble}")


def is_same(known: Credentials, erp: DemoErp) -> bool:
    """Whether the ERP is the one Tandem's data is about."""
    now = erp.credentials
    return all(known.erp[name] == now[name] for name in ("database", "login", "password"))


@contextmanager
def opened(settings: Settings) -> Iterator[Host]:
    host = open_host(settings)
    try:
        yield host
    finally:
        host.database.close()


def _connection(work: UnitOfWork, connector: str) -> Connection | None:
    return work.session.scalar(select(Connection).where(Connection.connector == connector))


def _first_load(host: Host, connection_id: UUID) -> Plan:
    planned = select(Plan).where(
        Plan.connection_id == connection_id, Plan.purpose == PlanPurpose.FIRST_LOAD
    )
    with host.read(ACTOR) as work:
        return work.session.scalars(planned).one()


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

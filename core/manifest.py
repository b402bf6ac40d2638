"""The host described like a module: what it brings itself. Always on."""

from __future__ import annotations

from core import retention
from core.alerts import api as alerts_api
from core.alerts import notices as sending_alerts
from core.alerts import pages as alerts_pages
from core.alerts import watch as watching
from core.api import modules
from core.api.idempotency import forget_answers
from core.installation import jobs as installation
from core.installation import pages as installation_pages
from core.jobs.job import Job
from core.mail import jobs as mailing
from core.mail import pages as mail_pages
from core.registry.manifest import MenuItem, Module, Panel, Permission, Role
from core.security import jobs as sweeping
from core.security import pages as security
from core.sync import api as sync_api
from core.sync import pages as sync_pages
from core.sync import reopen as reopening
from core.sync import retention as sync_retention
from core.sync import stopped_api
from core.sync import tick as outbound
from core.sync.merge import api as conflicts_api
from core.sync.pages import panels as sync_panels
from core.sync.plans import api as plans_api
from core.sync.plans import job as plans
from core.sync.pull import job as inbound
from core.sync.reconcile import api as statements_api
from core.sync.reconcile import job as reconciling
from core.web import modules as module_pages
from core.web import pages
from core.web.i18n import lazy

module = Module(
    name="core",
    title="Tandem",
    permissions=(
        Permission(name="core.modules", title="Enable and disable modules", whole=True),
        Permission(name="core.users", title="Manage users, roles and tokens"),
        Permission(name="core.connections", title="Set up connections to ERPs"),
        Permission(name="core.sync", title="See the state of the sync"),
        Permission(name="core.sync_act", title="Retry, pause and resume the sync"),
        Permission(name="core.alerts", title="Say who is told of trouble, and when", whole=True),
        Permission(name="core.mail", title="See single mails on their way, and send them again"),
        Permission(
            name="core.jobs", title="See and retry stopped jobs and subscribers", whole=True
        ),
        Permission(name="core.sync_approve", title="Approve and reject plans of the sync"),
        Permission(name="core.reconcile", title="Make statements of both sides"),
        Permission(name="core.history", title="See who changed what"),
    ),
    roles=(Role(name="Administrator", permissions=("*",)),),
    blueprints=(
        *security.blueprints,
        modules.blueprint,
        sync_api.connections_blueprint,
        sync_api.sync_blueprint,
        stopped_api.blueprint,
        alerts_api.blueprint,
        alerts_pages.blueprint,
        mail_pages.blueprint,
        statements_api.blueprint,
        conflicts_api.blueprint,
        plans_api.blueprint,
        *sync_pages.blueprints,
        installation_pages.blueprint,
        pages.blueprint,
        module_pages.blueprint,
    ),
    panels=(
        Panel(
            slot=pages.HOME_SLOT,
            title=lazy("Connections in trouble"),
            render=sync_panels.troubled,
            permission="core.sync",
            order=1,
        ),
        Panel(
            slot=pages.HOME_SLOT,
            title=lazy("Stopped on the way"),
            render=sync_panels.stopped,
            permission="core.sync",
            order=2,
        ),
        Panel(
            slot=pages.HOME_SLOT,
            title=lazy("Waiting for the ERP"),
            render=sync_panels.waiting,
            permission="core.sync",
            order=3,
        ),
    ),
    menu=(
        MenuItem(
            title=lazy("Sync"),
            endpoint="sync_pages.index",
            permission="core.sync",
            icon="refresh",
            order=910,
        ),
        MenuItem(
            title=lazy("Alerts"),
            endpoint="alerts_pages.index",
            permission="core.sync",
            icon="bell",
            order=915,
        ),
        MenuItem(
            title=lazy("Mails"),
            endpoint="mail_pages.index",
            permission="core.mail",
            icon="mail",
            order=917,
        ),
        MenuItem(
            title=lazy("Connections"),
            endpoint="connections_pages.index",
            permission="core.sync",
            icon="plug",
            order=920,
        ),
        MenuItem(
            title=lazy("Users"),
            endpoint="users_pages.index",
            permission="core.users",
            icon="users",
            order=980,
        ),
        MenuItem(
            title=lazy("Modules"),
            endpoint="modules_pages.index",
            permission="core.modules",
            icon="puzzle",
            order=990,
        ),
    ),
    jobs=(
        *sweeping.JOBS,
        Job(name="core.forget_answers", run=forget_answers, cron="17 * * * *"),
        retention.job,
        sync_retention.job,
        *outbound.JOBS,
        *inbound.JOBS,
        *installation.JOBS,
        *reconciling.JOBS,
        *plans.JOBS,
        *reopening.JOBS,
        *mailing.JOBS,
        sending_alerts.job,
        watching.job,
    ),
)

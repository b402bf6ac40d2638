"""Figures for Prometheus: requests by route, and what waits in the database.

Served to this machine, and elsewhere to a token whose user may see the sync. With several web
processes, ``PROMETHEUS_MULTIPROC_DIR`` (an empty folder, set before they start) adds them up.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from time import perf_counter
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import ColumnElement, Integer, Select, func, literal_column, select
from typing_extensions import override

from core.alerts.models import Alert
from core.db.moment import database_now
from core.errors import Forbidden
from core.host import Host
from core.jobs.models import JobState, StoredJob
from core.requests import host
from core.security.callers import by_token
from core.security.guard import PUBLIC, requires
from core.sync.models import Connection, Gate
from core.sync.models.outbox import OPEN, OutboxRow

#: From a list out of the cache to a report; in seconds.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_FORWARDED = ("Forwarded", "X-Forwarded-For")

blueprint = Blueprint("metrics", __name__)


@dataclass(frozen=True, slots=True)
class Figure:
    """A gauge asked of the database at each scrape: ``statement`` selects label and number."""

    name: str
    help: str
    label: str
    statement: Select[Any, int]


def _gated(held: ColumnElement[bool]) -> Select[Any, int]:
    """1 for each connection of which that is so, by its name."""
    gates = select(Connection.name, literal_column("1", Integer))
    return gates.join(Gate, Gate.connection_id == Connection.id).where(held)


FIGURES = (
    Figure(
        "tandem_jobs", "Jobs that are not done.", "state",
        select(StoredJob.state, func.count())
        .where(StoredJob.state != JobState.DONE).group_by(StoredJob.state),
    ),
    Figure(
        "tandem_outbox", "Records on their way to an ERP.", "state",
        select(OutboxRow.state, func.count())
        .where(OutboxRow.state.in_(OPEN)).group_by(OutboxRow.state),
    ),
    Figure(
        "tandem_breaker_open", "Connections whose ERP does not answer, so that nothing is called.",
        "connection", _gated(Gate.opened_at.is_not(None)),
    ),
    Figure(
        "tandem_blocked", "Connections whose ERP asked to wait until later than now.",
        "connection", _gated(Gate.blocked_until > database_now()),
    ),
    Figure(
        "tandem_alerts", "Alerts that are open.", "cause",
        select(Alert.cause, func.count()).where(Alert.ended_at.is_(None)).group_by(Alert.cause),
    ),
)  # fmt: skip


class _Waiting(Collector):
    def __init__(self, opened: Host, figures: Sequence[Figure]) -> None:
        self._host = opened
        self._figures = figures

    def describe(self) -> Iterator[Metric]:
        # Registering would otherwise collect once, before there is a database.
        return iter(())

    @override
    def collect(self) -> Iterator[Metric]:
        with self._host.database.session(writes=False) as session:
            for figure in self._figures:
                gauge = GaugeMetricFamily(figure.name, figure.help, labels=[figure.label])
                for label, number in session.execute(figure.statement):
                    gauge.add_metric([str(label)], number)
                yield gauge


@dataclass(frozen=True)
class _Instruments:
    registry: CollectorRegistry
    requests: Counter
    seconds: Histogram
    waiting: _Waiting


@blueprint.get("/metrics")
@requires(PUBLIC)
def metrics() -> Response:
    _admit()
    return Response(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _admit() -> None:
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        with host().database.session(writes=False) as session:
            caller = by_token(session, host().registry, token.strip())
        if caller is not None and caller.actor.may("core.sync"):
            return
    elif _from_here():
        return
    raise Forbidden("Metrics are for this machine, or for a token with the permission core.sync.")


def _from_here() -> bool:
    """Behind a proxy on this machine every request comes from here; these say where it began."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _registry() -> CollectorRegistry:
    instruments = _instruments()
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return instruments.registry
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # it has no types
    together.register(instruments.waiting)
    return together


def _instruments() -> _Instruments:
    found: _Instruments = current_app.extensions["tandem.metrics"]
    return found


def init(app: Flask, figures: Sequence[Figure] = FIGURES) -> None:
    registry = CollectorRegistry()
    waiting = _Waiting(app.extensions["tandem"], figures)
    registry.register(waiting)
    labels = ["method", "endpoint", "status"]
    app.extensions["tandem.metrics"] = _Instruments(
        registry,
        Counter("tandem_requests", "Requests answered.", labels, registry=registry),
        Histogram(
            "tandem_request_seconds", "Time to the answer.", labels[1:2], registry=registry,
            buckets=_BUCKETS,
        ),
        waiting,
    )  # fmt: skip
    app.register_blueprint(blueprint)
    app.before_request(_start)
    app.after_request(_measure)


def _start() -> None:
    g.started = perf_counter()


def _measure(response: Response) -> Response:
    instruments = _instruments()
    endpoint = request.endpoint or "none"
    instruments.requests.labels(request.method, endpoint, response.status_code).inc()
    if "started" in g:
        instruments.seconds.labels(endpoint).observe(perf_counter() - g.started)
    return response

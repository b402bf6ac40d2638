"""For whoever watches over the processes: alive, and ready to serve."""

from __future__ import annotations

import structlog
from flask import Blueprint, Flask, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.errors import Busy
from core.host import Host
from core.registry.revisions import tables
from core.requests import host
from core.security.guard import PUBLIC, requires
from core.workers import live_worker, unserved

log = structlog.get_logger(__name__)

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@requires(PUBLIC)
def alive() -> Response:
    """Asks nobody else: one slow database would otherwise get every process restarted."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@requires(PUBLIC)
def ready() -> tuple[Response, int]:
    wrong = problems(host())
    body = {"status": "not ready" if wrong else "ok", "problems": wrong}
    return jsonify(body), 503 if wrong else 200


def problems(opened: Host) -> dict[str, str]:
    """What keeps Tandem from serving, by part; for machines and their keepers, in English."""
    try:
        with opened.database.session(writes=False) as session:
            wrong = _behind(session, opened)
            if "schema" not in wrong:
                wrong |= _nobody(session, opened)
    except (Busy, SQLAlchemyError) as error:
        log.warning("health.database", reason=str(error))
        return {"database": "The database does not answer."}
    return wrong


def _nobody(session: Session, opened: Host) -> dict[str, str]:
    if not live_worker(session):
        return {"worker": "No worker is alive: nothing is sent or received."}
    left = unserved(session, opened.registry.enabled(session).jobs.values())
    return {"queues": f"No live worker serves: {', '.join(left)}."} if left else {}


def _behind(session: Session, opened: Host) -> dict[str, str]:
    found = tables(session, opened.registry)
    if next(found).behind:
        return {"schema": "The database needs tandem db upgrade."}
    behind = [one.owner for one in found if one.behind]
    return {"schema": f"tandem db upgrade is due for {', '.join(behind)}."} if behind else {}


def init(app: Flask) -> None:
    app.register_blueprint(blueprint)

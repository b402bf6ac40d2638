"""For whoever watches over the processes: alive, and ready to serve."""

from __future__ import annotations

import ast
from functools import cache
from importlib.resources import files
from pathlib import Path

import structlog
from flask import Blueprint, Flask, Response, jsonify
from sqlalchemy import ColumnClause, column, select, table
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.db.migrate import version_table
from core.errors import Busy
from core.host import Host
from core.jobs.process import live_worker
from core.requests import host
from core.security.guard import PUBLIC, requires

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
            if "schema" not in wrong and not live_worker(session):
                wrong["worker"] = "No worker is alive: nothing is sent or received."
    except (Busy, SQLAlchemyError) as error:
        log.warning("health.database", reason=str(error))
        return {"database": "The database does not answer."}
    return wrong


def _behind(session: Session, opened: Host) -> dict[str, str]:
    if _current(session, "core") != _newest("migrations", "versions"):
        return {"schema": "The database needs tandem db upgrade."}
    behind = [
        module.name
        for module in opened.registry.enabled(session).modules[1:]  # the first is the host
        if module.migrations
        and _current(session, module.name)
        != _newest(opened.registry.modules[module.name].package, module.migrations)
    ]
    return {"schema": f"tandem db upgrade is due for {', '.join(behind)}."} if behind else {}


def _current(session: Session, name: str) -> str | None:
    number: ColumnClause[str] = column("version_num")
    known = table(version_table(name), number)
    try:
        with session.begin_nested():
            found: str | None = session.scalar(select(number).select_from(known))
    except SQLAlchemyError:  # the table comes with the first revision
        return None
    return found


@cache
def _newest(package: str, folder: str) -> str | None:
    """The installed head, read from the files: Alembic would cost every web process 0.7 s."""
    revisions = [
        _revision(Path(str(path)))
        for path in files(package).joinpath(folder).iterdir()
        if path.name.endswith(".py")
    ]
    followed = {before for _own, before in revisions}
    heads = [own for own, _before in revisions if own is not None and own not in followed]
    return heads[0] if len(heads) == 1 else None


def _revision(path: Path) -> tuple[str | None, str | None]:
    """What the file is called and what it follows; None for one that is no revision."""
    said: dict[str, str | None] = {}
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            value = node.value.value if isinstance(node.value, ast.Constant) else None
            said[node.targets[0].id] = value if isinstance(value, str) else None
    return said.get("revision"), said.get("down_revision")


def init(app: Flask) -> None:
    app.register_blueprint(blueprint)

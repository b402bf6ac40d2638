"""Views that each say otherwise who may come in."""

from __future__ import annotations

from flask import Blueprint
from flask.views import MethodView
from sqlalchemy import func, select, text

from core.companies import Company
from core.requests import actor, reading, writing
from core.security.guard import PUBLIC, SIGNED_IN, requires

probe = Blueprint("probe", __name__)


@probe.route("/api/v1/probe", methods=["GET", "POST"])
@requires("core.history")
def guarded() -> str:
    return actor().name


@probe.route("/probe", methods=["GET", "POST"])
@requires("core.history")
def page() -> str:
    return actor().name


@probe.get("/probe/mine")
@requires(SIGNED_IN)
def mine() -> str:
    return actor().name


@probe.post("/probe/open")
@requires(PUBLIC)
def open_to_all() -> str:
    return "open"


@probe.get("/probe/forgotten")
def forgotten() -> str:
    return "nobody said who may"


@probe.get("/api/v1/probe/reads")
@requires(SIGNED_IN)
def reads() -> str:
    with reading() as work:
        first = work.session.scalar(select(func.count()).select_from(Company))
    with reading() as work:
        work.session.execute(text("SELECT 1"))
    return str(first)


@probe.get("/api/v1/probe/writes")
@requires(SIGNED_IN)
def writes() -> str:
    with writing() as work:
        work.session.add(Company(name="New", currency="EUR"))
    with reading() as work:
        return str(work.session.scalar(select(func.count()).select_from(Company)))


class Shelf(MethodView):
    @requires(PUBLIC)
    def get(self) -> str:
        return "anybody"

    @requires("core.history")
    def put(self) -> str:
        return "somebody"

    def delete(self) -> str:
        return "forgotten"


probe.add_url_rule("/api/v1/probe/shelf", view_func=Shelf.as_view("shelf"))

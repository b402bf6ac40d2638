"""A POST that is repeated with its ``Idempotency-Key`` happens once.

The answer is stored in the transaction of its effect: there is never one without the other. What
failed stores nothing, so the same key may try again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from flask import Response, request
from sqlalchemy import String, delete, update
from sqlalchemy.orm import Mapped, mapped_column

from core.api.serializer import to_json
from core.clock import utcnow
from core.db.base import Base
from core.db.upsert import insert_into
from core.errors import CrmError, Invalid
from core.jobs.job import JobContext
from core.web.i18n import gettext as _
from core.work import UnitOfWork

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
_LONGEST_KEY = 255


class StoredAnswer(Base):
    __tablename__ = "core_idempotency"

    #: Hash of who asked, with which key, for what: keys of two callers never meet.
    request: Mapped[str] = mapped_column(String(64), primary_key=True)
    body_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[str]
    etag: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)


class KeyReused(CrmError):
    """The key came with another body before."""

    code = "idempotency-key-reused"
    http_status = 422


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: str
    etag: str | None
    repeated: bool = False

    def response(self) -> Response:
        response = Response(self.body, self.status, content_type="application/json")
        if self.etag:
            response.headers["ETag"] = self.etag
        if self.repeated:
            response.headers["Idempotency-Replayed"] = "true"
        return response


def once(work: UnitOfWork, sent: Any, do: Callable[[], Answer]) -> Answer:
    """What ``do`` answers, or answered when this request came before.

    A second request that comes while the first still runs waits for it (Busy when it waits long).
    """
    key = request.headers.get(HEADER)
    if request.method != "POST" or key is None:
        return do()
    name, body_hash = _name(work, key), sha256(to_json(sent)).hexdigest()
    if not _claim(work, name, body_hash):
        stored = work.session.get_one(StoredAnswer, name)
        if stored.body_hash != body_hash:
            raise KeyReused(_("This Idempotency-Key came with another body before."))
        return Answer(stored.status, stored.body, stored.etag, repeated=True)
    answer = do()
    values = {"status": answer.status, "body": answer.body, "etag": answer.etag}
    work.session.execute(update(StoredAnswer).where(StoredAnswer.request == name).values(**values))
    return answer


def _name(work: UnitOfWork, key: str) -> str:
    if not 1 <= len(key) <= _LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise Invalid(
            _("The Idempotency-Key can not be used."),
            fields={HEADER: _("From 1 to %(n)s printable ASCII characters.", n=_LONGEST_KEY)},
        )
    actor = work.actor
    parts = (actor.kind.value, str(actor.id or actor.name), key, request.method, request.path)
    return sha256("\0".join(parts).encode()).hexdigest()


def _claim(work: UnitOfWork, name: str, body_hash: str) -> bool:
    """True for the first; both databases let a second wait here until the first has committed."""
    expired = StoredAnswer.created_at < utcnow() - KEPT
    work.session.execute(delete(StoredAnswer).where(StoredAnswer.request == name, expired))
    values = {"request": name, "body_hash": body_hash, "status": 0, "body": ""}
    insert = insert_into(StoredAnswer, work.session).values(**values).on_conflict_do_nothing()
    return work.session.scalars(insert.returning(StoredAnswer.request)).first() is not None


def forget_answers(context: JobContext, _args: Mapping[str, Any]) -> None:
    """Answers are kept for a day."""
    with context.write() as work:
        old = StoredAnswer.created_at < utcnow() - KEPT
        work.session.execute(delete(StoredAnswer).where(old))

"""Alerts as a list for people and programs: the newest first."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from core.alerts.models import Alert, Notice
from core.api.listing import Listing
from core.sync.models import Connection
from core.web.i18n import gettext as _

_SENT = select(Notice.sent_at).where(Notice.alert_id == Alert.id, Notice.sent_at.is_not(None))
_FAILED = select(Notice.error).where(Notice.alert_id == Alert.id, Notice.sent_at.is_(None))


def _is_open(text: str) -> ColumnElement[bool]:
    if text not in {"true", "false"}:
        raise ValueError(_("Write true or false."))
    return Alert.ended_at.is_(None) if text == "true" else Alert.ended_at.is_not(None)


ALERTS = Listing(
    name="alerts",
    statement=select(
        Alert.id,
        Alert.cause,
        Alert.words,
        Alert.path,
        Alert.connection_id,
        Connection.name.label("connection"),
        Alert.began_at,
        Alert.quiet_since,
        Alert.ended_at,
        _SENT.order_by(Notice.sent_at.desc()).limit(1).scalar_subquery().label("told_at"),
        _FAILED.order_by(Notice.id.desc()).limit(1).scalar_subquery().label("untold"),
        Alert.company_id,
    ).join(Connection, Connection.id == Alert.connection_id),
    sorts={"began_at": Alert.began_at},
    default="-began_at",
    filters={"cause": Alert.cause, "connection_id": Alert.connection_id, "open": _is_open},
)

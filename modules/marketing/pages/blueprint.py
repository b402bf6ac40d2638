"""What the views of marketing hang on."""

from __future__ import annotations

from flask import Blueprint, url_for
from sqlalchemy import select

from core.companies import visible
from core.web.i18n import gettext as _
from core.work import UnitOfWork
from modules.marketing.models import Segment
from modules.marketing.services.consents import purposes
from modules.marketing.services.letters import PUBLIC

READ, WRITE, SEND = "marketing.read", "marketing.write", "marketing.send"
CONSENT, SET_UP = "marketing.consent", "marketing.set_up"
#: Segments a form offers.
_OFFERED = 500

blueprint = Blueprint(
    "marketing_pages", __name__, url_prefix="/marketing", template_folder="../templates"
)
#: What readers of our mails see, who are not signed in.
public_blueprint = Blueprint("marketing_public", __name__, url_prefix=PUBLIC)


def crumbs(*path: tuple[str, str]) -> list[tuple[str, str]]:
    """One step up is enough where the path has one of its own: phones show little more."""
    above = [(_("Marketing"), url_for("marketing_pages.index"))] if len(path) < 2 else []
    return [*above, *path]


def segment_choices(work: UnitOfWork) -> dict[str, str]:
    named = select(Segment.id, Segment.name).where(Segment.active).order_by(Segment.name)
    rows = work.session.execute(visible(work, named).limit(_OFFERED))
    return {str(row[0]): row[1] for row in rows}


def purpose_choices(work: UnitOfWork) -> dict[str, str]:
    return {str(one.id): one.title for one in purposes(work)}

"""Posted mails as a list: the latest first."""

from __future__ import annotations

from sqlalchemy import select

from core.api.listing import Listing
from core.mail.models import PostedMail

MAILS = Listing(
    name="mails",
    statement=select(
        PostedMail.id,
        PostedMail.key,
        PostedMail.recipients,
        PostedMail.subject,
        PostedMail.state,
        PostedMail.attempts,
        PostedMail.error,
        PostedMail.made_at,
        PostedMail.sent_at,
        PostedMail.company_id,
    ),
    sorts={"made_at": PostedMail.made_at},
    default="-made_at",
    filters={"state": PostedMail.state},
    search=lambda text: PostedMail.subject.icontains(text.strip(), autoescape=True),
)

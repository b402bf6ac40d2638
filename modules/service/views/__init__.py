"""The pages of service: importing this completes their blueprints."""

from modules.service.views import (
    acting,
    articles,
    bulk,
    help,  # noqa: A004 - the address it serves
    links,
    new,
    reports,
    set_up,
    ticket,
    tickets,
)
from modules.service.views.blueprint import blueprint, public

__all__ = [
    "acting",
    "articles",
    "blueprint",
    "bulk",
    "help",
    "links",
    "new",
    "public",
    "reports",
    "set_up",
    "ticket",
    "tickets",
]

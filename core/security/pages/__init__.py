"""The pages of people's own access and of those who manage it."""

from __future__ import annotations

from core.security.pages import account, entrance, roles, tokens, users

blueprints = (
    entrance.blueprint,
    account.blueprint,
    users.blueprint,
    roles.blueprint,
    tokens.blueprint,
)

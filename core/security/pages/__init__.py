"""The pages of people's own access and of those who manage it."""

from __future__ import annotations

from flask import Blueprint

from core.security.pages import entrance

blueprints: tuple[Blueprint, ...] = (entrance.blueprint,)

"""The pages of the sync and of the connections it stands on."""

from __future__ import annotations

from core.sync.pages import board, connections

blueprints = (board.blueprint, connections.blueprint)

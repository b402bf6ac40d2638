"""The pages of the sync and of the connections it stands on."""

from __future__ import annotations

from core.sync.pages import board, closing, conflicts, connections, plans, statements

#: Closing, conflicts, plans and statements are pages of the board's blueprint.
blueprints = (board.blueprint, connections.blueprint)

__all__ = ["blueprints", "closing", "conflicts", "plans", "statements"]

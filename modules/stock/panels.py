"""What stock shows on pages of others."""

from __future__ import annotations

from uuid import UUID

from flask import render_template

from core.work import UnitOfWork
from modules.stock.services import levels_of


def product_levels(product_id: UUID, work: UnitOfWork) -> str:
    """Every warehouse of a product, on its page."""
    levels = levels_of(work, [product_id]).get(product_id, [])
    return render_template("stock/levels.html", levels=levels)

"""Plans: what a large step would do is computed, shown and approved before it is done."""

from __future__ import annotations

from core.sync.plans.service import approve, is_held, propose, reject

__all__ = ["approve", "is_held", "propose", "reject"]

"""The same shop as the pull's tests have."""

from __future__ import annotations

from tests.core.sync.pull.conftest import shop

__all__ = ["shop"]

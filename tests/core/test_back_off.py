"""How long somebody waits before another try."""

from __future__ import annotations

from core.back_off import back_off_s


def test_back_off_grows_and_spreads() -> None:
    for attempts, seconds in ((1, 1), (2, 3), (3, 9), (20, 600)):
        waits = {back_off_s(attempts) for _ in range(50)}
        assert seconds * 0.5 <= min(waits) < max(waits) <= seconds * 1.5

"""An ERP in a file or in memory: for tests, for the demo, and the shortest example to read."""

from __future__ import annotations

from connectors.fake.connector import FakeConnector

connector = FakeConnector()

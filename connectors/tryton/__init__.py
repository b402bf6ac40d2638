"""Tryton as a back office."""

from connectors.tryton.connector import TrytonConnector

connector = TrytonConnector()

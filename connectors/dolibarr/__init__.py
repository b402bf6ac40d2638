"""Dolibarr as a back office."""

from connectors.dolibarr.connector import DolibarrConnector

connector = DolibarrConnector()

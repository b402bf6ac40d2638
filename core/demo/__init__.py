"""The demo: Tandem and an ERP on this machine, with made-up data, in one folder.

``core`` imports no connector: the ERP comes through the manifest of the connector that is asked
for. Orders are placed, and looked up, through the HTTP API that everybody has.
"""

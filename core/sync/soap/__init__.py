"""SOAP for connectors, by zeep; imported only when a connection speaks it (``http.py``)."""

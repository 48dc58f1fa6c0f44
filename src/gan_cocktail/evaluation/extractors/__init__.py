"""Feature extractors: a file a network, put together in table.py."""

"""Features and reference statistics, and the metrics: one file a family, put together in evaluate.py."""

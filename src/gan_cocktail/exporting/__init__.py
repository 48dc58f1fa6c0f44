"""Models as other tools load them: one small file a format, behind table.py."""

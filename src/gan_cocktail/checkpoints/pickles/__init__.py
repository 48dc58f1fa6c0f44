"""Files of other programs that Python pickled, read as plain values. Nothing of them is ever run."""

"""One trainer for sources, rooting, merging and every baseline."""

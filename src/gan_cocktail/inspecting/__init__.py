"""Before a merge: what files are, what can be merged, what it would take here, and an experiment that fits."""

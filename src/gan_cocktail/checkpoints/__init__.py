"""Models on disk, and what is done to them before training."""

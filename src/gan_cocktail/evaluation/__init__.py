"""Features, FID, KID and reference statistics."""

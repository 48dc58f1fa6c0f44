"""Ways to merge weights, one small file each."""

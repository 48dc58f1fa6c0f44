"""Snakemake runs the pipeline, DVC versions it: what makes the two agree."""

"""The typed form of params.yaml: every parameter's meaning, unit, default and bounds live here.

One file a section, so that what a verb imports is what can change its results.
"""

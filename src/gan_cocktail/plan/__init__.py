"""Which files the pipeline makes, from which, at which budget: params.yaml spelt out.

Pure functions of the parameters, so that everything that must agree about the experiment (rules, jobs, tests)
asks here.
"""

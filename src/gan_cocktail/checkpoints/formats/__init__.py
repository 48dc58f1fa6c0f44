"""Checkpoints of other programs, one small file a format.

To add a format, write a file with a `Format` (see parts.py): what tells its content (plain values and stand-ins, as
`pickles` reads them), and a function that gives each tensor the name it has here, what its layers say
of settings that shapes do not show, and what was dropped. Name it in `table.py`. Sizes, shapes, missing and
misshaped tensors, numbers that are none and provenance are the same for all, in shapes.py and assemble.py.
"""

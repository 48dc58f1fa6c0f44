"""The command that draws the same picture, where there is one."""

import shlex

from gan_cocktail.exploring.explorer import Explorer
from gan_cocktail.exploring.state import State


def command(explorer: Explorer, state: State) -> str:
    """`gan-cocktail generate ...` for a state of a seed, shares and one psi alone; else nothing."""
    used = [
        (name, share, psi) for name, share, psi in zip(explorer.names, state.shares, state.psi, strict=True) if share
    ]
    altered = state.toward or state.layers < explorer.num_ws or any(state.steps) or state.projected is not None
    if altered or len({psi for _, _, psi in used}) != 1:
        return ""
    what = ["--class", used[0][0]] if len(used) == 1 else ["--mix", ",".join(f"{n}={share:g}" for n, share, _ in used)]
    parts = ["gan-cocktail", "generate", str(explorer.path), *what, "--seeds", str(state.seed)]
    return shlex.join([*parts, "--psi", f"{used[0][2]:g}", "--noise", "const", "--out", "image"])

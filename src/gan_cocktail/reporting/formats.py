"""Printed tables: numbers as text, and a table as Markdown or LaTeX."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MINUS, NONE = "\N{MINUS SIGN}", "\N{EN DASH}"  # of negative, and of missing numbers
FEW = "‡"  # marks a number of fewer images than features
SUBSETS = "†"  # marks a spread within one measurement (KID's subsets, pairs of images), not over seeds


@dataclass(frozen=True)
class Table:
    """A table to print; text is Markdown (**bold** cells, `code`), which LaTeX is made of.

    groups: rows of cells by the name of their group; an unnamed group ("") has no line of its own.
    """

    heading: str
    columns: Sequence[str]
    groups: Mapping[str, Sequence[Sequence[str]]]
    notes: str


def decimals(value: float, spread: float = math.nan) -> int:
    """Decimal places to print, 0 to 3: three significant digits, one more if the spread vanished otherwise."""
    if math.isnan(value):
        return 0
    places = 2 if value == 0 else 2 - math.floor(math.log10(abs(value)))
    places = min(3, max(0, places))
    return min(3, places + 1) if 0 < spread < 0.5 * 10**-places else places


def fixed(value: float, places: int, sign: str = "-") -> str:
    """A value to some decimal places, with a true minus sign; an en dash if it is missing.

    sign: "+" to print that of positive values too.
    """
    return NONE if math.isnan(value) else f"{value:{sign}z.{places}f}".replace("-", MINUS)  # z: no sign of a zero


def number(value: float, spread: float = math.nan) -> str:
    """A value as printed, without its spread."""
    return fixed(value, decimals(value, spread))


def plus_minus(value: float, spread: float) -> str:
    """The spread as printed behind its value, to the same decimal places; nothing if it is missing."""
    return "" if math.isnan(spread) else f" ± {fixed(spread, decimals(value, spread))}"


def markdown(table: Table) -> str:
    """A Markdown table under its heading, with the notes below."""
    width = len(table.columns)
    lines: list[Sequence[str]] = [table.columns, ["---", *["---:"] * (width - 1)]]
    for group, rows in table.groups.items():
        lines += [[f"*{group}*", *[""] * (width - 1)]] if group else []
        lines += [[cell.replace("|", r"\|") for cell in row] for row in rows]
    body = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return f"### {table.heading}\n\n{body}\n\n{table.notes}\n"


SPECIAL = {c: rf"\{c}" for c in "_&%#${}"} | {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "|": r"\textbar{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "`": "", "±": r"$\pm$", "†": r"$^\dagger$", "‡": r"$^\ddagger$",
    "↑": r"$\uparrow$", "↓": r"$\downarrow$", MINUS: r"$-$", "→": r"$\to$", NONE: "--", "·": r"$\cdot$",
}  # fmt: skip


def tex(text: str) -> str:
    """Text of a table in LaTeX: its special characters escaped, **bold** as such, a number's spread in small type."""
    escaped = "".join(SPECIAL.get(c, c) for c in text)
    small = re.sub(r" \$\\pm\$ ([\d.]+)", r"{\\tiny$\\pm$\1}", escaped)
    return re.sub(r"\*\*(.+?)\*\*", r"\\textbf{\1}", small)


def latex(table: Table) -> str:
    """A floating LaTeX table with its caption; needs the package booktabs alone."""
    width = len(table.columns)
    blocks = []
    for group, rows in table.groups.items():
        lines = [rf"\multicolumn{{{width}}}{{l}}{{\textit{{{tex(group)}}}}} \\"] if group else []
        blocks.append("\n".join(lines + [" & ".join(tex(cell) for cell in row) + r" \\" for row in rows]))
    return "\n".join(
        [
            r"\begin{table}",
            r"\centering\footnotesize\setlength{\tabcolsep}{2pt}",
            rf"\caption{{{tex(table.heading)}. {tex(table.notes)}}}",
            rf"\begin{{tabular}}{{@{{}}l{'r' * (width - 1)}@{{}}}}",
            r"\toprule",
            " & ".join(tex(column) for column in table.columns) + r" \\",
            *[f"\\midrule\n{block}" for block in blocks],
            "\\bottomrule\n\\end{tabular}\n\\end{table}\n",
        ]
    )

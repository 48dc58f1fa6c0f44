"""Tables of the evaluation: long-form CSV, and Markdown and LaTeX in the paper's shape."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from gan_cocktail.files import read_json

COLUMNS = [
    "mixture", "method", "domain", "metric", "mean", "std", "n_images", "kimg", "merging_kimg", "seed",
    "extractor", "reference", "n_reference",
]  # fmt: skip
FLOOR = "ensemble"  # N models, not one: shown, but no competitor
METRICS = {"fid": ("FID", 1.0), "kid": ("KID x 1000", 1000.0)}  # title and scale, as papers print them
Mark = Callable[[str], str]  # how a format prints bold


def load_rows(paths: Sequence[Path]) -> pd.DataFrame:
    """Rows of evaluation JSON files in the order given, with the columns of main.csv."""
    rows = [row for path in paths for row in read_json(path)["rows"]]
    return pd.DataFrame(rows)[COLUMNS]


def final(rows: pd.DataFrame) -> pd.DataFrame:
    """Each method at the end of its budget: equal total kimg for the trained ones."""
    return rows[rows["kimg"] == rows.groupby(["mixture", "method"])["kimg"].transform("max")]


def at_merging(rows: pd.DataFrame, merging_kimg: float) -> pd.DataFrame:
    """Each method after the same kimg on the union (rooting not counted)."""
    return rows[rows["merging_kimg"] == merging_kimg]


def summary(rows: pd.DataFrame) -> dict[str, dict[str, dict[str, float]]]:
    """Mixture, method, metric: the mean over domains at the end of the method's budget."""
    means = final(rows[rows["domain"] == "mean"])
    nested: dict[str, dict[str, dict[str, float]]] = {}
    for row in means.to_dict("records"):
        nested.setdefault(row["mixture"], {}).setdefault(row["method"], {})[row["metric"]] = row["mean"]
    return nested


def paper_table(rows: pd.DataFrame, metric: str, labels: Mapping[str, str], bold: Mark) -> pd.DataFrame:
    """One mixture and metric as printed cells: methods by rows, domains by columns, the best merged model marked.

    rows: one per method and domain of that metric; both keep their order.
    """
    scale = METRICS[metric][1]
    some = rows[rows["metric"] == metric]
    merged = some["mean"].where(some["method"] != FLOOR)
    best = merged.groupby(some["domain"]).transform("min") == merged
    cells = []
    for (_, row), is_best in zip(some.iterrows(), best, strict=True):
        value = f"{row['mean'] * scale:.3g}" if abs(row["mean"] * scale) < 100 else f"{row['mean'] * scale:.0f}"
        spread = "" if pd.isna(row["std"]) else f" ± {row['std'] * scale:.2g}"
        cells.append((bold(value) if is_best else value) + spread)
    some = some.assign(cell=cells, label=[labels[m] for m in some["method"]])
    domains, methods = some["domain"].unique(), some["label"].unique()
    table = some.pivot(index="label", columns="domain", values="cell").loc[methods, domains]
    table.insert(0, "kimg", [f"{some.loc[some['label'] == m, 'kimg'].iloc[0]:g}" for m in methods])
    return table.rename_axis(index="method", columns=None).reset_index()


def title(rows: pd.DataFrame, metric: str, budget: str) -> str:
    """What a table compares."""
    return f"{METRICS[metric][0]}, {rows.iloc[0]['mixture']}: {budget}"


def notes(rows: pd.DataFrame) -> str:
    """Everything that a reader must know to compare the numbers."""
    first = rows.iloc[0]
    origins = " and ".join(sorted(rows["reference"].unique()))
    return (
        f"Lower is better; bold: the best single model. Features: {first['extractor']}; {first['n_images']} generated "
        f"images a domain, reference: {origins} images; seed {first['seed']}. `kimg` counts rooting. "
        "`mean`: over domains; `union`: labels drawn by the class probabilities, pooled reference."
    )


Writer = Callable[[pd.DataFrame, str, str], str]


def markdown(table: pd.DataFrame, heading: str, text: str) -> str:
    """A Markdown table under its heading and notes."""
    lines = [list(table.columns), ["---"] + ["---:"] * (table.shape[1] - 1), *table.to_numpy().tolist()]
    return f"### {heading}\n\n{text}\n\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def latex(table: pd.DataFrame, heading: str, text: str) -> str:
    """A booktabs LaTeX table with its caption."""
    text = f"{heading}. {text}".replace("`", "").replace("_", r"\_")
    table = table.map(lambda cell: cell.replace("±", r"$\pm$").replace("_", r"\_"))
    columns = "l" + "r" * (table.shape[1] - 1)
    table.columns = pd.Index([c.replace("_", r"\_") for c in table.columns])
    body = table.to_latex(index=False, escape=False, column_format=columns)
    return f"\\begin{{table}}\n\\centering\n\\caption{{{text}}}\n{body}\\end{{table}}\n"


def document(rows: pd.DataFrame, merging_kimg: float, labels: Mapping[str, str], bold: Mark, write: Writer) -> str:
    """Every mixture and metric: methods at the end of their budgets, and after equal merging kimg."""
    parts = []
    for mixture in rows["mixture"].unique():
        some = rows[rows["mixture"] == mixture]
        trained = some[some["merging_kimg"] > 0]
        views = (
            (final(some), "trained methods at equal total kimg"),
            (at_merging(trained, merging_kimg), f"trained methods after {merging_kimg:g} kimg of merging"),
        )
        for view, budget in views:
            for metric in METRICS:
                if len(view):
                    parts.append(
                        write(paper_table(view, metric, labels, bold), title(view, metric, budget), notes(view))
                    )
    return "\n".join(parts)

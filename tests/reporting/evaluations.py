"""Evaluations as the verb writes them, for tables, verdicts and the page."""

from gan_cocktail.reporting.rows import rows_of
from gan_cocktail.reporting.verdicts import baselines_of, judge

SPENT = {"ours": (16, 8), "transfergan": (16, 16), "scratch": (16, 16), "ensemble": (0, 0), "upper_bound": (16, 16)}
INFO = {
    "settings": {"kid_subsets": 10, "kid_subset_size": 5},
    "extractor": {"name": "embedded", "dim": 128, "resize": "bicubic", "weights_sha256": "abc"},
    "versions": {"torch": "2.9"},
}


def evaluation(method, fid, seed=0, spent=None, mixture="cat-face"):
    kimg, merging = spent or SPENT[method]
    facts = {"mixture": mixture, "method": method, "kimg": kimg, "merging_kimg": merging, "seed": seed, "std": None}
    facts |= {"n_images": 10, "n_reference": 20, "reference": "real", "extractor": "embedded"}
    domains = ("cat", "face", "mean", "union")
    values = [("fid", fid), ("kid", fid / 10)]
    rows = [facts | {"domain": d, "metric": m, "mean": v} for d in domains for m, v in values]
    return {"info": INFO, "rows": rows}


def evaluations(**fids):
    """An evaluation for each method and seed: ours=[1, 2] are two seeds."""
    return [evaluation(m, fid, seed) for m, values in fids.items() for seed, fid in enumerate(values)]


def by_file(contents):
    return {f"{k}.json": content for k, content in enumerate(contents)}


def collect(contents):
    return rows_of(by_file(contents))


def verdict(budget="kimg", **fids):
    rows = collect(evaluations(**fids))
    return judge(rows, "cat-face", budget, baselines_of(rows))


CLEARLY = {"ours": [1.0, 1.1, 0.9], "transfergan": [2.0, 2.1, 1.9], "scratch": [5.0, 5.5, 4.5]}

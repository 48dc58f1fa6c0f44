"""Evaluation files of a small comparison."""

import json

import pytest

from gan_cocktail.reporting.rows import load_rows

FACTS = {"n_images": 10, "n_reference": 20, "reference": "real", "extractor": "embedded"}


def evaluation(mixture, method, seed, stages, metrics=("fid",), **facts):
    """Content of an evaluation file. stages: {(kimg, merging_kimg): (value of x, value of y)}."""
    rows = []
    for (kimg, merging_kimg), (x, y) in stages.items():
        what = {"mixture": mixture, "method": method, "seed": seed, "kimg": kimg, "merging_kimg": merging_kimg}
        for metric in metrics:
            std = 0.001 if metric == "kid" else None
            for domain, value in (("x", x), ("y", y), ("mean", (x + y) / 2), ("union", x + y)):
                rows.append(FACTS | what | {"domain": domain, "metric": metric, "mean": value, "std": std} | facts)
    return {"info": {}, "rows": rows, "curve": []}


@pytest.fixture
def load(tmp_path):
    """Rows of the given contents, read from files."""

    def read(*contents):
        paths = [tmp_path / f"{k}.json" for k in range(len(contents))]
        for path, content in zip(paths, contents, strict=True):
            path.write_text(json.dumps(content))
        return load_rows(paths)

    return read

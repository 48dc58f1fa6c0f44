"""Means over domains and standard errors."""

import pytest
import torch

from gan_cocktail.evaluation.rows import estimate, mean_rows, row


def test_the_standard_error_is_that_of_the_mean():
    torch.manual_seed(0)
    means, errors = zip(*(estimate(torch.randn(100)) for _ in range(500)), strict=True)
    assert torch.tensor(means).std().item() == pytest.approx(sum(errors) / 500, rel=0.1)
    assert estimate(torch.tensor([3.0])) == (3, None)


def test_means_are_over_domains_a_metric_and_errors_add_as_independent_ones():
    rows = [
        row("a", 1, 3, 10, None),
        row("b", 5, None, 10, None),
        row("a", 2, 4, 10, None),
        row("b", 7, None, 10, None),
    ]
    a, b = mean_rows(rows)
    assert (a["metric"], a["domain"], a["mean"], a["std"]) == ("a", "mean", 1.5, 2.5)
    assert (b["mean"], b["std"]) == (6, None)

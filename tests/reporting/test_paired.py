"""The paired comparison with ours."""

from gan_cocktail.reporting.formats import NONE
from gan_cocktail.reporting.paired import comparisons, paired_tables
from gan_cocktail.reporting.tables import END, MERGING
from tests.reporting.conftest import evaluation


def seeds(method, values, stages=((16, 8),), mixture="m"):
    return [evaluation(mixture, method, s, dict.fromkeys(stages, (v, v))) for s, v in values.items()]


def test_differences_at_both_budgets(load):
    ours = seeds("ours", {0: 1.0, 1: 11.0, 2: 21.0})
    other = [
        evaluation("m", "other", s, {(8, 8): (v, v), (16, 16): (v - 2, v - 2)})
        for s, v in {0: 2.0, 1: 12.1, 2: 21.9}.items()
    ]
    every = comparisons(load(*ours, *other))
    found = every[every["domain"] == "mean"].set_index("view")
    assert list(found["n"]) == [3, 3]
    assert list(found["difference"].round(6)) == [-1, 1]  # other minus ours
    assert list(found["std"].round(6)) == [0.1, 0.1]
    assert list(found["verdict"]) == ["ours worse", "ours better"]
    assert found.index[0] == END
    union = every[every["domain"] == "union"]  # the fixture's is twice the mean over domains
    assert list(union["difference"].round(6)) == [-2, 2]


def test_a_missing_seed_leaves_the_common_ones_and_says_how_many(load):
    rows = load(*seeds("ours", {0: 1, 1: 2, 2: 3}), *seeds("other", {1: 3, 2: 4}), *seeds("third", {2: 3}))
    found = comparisons(rows).set_index(["domain", "view", "method"]).loc["mean"].loc[END]
    assert found["n"].to_dict() == {"other": 2, "third": 1}
    assert found.loc["third", "verdict"] == "one seed"
    (table,) = paired_tables(comparisons(rows), {"third": "Third"})
    assert ["Third", "mean", "1", "+0.00", NONE, NONE, NONE, "one seed"] in list(table.groups[END])


def test_only_trained_single_models_in_mixtures_that_have_ours(load):
    rows = load(
        *seeds("other", {0: 1}, mixture="without"),
        *seeds("ours", {0: 1}),
        *seeds("average", {0: 1}, [(8, 0)]),
        *seeds("ensemble", {0: 1}, [(0, 0)]),
        *seeds("upper_bound", {0: 1}),
        *seeds("b", {0: 1}),
        *seeds("a", {0: 1}),
    )
    found = comparisons(rows)
    assert set(found["mixture"]) == {"m"}
    assert list(found["method"]) == ["b", "a"] * 4  # two budgets, two domains


def test_nothing_to_compare_is_an_empty_table(load):
    found = comparisons(load(*seeds("other", {0: 1})))
    assert found.empty
    assert paired_tables(found, {}) == []


def test_tables_keep_the_order_of_mixtures_and_views_and_tell_intervals_from_two_seeds_on(load):
    mixtures = ("zebra-ant", "ant-zebra")
    ours = [each for mixture in mixtures for each in seeds("ours", {0: 1.0, 1: 2.0}, mixture=mixture)]
    other = [each for mixture in mixtures for each in seeds("other", {0: 2.0, 1: 3.5}, mixture=mixture)]
    tables = paired_tables(comparisons(load(*ours, *other)), {})
    assert [table.heading.split()[2] for table in tables] == ["zebra-ant:", "ant-zebra:"]
    assert [list(table.groups) for table in tables] == [[END, MERGING]] * 2
    low, high = 1.25 - 12.706 * 0.25, 1.25 + 12.706 * 0.25  # t(0.975, 1) = 12.706; std 0.3536 over the root of 2
    cells = tables[0].groups[END][0]
    assert cells[:5] == ["other", "mean", "2", "+1.25", "0.35"]
    assert cells[5] == f"[{low:.2f}, {high:.2f}]".replace("-", "\N{MINUS SIGN}")

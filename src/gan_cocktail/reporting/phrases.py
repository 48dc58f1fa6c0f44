"""Sentences of the report, made of its numbers."""

from collections.abc import Mapping, Sequence

import pandas as pd

from gan_cocktail.reporting.formats import decimals, fixed
from gan_cocktail.reporting.paired import Against
from gan_cocktail.reporting.rows import OURS
from gan_cocktail.reporting.verdicts import Verdict

PAPER_KIMG, PAPER_IMAGES, PAPER_FEATURES = 5000, 50_000, "inception_v3"
PAPER_BASELINES = ("scratch", "transfergan", "ewc", "freezed")


def counted(n: int) -> str:
    """A count of seeds."""
    return "one seed" if n == 1 else f"{n} seeds"


def joined(names: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _facts(d: Against) -> str:
    """FIDs, and which way and how far they differ; the interval in the direction of the words."""
    way, sign = ("ahead", 1) if d.ahead.mean >= 0 else ("behind", -1)
    places = decimals(d.ours)
    facts = [f"{abs(d.ahead.mean) / d.theirs:.0%}"]
    if d.ahead.n > 1:
        low, high = sorted(sign * bound for bound in (d.ahead.low, d.ahead.high))
        facts.append(f"95% interval {fixed(low, places)} to {fixed(high, places)}")
        facts.append(f"{counted(d.ahead.n)}, detectable: {fixed(d.ahead.detectable, places)}")
    fids = f"FID {fixed(d.ours, places)} against {fixed(d.theirs, places)}"
    return f"{fids}, {way} by {fixed(abs(d.ahead.mean), places)} ({'; '.join(facts)})."


def sentence(verdict: Verdict, labels: Mapping[str, str]) -> str:
    """Why the verdict is what it is, and by how much."""

    def name(method: str) -> str:
        return labels.get(method, method)

    missing = f"Not measured at this budget: {joined([name(m) for m in verdict.missing])}." if verdict.missing else ""
    found = verdict.differences
    if not found:
        return missing or "No trained baseline was measured."
    best = found[0]
    lost = [d for d in found if d.ahead.decided and d.ahead.mean < 0]
    close = [d for d in found if not d.ahead.decided]
    if lost:
        text = f"Behind {joined([name(d.method) for d in lost])}. {name(lost[0].method)}: {_facts(lost[0])}"
    elif any(d.ahead.n < 2 for d in found):
        text = f"One seed does not tell how far seeds differ. The best baseline, {name(best.method)}: {_facts(best)}"
    elif close:
        text = f"The difference to {joined([name(d.method) for d in close])} is within the spread of "
        text += f"{counted(close[0].ahead.n)}. {name(close[0].method)}: {_facts(close[0])}"
    else:
        which = f"{len(found)} measured baselines" if missing else f"{len(found)} baselines"
        text = f"Ahead of {'the one baseline' if len(found) == 1 else f'all {which}'}. "
        text += f"{'The best, ' if len(found) > 1 else ''}{name(best.method)}: {_facts(best)}"
    union = f"By the union, {name(verdict.union.method)}: {_facts(verdict.union)}" if verdict.union else ""
    return " ".join(filter(None, [text, union, missing]))


def headline(verdicts: Sequence[Verdict]) -> str:
    """How many mixtures have which outcome, to follow 'the claim'."""
    counts = pd.Series([v.outcome for v in verdicts]).value_counts()
    verbs = {"holds": "holds", "does not hold": "does not hold", "undecided": "is undecided"}
    verbs["not measured"] = "was not measured"
    said = joined([f"{verb} in {counts[outcome]}" for outcome, verb in verbs.items() if outcome in counts])
    return f"{said} of {len(verdicts)} mixture{'s' if len(verdicts) > 1 else ''}"


def limits(rows: pd.DataFrame, labels: Mapping[str, str], cpus: Sequence[str] = ()) -> list[str]:
    """What separates these numbers from the paper's and from one another, as far as they tell.

    cpus: the kinds of processor that they were made on.
    """
    rows = rows[rows["metric"] == "fid"]
    first, n_seeds = rows.iloc[0], rows["seed"].nunique()
    budget, said = float(rows.loc[rows["method"] == OURS, "merging_kimg"].max()), []  # NaN without `ours`
    if 0 < budget < PAPER_KIMG:
        said.append(
            f"Budgets. The paper spends {PAPER_KIMG:,} kimg on each stage; here the merged models were fine-tuned for "
            f"{budget:,g} kimg, 1/{PAPER_KIMG / budget:,.0f} of that. An ordering of methods at short budgets is no "
            "statement about long ones."
        )
    if first["extractor"] != PAPER_FEATURES:
        said.append(
            f"Features. FID and KID are of the features “{first['extractor']}”, not of Inception: compare them among "
            "themselves, never with published values."
        )
    if first["n_images"] < PAPER_IMAGES:
        said.append(
            f"Sample size. FID is biased upwards by few images; here are {first['n_images']:,} a domain, in the "
            f"paper {PAPER_IMAGES:,}."
        )
    if (rows["reference"] == "synthetic").any():
        said.append(
            "References. Some statistics are of a source's own images, not of its training data: such an FID measures "
            "the distance to the source, whose faults it does not see."
        )
    if n_seeds < 3:
        said.append(f"Seeds. There {'is' if n_seeds == 1 else 'are'} {counted(n_seeds)}: little or no idea of spread.")
    if len(cpus) > 1:
        said.append(
            f"Machines. Made on more than one kind of processor ({joined(cpus)}), which round differently: methods "
            "that ran on different ones share data and draws where they are paired by seed, but not rounding."
        )
    absent = [labels.get(m, m) for m in PAPER_BASELINES if m not in set(rows["method"])]
    if absent:
        said.append(f"Baselines of the paper that were not run: {joined(absent)}.")
    said.append("Data. The paper merges 128x128 models of FFHQ and LSUN classes; what was merged here stands above.")
    return said

"""Plans of one mixture."""

from gan_cocktail.params.experiment import MixtureParams, Params, SourceParams
from gan_cocktail.params.training import BudgetParams, MergingParams
from gan_cocktail.plan.experiment import Plan


def plan_of(n=3, root=None, rooting=8.0, merging=8.0, points=1, **more):
    names = [f"s{i}" for i in range(n)]
    return Plan(
        Params(
            sources={name: SourceParams(model=f"{name}.safetensors") for name in names},
            mixtures={"m": MixtureParams(sources=names, root=root)},
            rooting=BudgetParams(kimg=rooting),
            merging=MergingParams(kimg=merging, points=points),
            **more,
        )
    )

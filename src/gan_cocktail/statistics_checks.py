"""Do cached reference statistics fit an experiment? Only what the files say of themselves is read."""

from pathlib import Path

from gan_cocktail.errors import CocktailError
from gan_cocktail.facts import read_facts
from gan_cocktail.files import sha256
from gan_cocktail.params.evaluation import EvaluationParams
from gan_cocktail.plan.experiment import Plan


def check_reference(plan: Plan, source: str) -> None:
    """Raise CocktailError if a source's cached statistics are none, or not of what the experiment measures by."""
    path, evaluation = plan.params.sources[source].reference, plan.params.evaluation
    if path is None:
        _check_made(plan, source)
    if path is None or not Path(path).exists():
        return
    facts = read_facts(Path(path), f"the reference of source {source}")
    if not {"extractor", "extractors"} & facts.keys():
        raise CocktailError(f"sources.{source}.reference: {path} holds no statistics; is it a model?")
    if "extractor" in facts:  # of earlier versions, which had one
        raise CocktailError(
            f"sources.{source}.reference: {path} was made with {facts['extractor']['name']} features by an earlier "
            "version; make it anew with gan-cocktail reference"
        )
    made_with, size = facts.get("extractors", {}), evaluation.kid_subset_size
    for name in evaluation.features:
        _check_extractor(f"sources.{source}.reference: {path}", name, made_with, evaluation)
    if facts["n_images"] < size:
        raise CocktailError(
            f"sources.{source}.reference: {path} is of {facts['n_images']} images, fewer than "
            f"evaluation.kid_subset_size ({size}); lower it"
        )


def _check_made(plan: Plan, source: str) -> None:
    """Statistics that are made here are of as many images as are drawn, unless the source is images itself."""
    given, n, size = plan.params.sources[source], plan.params.synthesis.n_images, plan.params.evaluation.kid_subset_size
    if not (given.dataset or given.images) and n < size:
        raise CocktailError(
            f"sources.{source}: without `reference` its statistics are made of synthesis.n_images, {n}, fewer than "
            f"evaluation.kid_subset_size ({size}); lower that, or raise synthesis.n_images"
        )


def _check_extractor(where: str, name: str, made_with: dict[str, dict[str, str]], settings: EvaluationParams) -> None:
    if name not in made_with:
        raise CocktailError(
            f"{where} was made with {' and '.join(made_with)} features, but evaluation.features has {name}; make it "
            "anew with gan-cocktail reference, or drop `reference`: the source's synthetic images then serve"
        )
    weights = settings.files.get(name)
    if weights and Path(weights).is_file() and made_with[name]["weights_sha256"] != sha256(Path(weights)):
        raise CocktailError(
            f"{where} was made with other weights than {weights}; make it anew with gan-cocktail reference"
        )

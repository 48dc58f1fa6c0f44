"""Are the files that an experiment names sound, to the last tensor and image? All that are bad are told at once."""

from contextlib import suppress
from pathlib import Path

from gan_cocktail.checkpoints.formats.table import tell
from gan_cocktail.checkpoints.model import load
from gan_cocktail.checks import check_present, misfits
from gan_cocktail.data.dataset import read_dataset
from gan_cocktail.errors import CocktailError, Problems
from gan_cocktail.params.experiment import SourceParams
from gan_cocktail.params.network import NetworkParams
from gan_cocktail.plan.experiment import Plan
from gan_cocktail.tensors import check_finite, load_tensors


def problems(plan: Plan) -> list[str]:
    """Everything that is wrong with an experiment's input files, a sentence each; none: empty.

    Unlike checks.misfits it reads files whole.
    """
    wrong = Problems()
    for name, path in plan.params.evaluation.files.items():
        if name in plan.params.evaluation.features:
            with wrong.noted():
                check_present(f"evaluation: weights of {name}", Path(path))
    for source, params in plan.params.sources.items():
        for check in (_model, _reference):
            with wrong.noted():
                check(params)
        with wrong.noted():
            _images(plan, source)
    return [*wrong, *(said for said in misfits(plan) if not _repeats(said, wrong))]


def _model(params: SourceParams) -> None:
    if params.model and (path := Path(params.model)).exists():
        model = load(path)
        check_finite({f"{part}.{k}": v for part in "GD" for k, v in getattr(model, part).items()}, path)


def _reference(params: SourceParams) -> None:
    if params.reference and (path := Path(params.reference)).exists():
        check_finite(load_tensors(path, "reference statistics")[0], path)


def _images(plan: Plan, source: str) -> None:
    """A dataset is read at the size of the source's network; where that is not known, images of any size will do."""
    params = plan.params.sources[source]
    path = params.dataset or params.images
    if not path or not Path(path).exists():
        return
    known = _network(plan, source)
    network = known or plan.params.source_training.network
    size, channels = network.img_resolution, network.img_channels
    read_dataset(Path(path), size, channels, params.reading, enlarge=known is None, held=0)


def _network(plan: Plan, source: str) -> NetworkParams | None:
    """That of a source with a model that can be read, or that is trained on its dataset."""
    model = plan.params.sources[source].model
    if source in plan.trained_sources():
        return plan.params.source_training.network
    with suppress(CocktailError):
        return tell(Path(model)).network if model else None
    return None


def _repeats(line: str, told: list[str]) -> bool:
    """Whether a sentence is of a file about which one stands already: `PATH: ...`."""
    return any(line.split(": ", 1)[0] == other.split(": ", 1)[0] for other in told)

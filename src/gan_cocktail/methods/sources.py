"""Training a source GAN from real images."""

from pathlib import Path

import torch

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.data.dataset import read_dataset
from gan_cocktail.errors import CocktailError
from gan_cocktail.params.reading import ReadingParams
from gan_cocktail.params.training import SourceTrainingParams
from gan_cocktail.provenance import describe, fingerprint
from gan_cocktail.seeds import derive
from gan_cocktail.training.run import run
from gan_cocktail.training.streams import FixedDatasets
from gan_cocktail.training.trainer import TrainingJob


def train_source(
    dataset: Path,
    folder: Path,
    name: str,
    settings: SourceTrainingParams,
    seed: int,
    device: torch.device,
    reading: ReadingParams | None = None,
) -> Model:
    """Train an unconditional GAN on the images of a zip or folder; resumes from `folder`."""
    network = settings.network
    found = read_dataset(dataset, network.img_resolution, network.img_channels, reading)
    print(found.read.sentence(str(dataset)), flush=True)
    images = found.images
    if len(images) < 2:
        raise CocktailError(f"{dataset}: expected 2 images at the very least (some thousands are usual), found 1")
    job_seed = derive(seed, "source", name)
    job = TrainingJob(
        initial=Model.random(network, job_seed),
        stream=FixedDatasets([images], device),
        class_probabilities=[1.0],
        settings=settings.training,
        seed=job_seed,
    )
    content = found.sha256
    facts = {"network": network, "training": settings.training, "seed": job_seed, "images": content}
    told = facts | {"n_images": len(images)}
    model = run(job, settings.kimg, folder, fingerprint(**facts), device, made_of=told)
    model.info = describe(
        "source",
        name=name,
        dataset=dataset.name,
        n_images=len(images),
        images_sha256=content,
        read=found.read.facts(dataset.name),
        settings=settings,
        seed=seed,
    )
    return model

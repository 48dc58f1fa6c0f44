"""What an experiment takes on this machine: from its plan, and from steps that were timed."""

from dataclasses import asdict, dataclass
from math import ceil
from typing import Any

from gan_cocktail import machine
from gan_cocktail.checkpoints.model import Model
from gan_cocktail.inspecting.files import count
from gan_cocktail.inspecting.speed import Speed
from gan_cocktail.jobs import Job, jobs
from gan_cocktail.plan.experiment import Plan
from gan_cocktail.plan.needs import FLOAT, images_directed, images_drawn, images_traversed

COPIES = 3  # of the weights that the state of a training holds: themselves, and two averages of Adam's


@dataclass(frozen=True)
class Estimate:
    """Of one experiment, features, figures and tables not counted.

    kimg: shown in all trainings together. drawn: images drawn from models. memory: bytes of one training; images:
    bytes of those that a merge is shown, uncompressed. side_by_side: trainings at a time. at_least: as of Speed.
    """

    kimg: float
    drawn: int
    hours: float
    memory: float
    images: int
    disk: float
    side_by_side: int
    at_least: bool

    def facts(self) -> dict[str, Any]:
        """JSON-able."""
        return asdict(self)


def estimate(plan: Plan, root: Model, speed: Speed) -> Estimate:
    """What the one mixture of a plan takes, whose models are all of the root's size."""
    (mixture,) = plan.params.mixtures
    sources, wanted = plan.params.mixtures[mixture].sources, jobs(plan)
    kimg = sum(_kimg(plan, job) for job in wanted)
    drawn = sum(_drawn(plan, job) for job in wanted)
    at_once = int(machine.facts()["cores"]) if speed.device == "cpu" else 1
    batches = 1000 / plan.params.training.batch_size  # a kimg
    work = kimg * batches * speed.step + drawn * speed.drawing
    longest = _longest(plan, mixture, at_once) * batches * speed.step
    pixels = root.network.img_channels * root.network.img_resolution**2
    return Estimate(
        kimg=round(kimg, 6),
        drawn=drawn,
        hours=max(work / at_once, longest) / 3600,
        memory=speed.memory,
        images=plan.params.synthesis.n_images * len(sources) * pixels,
        disk=sum(_disk(plan, job, root, speed) for job in wanted),
        side_by_side=at_once,
        at_least=speed.at_least,
    )


def _longest(plan: Plan, mixture: str, at_once: int) -> float:
    """kimg that have to be trained one after the other: sources, the root's discriminator, rooting, and the merge."""
    rounds = ceil(len(plan.mixture(mixture).leaves) * len(plan.params.seeds) / at_once)
    before = sum(map(plan.discriminator_kimg, plan.new_discriminators()))
    before += plan.params.source_training.kimg if plan.trained_sources() else 0
    return before + max(
        (plan.rooting_kimg(mixture, method) > 0) * rounds * plan.params.rooting.kimg
        + plan.merging_kimg(mixture, method)
        for method in plan.methods_for(mixture)
    )


def _kimg(plan: Plan, job: Job) -> float:
    if job.rule in ("train_source", "root"):
        return plan.params.source_training.kimg if job.rule == "train_source" else plan.params.rooting.kimg
    if job.rule == "discriminator":
        return plan.discriminator_kimg(job.name)
    return plan.merging_kimg(*_mixture_and_method(job)) if job.rule == "finetune" else 0


def _drawn(plan: Plan, job: Job) -> int:
    if job.rule == "synthesize":
        return plan.params.synthesis.n_images
    if job.rule == "direction":
        return images_directed(plan)
    if job.rule == "traverse":
        return images_traversed(plan, job.name.rsplit(".", 1)[0])
    return images_drawn(plan, *_mixture_and_method(job)) if job.rule == "evaluate" else 0


def _disk(plan: Plan, job: Job, root: Model, speed: Speed) -> float:
    G, D = FLOAT * count(root.G), FLOAT * count(root.D)
    state = COPIES * (G + D) + G  # and the moving average of G
    if job.rule == "synthesize":
        return plan.params.synthesis.n_images * speed.png
    if job.rule in ("widen", "merge", "merge_unrooted"):
        return G + D
    if job.rule in ("train_source", "root", "discriminator"):
        return G + D + state
    if job.rule == "finetune":  # snapshots are kept beside the state, and together in a file
        return G + D + state + 2 * G * len(plan.snapshot_kimg(*_mixture_and_method(job)))
    return 0


def _mixture_and_method(job: Job) -> tuple[str, str]:
    mixture, method, _ = job.name.split(".")
    return mixture, method

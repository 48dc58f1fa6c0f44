"""A recipe that fits a network: StyleGAN2-ADA's reference values, scaled to its size."""

import torch

from gan_cocktail.device import has_bf16
from gan_cocktail.inspecting.speed import fitting
from gan_cocktail.params.network import NetworkParams
from gan_cocktail.params.training import TrainingParams

SMALL = 32  # pixels; up to here the reference trains without path lengths and style mixing


def recipe(network: NetworkParams, place: torch.device) -> TrainingParams:
    """How a network of this size is trained.

    Batch 32 up to 128 pixels, then fewer as images grow; the R1 penalty by 0.0002 * resolution^2 / batch; the moving
    average of G over 10 kimg at batch 32, and proportionally. 16 bits where the machine is fast with them.
    """
    resolution = network.img_resolution
    batch = fitting(network, max(4, min(32, 4096 // resolution)))
    large = resolution > SMALL
    return TrainingParams(
        batch_size=batch,
        learning_rate=0.002,
        r1_gamma=r1_gamma(resolution, batch),
        path_length_weight=2 if large else 0,
        style_mixing=0.9 if large else 0,
        ema_kimg=float(f"{10 * batch / 32:.4g}"),
        precision=_precision(network, place),
    )


def r1_gamma(resolution: int, batch: int) -> float:
    """The weight of the R1 penalty to begin with."""
    return float(f"{0.0002 * resolution**2 / batch:.4g}")


def _precision(network: NetworkParams, place: torch.device) -> str:
    if place.type == "cuda":
        return "fp16" if network.conv_clamp else "bf16"  # without a clamp fp16 overflows
    return "bf16" if has_bf16() else "fp32"

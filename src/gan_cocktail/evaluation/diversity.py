"""Diversity of a class: how far apart its images are, as LPIPS diversity (Zhang et al. 2018; Huang et al. 2018)."""

from torch import Tensor

from gan_cocktail.evaluation.perceptual import Perceptual

PAIRS = 100  # distances spread by 11 to 20% of their mean, so that the mean is known to 1 or 2%


def pair_distances(images: Tensor, perceptual: Perceptual) -> Tensor:
    """Perceptual distances [N // 2], on the CPU, of images 0 and 1, 2 and 3, ... of uint8 [N, C, H, W].

    Images are independent draws, so these are random pairs, and since none shares an image with
    another, so are the distances: the standard error of their mean is std / sqrt(pairs).
    """
    even = images[: len(images) // 2 * 2]
    return perceptual.distance(even[::2], even[1::2]).cpu()

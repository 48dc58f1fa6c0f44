"""ONNX: latents, class weights and psi in, images out, for runtimes that know nothing of PyTorch."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.errors import CocktailError
from gan_cocktail.exporting.formats import Export
from gan_cocktail.files import atomic
from gan_cocktail.networks import resampling
from gan_cocktail.networks.generator import Generator

OPSET = 18
INPUTS = ("z", "classes", "psi")


class Drawing(nn.Module):
    """A generator with its stored noise; w is the weighted mean of the classes' own."""

    def __init__(self, G: Generator):
        super().__init__()
        self.G = G

    def forward(self, z: Tensor, classes: Tensor, psi: Tensor) -> Tensor:
        """Images [N, C, H, W], nominally in [-1, 1], of z [N, z_dim], class weights [N, classes] and psi [1]."""
        each = torch.eye(self.G.c_dim) if self.G.c_dim else [None]
        mean = self.G.mapping.get_buffer("w_avg").reshape(len(each), -1)
        w = 0
        for k, c in enumerate(each):
            own = self.G.mapping(z, None if c is None else c.expand(len(z), -1))
            w = w + classes[:, k : k + 1] * (mean[k] + (own - mean[k]) * psi)
        noise = [layer.expand(len(z), -1, -1, -1) for layer in self.G.synthesis.constant_noise(1)]
        return self.G.synthesis(w, noise, twice=True)  # of native operations


@contextmanager
def _filters_traced() -> Iterator[None]:
    """Forget the resampling filters that are kept between calls: here they are to be traced, and not kept after."""
    resampling.kernel.cache_clear()
    try:
        yield
    finally:
        resampling.kernel.cache_clear()


def _transposed_convolution() -> Callable[..., Any]:
    """What the up-convolution, which computes a convolution's gradient of its input, is in ONNX."""
    from onnxscript import opset18 as op

    def translate(x: Any, shape: Any, weight: Any, *_: Any, **__: Any) -> tuple[Any, Any, Any]:
        y = op.ConvTranspose(x, weight, strides=[2, 2])
        return y, y, y  # the others are not asked for

    return translate


def write(model: Model, path: Path) -> list[str]:
    """Write the generator, its batch dynamic. CocktailError if onnx is not installed."""
    try:
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError:
        raise CocktailError(
            "--to onnx needs the packages onnx and onnxscript: pip install 'gan-cocktail[export]'"
        ) from None
    G, n = model.generator(), model.network
    example = torch.zeros(2, n.z_dim), torch.full((2, max(1, n.c_dim)), 1 / max(1, n.c_dim)), torch.ones(1)
    batch = torch.export.Dim("batch", min=1)
    with atomic(path) as temporary, _filters_traced(), warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Drawing(G),
            example,
            temporary,
            dynamo=True,
            external_data=False,
            opset_version=OPSET,
            custom_translation_table={torch.ops.aten.convolution_backward.default: _transposed_convolution()},
            input_names=list(INPUTS),
            output_names=["images"],
            dynamic_shapes=({0: batch}, {0: batch}, None),
            verbose=False,
        )
    return [f"inputs: z [N, {n.z_dim}], classes [N, {max(1, n.c_dim)}] (weights that sum to 1), psi [1]; stored noise"]


ONNX = Export("onnx", "ONNX of all classes (or, with --class, of one)", ".onnx", False, write)

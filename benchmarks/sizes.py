"""The networks that are timed: the sizes that people have."""

from gan_cocktail.params.network import NetworkParams

SMALL = {"z_dim": 128, "w_dim": 128, "mapping_layers": 2}
LARGE = {"z_dim": 512, "w_dim": 512, "mapping_layers": 8, "conv_clamp": 256}
SIZES: dict[str, tuple[NetworkParams, int]] = {  # and images a step
    "32": (NetworkParams(img_resolution=32, channel_base=1024, channel_max=64, **SMALL), 16),
    "32w": (NetworkParams(img_resolution=32, channel_base=2048, channel_max=128, **SMALL), 16),
    "64": (NetworkParams(img_resolution=64, channel_base=4096, channel_max=256, **LARGE), 16),
    "128": (NetworkParams(img_resolution=128, channel_base=16384, channel_max=512, **LARGE), 8),
    "256": (NetworkParams(img_resolution=256, channel_base=16384, channel_max=512, **LARGE), 4),
}

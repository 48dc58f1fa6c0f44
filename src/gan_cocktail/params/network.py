"""The size of one StyleGAN2."""

from typing import Literal, Self

from pydantic import Field, model_validator

from gan_cocktail.params.base import Section


class NetworkParams(Section):
    """Architecture of one StyleGAN2: generator and discriminator."""

    img_resolution: int = Field(32, ge=16, description="pixels a side; a power of two")
    img_channels: Literal[1, 3] = Field(3, description="1 (grey) or 3 (RGB)")
    z_dim: int = Field(128, ge=1, description="width of the latent z")
    w_dim: int = Field(128, ge=1, description="width of the intermediate latent w")
    c_dim: int = Field(0, ge=0, description="number of classes; 0: unconditional")
    mapping_layers: int = Field(2, ge=1, description="layers of the generator's mapping network")
    class_mapping_layers: int = Field(2, ge=1, description="layers of the discriminator's class mapping")
    channel_base: int = Field(1024, ge=4, description="channels at resolution r: channel_base / r, at most channel_max")
    channel_max: int = Field(64, ge=1, description="most channels of any layer")
    discriminator: Literal["resnet", "skip", "orig"] = Field("resnet", description="its connections")
    conv_clamp: float | None = Field(None, gt=0, description="bound of activations (256 in 16-bit networks), or null")
    mbstd_group_size: int = Field(4, ge=1, description="samples a group of the minibatch standard deviation")

    @model_validator(mode="after")
    def _power_of_two(self) -> Self:
        if self.img_resolution & (self.img_resolution - 1):
            raise ValueError(f"img_resolution must be a power of two, found {self.img_resolution}")
        if self.channel_base < self.img_resolution:
            raise ValueError(f"channel_base ({self.channel_base}) must be at least img_resolution")
        return self

    def channels(self, resolution: int) -> int:
        """Feature channels at a resolution."""
        return min(self.channel_base // resolution, self.channel_max)

    @property
    def resolutions(self) -> list[int]:
        """4, 8, ... up to the image's."""
        return [2**k for k in range(2, self.img_resolution.bit_length())]

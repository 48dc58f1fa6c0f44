"""The size and the connections of one StyleGAN2."""

from typing import Any, Literal, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from gan_cocktail.params.base import Section

Connections = Literal["skip", "resnet", "orig"]
DISCRIMINATOR = (  # settings of the discriminator alone
    "discriminator", "discriminator_channel_base", "discriminator_channel_max", "class_mapping_layers", "class_dim",
    "class_embed_dim", "class_mapping_dim", "mbstd_group_size", "mbstd_channels",
)  # fmt: skip


class NetworkParams(Section):
    """Architecture of one StyleGAN2: generator and discriminator.

    The settings from `generator` on are for networks trained elsewhere; they are written only where they differ
    from the default, so that descriptions stay short.
    """

    img_resolution: int = Field(32, ge=16, description="pixels a side; a power of two")
    img_channels: Literal[1, 3] = Field(3, description="1 (grey) or 3 (RGB)")
    z_dim: int = Field(128, ge=1, description="width of the latent z")
    w_dim: int = Field(128, ge=1, description="width of the intermediate latent w")
    c_dim: int = Field(0, ge=0, description="number of classes; 0: unconditional")
    mapping_layers: int = Field(2, ge=1, description="layers of the generator's mapping network")
    class_mapping_layers: int = Field(2, ge=0, description="layers of the discriminator's class mapping")
    channel_base: int = Field(1024, ge=4, description="channels at resolution r: channel_base / r, at most channel_max")
    channel_max: int = Field(64, ge=1, description="most channels of any layer")
    discriminator: Connections = Field("resnet", description="connections of the discriminator")
    conv_clamp: float | None = Field(None, gt=0, description="bound of activations (256 in 16-bit networks), or null")
    mbstd_group_size: int | None = Field(
        4, ge=1, description="samples a group of the minibatch standard deviation; null: the whole batch"
    )

    generator: Connections = Field("skip", description="connections of the generator")
    embed_dim: int | None = Field(None, ge=1, description="width of the generator's class embedding; null: w_dim")
    mapping_dim: int | None = Field(None, ge=1, description="width between the mapping's layers; null: w_dim")
    discriminator_channel_base: int | None = Field(None, ge=4, description="of the discriminator; null: channel_base")
    discriminator_channel_max: int | None = Field(None, ge=1, description="of the discriminator; null: channel_max")
    class_dim: int | None = Field(
        None, ge=1, description="width of the class vectors; null: the discriminator's channels at 4x4"
    )
    class_embed_dim: int | None = Field(
        None, ge=1, description="width of the discriminator's class embedding; null: class_dim"
    )
    class_mapping_dim: int | None = Field(
        None, ge=1, description="width between the class mapping's layers; null: class_dim"
    )
    mbstd_channels: int = Field(1, ge=0, description="features of the minibatch standard deviation; 0: none")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.img_resolution & (self.img_resolution - 1):
            raise ValueError(f"img_resolution must be a power of two, found {self.img_resolution}")
        for name in ("channel_base", "discriminator_channel_base"):
            base = getattr(self, name)
            if base is not None and base < self.img_resolution:
                raise ValueError(f"{name} ({base}) must be at least img_resolution")
        if not self.class_mapping_layers and self.class_embed_dim not in (None, self.class_width):
            raise ValueError(
                f"class_embed_dim ({self.class_embed_dim}) must be class_dim ({self.class_width}) where there are no "
                "class_mapping_layers: the embedding is the class vector"
            )
        if self.mbstd_channels and self.discriminator_channels(4) % self.mbstd_channels:
            raise ValueError(
                f"mbstd_channels ({self.mbstd_channels}) must divide the discriminator's "
                f"{self.discriminator_channels(4)} channels at 4x4"
            )
        return self

    @model_serializer(mode="wrap")
    def _short(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields = type(self).model_fields
        rare = list(fields)[list(fields).index("generator") :]
        return {k: v for k, v in write(self).items() if k not in rare or v != fields[k].default}

    @property
    def img_shape(self) -> tuple[int, int, int]:
        """Of an image: [C, H, W]."""
        return self.img_channels, self.img_resolution, self.img_resolution

    def channels(self, resolution: int) -> int:
        """The generator's feature channels at a resolution."""
        return min(self.channel_base // resolution, self.channel_max)

    def discriminator_channels(self, resolution: int) -> int:
        """The discriminator's feature channels at a resolution."""
        base = self.discriminator_channel_base or self.channel_base
        return min(base // resolution, self.discriminator_channel_max or self.channel_max)

    def differences(self, other: "NetworkParams") -> dict[str, tuple[Any, Any]]:
        """The settings in which two networks differ, with both values; a null is the value that it stands for."""
        one, two = self._spelt_out(), other._spelt_out()
        return {name: (one[name], two[name]) for name in one if one[name] != two[name]}

    def with_discriminator_of(self, other: "NetworkParams") -> "NetworkParams":
        """The same generator beside another network's discriminator."""
        return self.model_copy(update={name: getattr(other, name) for name in DISCRIMINATOR})

    def _spelt_out(self) -> dict[str, Any]:
        defaults = {
            "embed_dim": self.w_dim,
            "mapping_dim": self.w_dim,
            "discriminator_channel_base": self.channel_base,
            "discriminator_channel_max": self.channel_max,
            "class_dim": self.class_width,
            "class_embed_dim": self.class_width,
            "class_mapping_dim": self.class_width,
        }
        told = {name: getattr(self, name) for name in type(self).model_fields}
        return told | {name: default for name, default in defaults.items() if told[name] is None}

    @property
    def class_width(self) -> int:
        """Width of the class vectors on which the discriminator projects."""
        return self.class_dim or self.discriminator_channels(4)

    @property
    def resolutions(self) -> list[int]:
        """4, 8, ... up to the image's."""
        return [2**k for k in range(2, self.img_resolution.bit_length())]

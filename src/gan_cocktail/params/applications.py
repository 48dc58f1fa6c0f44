"""What is shown of the shared latent space."""

from typing import Literal

from pydantic import Field

from gan_cocktail.params.base import Section

Attribute = Literal["brightness", "pose", "colour"]


class ApplicationParams(Section):
    """Interpolation, layer swapping and style mixing come by themselves; directions take time to find."""

    attributes: list[Attribute] = Field(
        ["pose"], description="attributes whose direction is found in one domain and applied in all"
    )
    n_images: int = Field(
        2000, ge=12, description="images in which a direction is found; a tenth as many latents measure it"
    )

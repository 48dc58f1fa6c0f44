"""What holds a training back."""

from pydantic import Field

from gan_cocktail.params.base import Section


class EWCParams(Section):
    """Elastic weight consolidation (Li et al. 2020, eq. 2): lambda of sum F (theta - theta_start)^2, a part each."""

    mapping: float = Field(ge=0, description="lambda of G's mapping network")
    synthesis: float = Field(ge=0, description="lambda of G's synthesis network")
    discriminator: float = Field(ge=0, description="lambda of D")


class ConsistencyParams(Section):
    """Beyond the paper: G is pulled, less and less, to what the root and the rooted models draw of its latents.

    Of a method that starts from the root, to what the root draws of its own class.
    """

    weight: float = Field(gt=0, description="weight of the mean absolute difference of pixels, at the start")
    until: float = Field(1, gt=0, le=1, description="share of the training over which the weight falls to 0")

"""The one adversarial training step; every method differs only in the job that it is given."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from gan_cocktail.checkpoints.fisher import Fisher
from gan_cocktail.checkpoints.model import Model, State
from gan_cocktail.checkpoints.truncation import with_class_means
from gan_cocktail.data.images import to_float
from gan_cocktail.device import has_bf16
from gan_cocktail.errors import CocktailError
from gan_cocktail.params.training import TrainingParams
from gan_cocktail.seeds import derive
from gan_cocktail.training.augmentation import AdaptiveStrength, Draws, Maps, draw_maps, transform
from gan_cocktail.training.consistency import Consistency, Latents, Teachers
from gan_cocktail.training.constraints import Anchor, free_elements
from gan_cocktail.training.flat import adam, flatten
from gan_cocktail.training.losses import discriminator_loss, generator_loss, gradient_penalty, path_lengths
from gan_cocktail.training.processes import Processes
from gan_cocktail.training.streams import ImageStream, Pending

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
ALONE = Processes()
W_AVG_DECAY = 0.995
PATH_LENGTH_DECAY = 0.01


@dataclass
class TrainingJob:
    """What one training starts from, sees, and is told to do."""

    initial: Model
    stream: ImageStream
    class_probabilities: Sequence[float]  # of real and fake images; one entry a class (one if unconditional)
    settings: TrainingParams
    seed: int
    strength: Fisher | None = None  # how strongly weights are pulled towards `initial`
    frozen: Sequence[str] = ()  # D's parameters whose names begin so stay as they are
    consistency: Consistency | None = None  # models whose images G is pulled to while it begins


@dataclass(frozen=True)
class _Fakes:
    """All that is random about a batch of generated images."""

    c: Tensor | None
    noise: Sequence[Tensor]
    latents: Latents
    maps: Maps | None


@dataclass(frozen=True)
class _Lengths:
    """All that is random about a path-length penalty."""

    c: Tensor | None
    noise: Sequence[Tensor]
    z: Tensor
    pixels: Tensor


class Trainer:
    """Networks, optimizers and running averages of a job; `step` advances them by one batch.

    Every random number of a step is drawn from a stream seeded with (seed, step): nothing but
    tensors and the step count is state. Where processes share a batch, each draws for all of it and computes with its
    own rows alone (`mine`); gradients and all means over the batch are then averaged over them.
    """

    def __init__(self, job: TrainingJob, device: torch.device, processes: Processes = ALONE):
        s = self.settings = job.settings
        if s.precision == "fp16" and device.type == "cpu":
            raise CocktailError("training.precision is fp16, which needs a CUDA device; on this CPU use bf16 or fp32")
        if s.precision == "bf16" and device.type == "cpu" and not has_bf16():
            print("training.precision is bf16, and this CPU has no 16-bit instructions: fp32 is many times faster here")
        group = min(job.initial.network.mbstd_group_size or s.batch_size, s.batch_size)
        if s.batch_size % group:
            raise CocktailError(
                f"training.batch_size is {s.batch_size}; this network's minibatch stddev needs a multiple of {group}"
            )
        processes.check(s.batch_size, group if job.initial.network.mbstd_channels else 1, bool(s.path_length_weight))
        self.processes, self.mine = processes, processes.mine
        self.job, self.device, self.dtype = job, device, DTYPES[s.precision]
        self.G = job.initial.generator().to(device).requires_grad_(True).train()
        self.D = job.initial.discriminator().to(device).requires_grad_(True).train()
        self.G_ema = deepcopy(self.G).requires_grad_(False).eval()
        self.flat_G, self.flat_D, self.flat_ema = flatten(self.G), flatten(self.D), flatten(self.G_ema)
        self.adam_G = adam(self.flat_G, s.learning_rate, s.path_length_interval if s.path_length_weight else None)
        self.adam_D = adam(self.flat_D, s.learning_rate * s.learning_rate_ratio, s.r1_interval if s.r1_gamma else None)
        pull, free = job.strength, free_elements(self.D, job.frozen)
        self.anchor_G = Anchor(self.G, self.flat_G, pull.G) if pull else None
        self.anchor_D = Anchor(self.D, self.flat_D, pull.D) if pull else None
        self.free_D = free if job.frozen else None
        self.teachers = Teachers(job.consistency, device) if job.consistency else None
        self.probabilities = torch.tensor(job.class_probabilities, dtype=torch.float32, device=device)
        self.path_length_mean = torch.zeros([], device=device)
        a = s.augmentation
        self.ada = AdaptiveStrength(a.target, a.kimg) if a else None
        self.rng = torch.Generator(device)
        self.steps = 0

    @property
    def kimg(self) -> float:
        """Thousands of real images shown so far."""
        return self.steps * self.settings.batch_size / 1000

    def step(self) -> dict[str, Tensor]:
        """One step of G and of D on one batch; returns the losses of this step.

        What is random about G's part is drawn first, then real images are asked for: they may come while G computes.
        """
        s = self.settings
        self.rng.manual_seed(derive(self.job.seed, "step", self.steps))
        fakes = self._draw_fakes(s.batch_size)
        due = s.path_length_weight and self.steps % s.path_length_interval == 0
        lengths = self._draw_lengths(max(1, s.batch_size // 2)) if due else None
        real_c, labels = self._labels(s.batch_size)
        asked = self.job.stream.ask(labels, self.rng, self.mine)
        fake_logits, stats = self._generator_step(fakes)
        if lengths:
            stats["path_length"] = self._path_length_step(lengths)
        real = self._real(asked)
        stats |= self._discriminator_step(fake_logits, real, real_c)
        if s.r1_gamma and self.steps % s.r1_interval == 0:
            stats["r1"] = self._r1_step(real, real_c)
        self._update_ema()
        self.steps += 1
        if self.ada and self.steps % self.ada.interval == 0:
            self.ada.adjust()
        return self.processes.means(stats)

    def ema_weights(self) -> State:
        """The moving average of G, with the mean w of each class."""
        return with_class_means(self.job.initial.network, dict(self.G_ema.state_dict()))

    def _labels(self, n: int) -> tuple[Tensor | None, Tensor]:
        """One-hot [mine, c_dim] (None if unconditional), and class indices [N] of all."""
        labels = self.probabilities.multinomial(n, replacement=True, generator=self.rng)
        c_dim = self.job.initial.network.c_dim
        return (F.one_hot(labels[self.mine], c_dim).float() if c_dim else None), labels

    def _real(self, asked: Pending) -> Tensor:
        """Real images as D sees them: mirrored at random, and augmented."""
        images = to_float(asked().to(self.device))
        n = len(images) * self.processes.size
        if self.settings.mirror:
            flip = torch.rand(n, generator=self.rng, device=self.device)[self.mine] < 0.5
            images = torch.where(flip[:, None, None, None], images.flip(3), images)
        return self._augment(images, self._maps(n))

    def _maps(self, n: int) -> Maps | None:
        """How mine of n images are augmented, if they are."""
        if self.ada is None or self.ada.p == 0:
            return None
        return draw_maps(self.job.initial.network.img_shape, self.ada.p.to(self.device), Draws(n, self.rng)).of(
            self.mine
        )

    def _augment(self, images: Tensor, maps: Maps | None) -> Tensor:
        return images if maps is None else transform(images, maps)

    def _draw_fakes(self, n: int) -> _Fakes:
        c, _ = self._labels(n)
        return _Fakes(c, self._noise(n), self._latents(n), self._maps(n))

    def _draw_lengths(self, n: int) -> _Lengths:
        c, _ = self._labels(n)
        noise, z = self._noise(n), self._z(n)
        shape = n, *self.job.initial.network.img_shape
        return _Lengths(c, noise, z, torch.randn(shape, generator=self.rng, device=self.device)[self.mine])

    def _noise(self, n: int) -> list[Tensor]:
        return [each[self.mine] for each in self.G.synthesis.draw_noise(n, self.rng)]

    def _z(self, n: int) -> Tensor:
        return torch.randn(n, self.G.z_dim, generator=self.rng, device=self.device)[self.mine]

    def _latents(self, n: int) -> Latents:
        """Mine of n fresh latents, some of them to be mixed from two (style mixing)."""
        z = self._z(n)
        if not self.settings.style_mixing:
            return Latents(z)
        count, other = self.G.synthesis.num_ws, self._z(n)
        cutoff = torch.randint(1, count, (n, 1), generator=self.rng, device=self.device)[self.mine]
        mixed = torch.rand(n, 1, generator=self.rng, device=self.device)[self.mine] < self.settings.style_mixing
        return Latents(z, other, mixed & (torch.arange(count, device=self.device) >= cutoff))

    def _ws(self, latents: Latents, c: Tensor | None) -> Tensor:
        """[N, w], or [N, num_ws, w] if some are mixed; without classes the running average of w goes on."""
        w, ws = latents.ws(self.G.mapping, c)
        if c is None:
            average = self.G.mapping.get_buffer("w_avg")
            average.copy_(self.processes.mean_(w.detach().mean(0)).lerp(average, W_AVG_DECAY))
        return ws

    def _generator_step(self, fakes: _Fakes) -> tuple[Tensor, dict[str, Tensor]]:
        """Logits of the fakes, by a graph whose ends are D's weights: D's step serves itself of the same pass."""
        c, noise, latents = fakes.c, fakes.noise, fakes.latents
        fake = self.G.synthesis(self._ws(latents, c), noise, self.dtype)
        seen = fake.detach().requires_grad_(True)
        logits = self.D(self._augment(seen, fakes.maps), c, self.dtype)
        loss = generator_loss(logits)
        (slope,) = torch.autograd.grad(loss, seen, retain_graph=True)
        stats, ends, slopes = {"loss_G": loss.detach()}, [fake], [slope]
        if self.teachers and c is not None and (weight := self.teachers.weight(self.kimg)):
            difference = (fake - self.teachers.draw(fake, latents, c, noise, self.dtype)).abs().mean()
            ends, slopes = [*ends, difference], [*slopes, torch.full_like(difference, weight)]
            stats["consistency"] = difference.detach()
        torch.autograd.backward(ends, slopes)
        if self.anchor_G:
            self.anchor_G.pull(self.flat_G)
            stats["anchor_G"] = self.anchor_G.penalty(self.flat_G)
        self._apply(self.flat_G, self.adam_G)
        return logits, stats

    def _path_length_step(self, drawn: _Lengths) -> Tensor:
        s = self.settings
        ws = self.G.mapping(drawn.z, drawn.c).unsqueeze(1).repeat(1, self.G.synthesis.num_ws, 1)
        images = self.G.synthesis(ws, drawn.noise, self.dtype, twice=True)
        lengths = path_lengths(images, ws, drawn.pixels)
        mean = self.processes.mean_(lengths.detach().mean())
        self.path_length_mean = self.path_length_mean.lerp(mean, PATH_LENGTH_DECAY)
        penalty = (lengths - self.path_length_mean).square().mean()
        (penalty * (s.path_length_weight * s.path_length_interval)).backward()
        self._apply(self.flat_G, self.adam_G)
        return mean

    def _discriminator_step(self, fake_logits: Tensor, real: Tensor, c: Tensor | None) -> dict[str, Tensor]:
        """fake_logits: of the generator's step; D has not moved since."""
        real_logits = self.D(real, c, self.dtype)
        loss = discriminator_loss(fake_logits, real_logits)
        loss.backward()
        stats = {"loss_D": loss.detach(), "real_logits": real_logits.detach().mean()}
        if self.anchor_D:
            self.anchor_D.pull(self.flat_D)
            stats["anchor_D"] = self.anchor_D.penalty(self.flat_D)
        self._apply(self.flat_D, self.adam_D)
        if self.ada:
            self.ada.observe(self.processes.all_rows(real_logits.detach().cpu()))
            stats["augmentation_p"] = self.ada.p
        return stats

    def _r1_step(self, real: Tensor, c: Tensor | None) -> Tensor:
        """R1 at the images that D sees (with ADA: after augmentation)."""
        s = self.settings
        real = real.detach().requires_grad_(True)
        r1 = gradient_penalty(self.D(real, c, self.dtype), real).mean()
        (r1 * (s.r1_gamma / 2 * s.r1_interval)).backward()
        self._apply(self.flat_D, self.adam_D)
        return r1.detach()

    def _apply(self, flat: Tensor, optimizer: torch.optim.Adam) -> None:
        assert flat.grad is not None
        self.processes.mean_(flat.grad)
        if self.dtype == torch.float16:  # no loss scale: drop what overflowed, as StyleGAN2-ADA does
            flat.grad.nan_to_num_(0.0, 1e5, -1e5)
        if flat is self.flat_D and self.free_D is not None:
            flat.grad.mul_(self.free_D)
        optimizer.step()
        flat.grad.zero_()

    @torch.no_grad()
    def _update_ema(self) -> None:
        decay = 0.5 ** (self.settings.batch_size / (self.settings.ema_kimg * 1000))
        self.flat_ema.lerp_(self.flat_G, 1 - decay)
        for ema, live in zip(self.G_ema.buffers(), self.G.buffers(), strict=True):
            ema.copy_(live)

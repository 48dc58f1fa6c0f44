"""What each step needs of a machine, memory and time, from the sizes of the networks and the budgets.

docs/training.md has what was measured. With these constants a step is given 20 to 50% more memory than that, and
several times as long as a usual core takes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from gan_cocktail.params.evaluation import DEFAULT, EvaluationParams
from gan_cocktail.params.network import NetworkParams
from gan_cocktail.params.training import TrainingParams
from gan_cocktail.plan.experiment import Plan
from gan_cocktail.plan.sizes import discriminator_size, drawn_features, generator_size

FLOAT = 4  # bytes
MB = 1e6
MARGIN = 1.25  # of memory
BASE = 720 * MB  # Python and PyTorch
READ = 80 * MB  # an extractor, and images as they are measured
MEASURING = 180 * MB  # the same, and what metrics and directions are computed with
STEPPING = 150 * MB  # what PyTorch needs to train
DRAWING = 3  # of the largest layer, what is in memory at a time while images are drawn
AT_ONCE = 2**25  # numbers in that layer: as of the generator, which draws no more
KEPT = 1.1  # of the layers' numbers, what a step of training keeps: G's of its batch, and D's of real and fake images
SCATTERED = 450 * MB  # at most, and at most as much again: gaps between tensors, which the system has not back at once
HELD = 2 * 2**30  # bytes of a training's images: datasets of more than half of it are streamed
FEATURES = {  # of an image: how many, and the products that they take
    "efficientnet_lite0": (192, 4e7),
    "inception_v3": (2048, 6e9),
    "dinov2": (1024, 8e10),
    "clip": (768, 5e9),
}
FEATURE = 32  # bytes of memory for each feature of an image: in halves, singles and a few times in doubles
UNKNOWN = 50_000  # images of a dataset that nobody has counted
START = 120.0  # seconds for anything
COLUMNS = 8  # images a class that a folder for the hub shows
ROWS = 4  # of a table of images
TRAVERSED = 27  # images of a latent that measure a direction: at seven steps, and at the ends of ten other directions
MERGING = 2  # times a model's weights: what other ways than the mean hold of the largest tensor, in double precision
ALIGNING = 6  # the same: two models in double precision, and one in a new order
MATCHING = 2e-6  # seconds for each byte of a model that is aligned
READING = 400 * MB  # pandas and matplotlib
SHOWN = 20  # bytes for a pixel of a grid that a figure shows

CPU, GPU = 1e9, 1e12  # products a second: of a slow core, and of a small GPU
IMAGE = 0.1  # seconds to encode or decode an image, resize and measure it


@dataclass(frozen=True)
class Need:
    """Memory in bytes and seconds."""

    memory: float
    seconds: float = 0.0

    def mem_mb(self, attempt: int = 1) -> int:
        """What a job is to be given, in whole hundreds of MB: the more, the oftener it was tried."""
        return ceil(self.memory * MARGIN / MB / 100) * 100 * attempt

    def runtime(self, attempt: int = 1) -> int:
        """Minutes."""
        return ceil((START + self.seconds) / 60) * attempt


def training_memory(network: NetworkParams, settings: TrainingParams, copies: float = 0) -> float:
    """Bytes of a training, its images not counted; copies: of G's and D's weights, kept besides.

    Weights seven times (as read, live, their gradients, Adam's two averages, and the state as it is written) and G's
    moving average; and layers, of a step or of a grid of samples.
    """
    G, D = generator_size(network), discriminator_size(network)
    weights = FLOAT * ((7 + copies) * (G.weights + D.weights) + 2 * G.weights)
    layers = KEPT * FLOAT * settings.batch_size * (G.features + 2 * D.features)
    return BASE + STEPPING + weights + max(layers + min(layers, SCATTERED), drawing_memory(network))


def drawing_memory(network: NetworkParams, batch: int = 50) -> float:
    """Bytes of drawing images, so many at a time at most, the model not counted."""
    largest = drawn_features(network)
    at_once = min(batch, max(1, AT_ONCE // largest))
    return FLOAT * (DRAWING * at_once * largest + batch * 4 * network.img_resolution**2)


def training_products(network: NetworkParams, settings: TrainingParams) -> float:
    """Products for each image that a training shows: a pass back takes twice those of a pass forth."""
    G, D, s = generator_size(network).products, discriminator_size(network).products, settings
    r1 = 8 * D / s.r1_interval if s.r1_gamma else 0
    lengths = 5 * G / s.path_length_interval if s.path_length_weight else 0
    return 3 * G + 3 * D + 6 * D + r1 + lengths


@dataclass(frozen=True)
class Needs:
    """The needs of every rule of an experiment.

    networks: of the sources, as far as they are known; of an unknown one, those of the others are taken, else the
    settings of sources that are trained here. gpu: whether steps run on a GPU.
    """

    plan: Plan
    networks: Mapping[str, NetworkParams]
    gpu: bool = False

    # Sources

    def train_source(self, source: str) -> Need:
        """Training on real images."""
        s = self.plan.params.source_training
        memory = training_memory(s.network, s.training) + HELD
        return Need(memory, self._seconds(1000 * s.kimg, training_products(s.network, s.training)))

    def synthesize(self, source: str) -> Need:
        """Drawing a dataset."""
        n = self.plan.params.synthesis.n_images
        return self._drawing([self._network(source)], n)

    def reference(self, source: str) -> Need:
        """Statistics of images."""
        n = max(UNKNOWN, self.plan.params.synthesis.n_images)
        if not self.plan.params.sources[source].dataset:
            n = self.plan.params.synthesis.n_images
        memory = BASE + READ + self._features(n)
        return Need(memory, self._seconds(n, self._extraction()))

    # Models

    def discriminator(self, root: str) -> Need:
        """A new discriminator for a root that has none."""
        names = root.split(",")
        network = self._network(names[0])
        return self._training(network, [network], self.plan.discriminator_kimg(root), len(names))

    def widen(self, source: str) -> Need:
        """A source as read and as written."""
        return Need(BASE + 1.5 * self._weights(self._network(source)))

    def root(self, mixture: str) -> Need:
        """Rooting."""
        return self._tuning(mixture, self.plan.params.rooting.kimg, 1)

    def finetune(self, mixture: str, method: str) -> Need:
        """Merging, or a baseline."""
        plan = self.plan
        spec, n = plan.methods[method], len(plan.mixture(mixture).sources)
        copies = 2 * bool(spec.ewc) + 1.5 * n * bool(spec.consistency)
        kept = len(plan.snapshot_kimg(mixture, method)) * FLOAT * generator_size(self._root(mixture)).weights
        need = self._tuning(mixture, plan.merging_kimg(mixture, method), n, copies)
        return Need(need.memory + kept, need.seconds * (1.3 if spec.consistency else 1))

    def fisher(self, mixture: str) -> Need:
        """Gradients of single images."""
        network, n = self._root(mixture), self.plan.params.fisher.n_images
        G, D = generator_size(network), discriminator_size(network)
        memory = BASE + 5 * self._weights(network) + 2 * KEPT * FLOAT * (G.features + D.features)
        return Need(memory, self._seconds(n, 3 * (G.products + D.products)))

    def merge(self, mixture: str, name: str = "rooted") -> Need:
        """All models at a time, and what a way needs besides."""
        n, (_, how) = len(self.plan.mixture(mixture).sources), self.plan.averaging(name)
        besides = {"mean": 0, "fisher": n + MERGING, "aligned": ALIGNING}.get(how.way, MERGING)
        weights = self._weights(self._root(mixture))
        return Need(BASE + (n + 2 + besides) * weights, weights * n * MATCHING * (how.way == "aligned"))

    def distances(self, mixture: str) -> Need:
        """A few models at a time, layers in double precision."""
        return Need(BASE + 6 * self._weights(self._root(mixture)))

    # Measurements and applications

    def evaluate(self, mixture: str, method: str) -> Need:
        """A model's images, and those of its snapshots."""
        plan, network = self.plan, self._root(mixture)
        s = plan.params.evaluation
        snapshots = len(plan.snapshot_kimg(mixture, method)) * FLOAT * generator_size(network).weights
        n = images_drawn(plan, mixture, method)
        need = self._drawing(self._models(mixture, method), n)
        features = self._features(2 * s.n_images * len(plan.mixture(mixture).sources))
        extraction = self._seconds(n, self._extraction())
        return Need(need.memory + MEASURING + snapshots + features, need.seconds + extraction)

    def samples(self, mixture: str, method: str) -> Need:
        """Some images of a method's models."""
        return self._drawing(self._models(mixture, method), self.plan.params.figures.columns)

    def class_samples(self, mixture: str, source: str) -> Need:
        """The same of a source, widened or rooted."""
        columns = self.plan.params.figures.columns
        own, root = (self._drawing([each], columns) for each in (self._network(source), self._root(mixture)))
        return max(own, root, key=lambda need: need.memory)

    def export(self, mixture: str) -> Need:
        """A model as read and as written, and some images of each class."""
        return self._drawing([self._root(mixture)] * 2, COLUMNS * len(self.plan.mixture(mixture).sources))

    def table(self, mixture: str) -> Need:
        """A table of images, a column at a time."""
        return self._drawing([self._root(mixture)], ROWS)

    def directions(self, mixture: str) -> Need:
        """Images in which a direction is found, or that are moved along it."""
        n = max(images_directed(self.plan), images_traversed(self.plan, mixture))
        need = self._drawing([self._root(mixture)], n)
        return Need(need.memory + MEASURING, need.seconds)

    # Tables and figures

    def tables(self) -> Need:
        """Of numbers alone."""
        return Need(READING)

    def figure(self, mixture: str) -> Need:
        """Of a mixture's grids of images."""
        plan, columns = self.plan, self.plan.params.figures.columns
        rows = (len(plan.methods) + 2) * len(plan.mixture(mixture).sources)
        pixels = max(each.img_resolution**2 for each in self._networks(mixture))
        return Need(READING + SHOWN * rows * columns * pixels)

    def report(self) -> Need:
        """The page, of figures whose size does not depend on the images'."""
        return Need(READING)

    # What they are made of

    def _network(self, source: str) -> NetworkParams:
        trained = self.plan.params.source_training.network
        return self.networks.get(source) or next(iter(self.networks.values()), trained)

    def _root(self, mixture: str) -> NetworkParams:
        """The network of a mixture's models, of its classes."""
        m = self.plan.mixture(mixture)
        return self._network(m.root_name).model_copy(update={"c_dim": len(m.sources)})

    def _networks(self, mixture: str) -> list[NetworkParams]:
        """All of a mixture: its sources', and that of its own models."""
        return [self._root(mixture), *(self._network(s) for s in self.plan.mixture(mixture).sources)]

    def _models(self, mixture: str, method: str) -> list[NetworkParams]:
        """The networks of a method's models: its one, or the sources'."""
        of_sources = self.plan.methods[method].initialisation == "sources"
        return self._networks(mixture)[1:] if of_sources else [self._root(mixture)]

    def _weights(self, network: NetworkParams) -> float:
        return FLOAT * (generator_size(network).weights + discriminator_size(network).weights)

    def _tuning(self, mixture: str, kimg: float, classes: int, copies: float = 0) -> Need:
        """A training of a mixture's model on what its sources draw."""
        shown = [self._network(s) for s in self.plan.mixture(mixture).sources]
        return self._training(self._root(mixture), shown, kimg, classes, copies)

    def _training(
        self, network: NetworkParams, shown: Sequence[NetworkParams], kimg: float, classes: int, copies: float = 0
    ) -> Need:
        params = self.plan.params
        memory = training_memory(network, params.training, copies)
        products = training_products(network, params.training)
        pixels = network.img_channels * network.img_resolution**2
        if params.synthesis.mode == "fixed":
            memory += min(HELD, 2 * classes * params.synthesis.n_images * pixels)
        else:
            memory += classes * max(map(self._weights, shown)) * 1.5 + max(map(drawing_memory, shown))
            products += max(generator_size(each).products for each in shown)
        return Need(memory, self._seconds(1000 * kimg, products))

    def _drawing(self, networks: Sequence[NetworkParams], n: int) -> Need:
        """n images, of one model a network."""
        largest = max(drawing_memory(each, min(n, 50)) for each in networks)
        memory = BASE + 1.5 * sum(map(self._weights, networks)) + largest
        return Need(memory, self._seconds(n, max(generator_size(each).products for each in networks)))

    def _features(self, n: int) -> float:
        settings: EvaluationParams = self.plan.params.evaluation
        return FEATURE * n * sum(FEATURES[name][0] for name in settings.features)

    def _extraction(self) -> float:
        """Products for the features of an image, those of perceptual distances among them."""
        return sum(FEATURES[name][1] for name in (DEFAULT, *self.plan.params.evaluation.features))

    def _seconds(self, images: float, products: float) -> float:
        return images * (IMAGE + products / (GPU if self.gpu else CPU))


def images_drawn(plan: Plan, mixture: str, method: str) -> int:
    """How many images an evaluation draws: of each domain, of the model and of its snapshots; and along paths."""
    stages = 1 + len(plan.snapshot_kimg(mixture, method))
    s, domains = plan.params.evaluation, len(plan.mixture(mixture).sources)
    return domains * s.n_images * stages + 2 * s.ppl_paths * (domains + 1)


def images_directed(plan: Plan) -> int:
    """In how many images a direction is found."""
    found = plan.params.applications
    return found.n_images if found else 0


def images_traversed(plan: Plan, mixture: str) -> int:
    """How many show what it does, in all domains."""
    return len(plan.mixture(mixture).sources) * TRAVERSED * plan.traversed()

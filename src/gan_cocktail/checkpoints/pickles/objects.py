"""The stand-ins: everything that a checkpoint may name, each by its exact module and name, and what it becomes here.

No class or function of torch, numpy or another program is ever reached: all of these are ours, and keep data.
"""

from typing import Any

from gan_cocktail.checkpoints.pickles.machine import Buildable, Function
from gan_cocktail.checkpoints.pickles.storages import (
    STORAGES,
    Number,
    TensorView,
    array_tensor,
    number,
)


class Dict(dict[Any, Any], Buildable):
    """For OrderedDict and EasyDict; attributes such as a state dict's `_metadata` are dropped."""

    def build(self, state: Any) -> None:
        """Nothing of it is needed."""


class Record(Buildable):
    """An object of which we keep the attributes: argparse's Namespace, TensorFlow's Network."""

    def __init__(self) -> None:
        self.state: dict[Any, Any] = {}

    def build(self, state: Any) -> None:
        """Take the attributes."""
        if not isinstance(state, dict):
            raise TypeError(type(state))
        self.state = state


class Network(Record):
    """A `dnnlib.tflib.network.Network`."""


class Module:
    """A persistent object of stylegan2-ada-pytorch or stylegan3: its class's name and its attributes.

    The source text that comes with it is dropped.
    """

    def __init__(self, class_name: str, state: dict[str, Any]):
        self.class_name, self.state = class_name, state


class DType(Buildable):
    """NumPy's dtype of plain numbers."""

    def __init__(self, code: str):
        self.code = code

    def build(self, state: Any) -> None:
        """Take the byte order, the second of the fields; the others concern structures."""
        order = state[1]
        if order not in ("<", ">", "|", "="):
            raise ValueError(order)
        self.code = order.replace("=", "<") + self.code.lstrip("<>|=")

    @property
    def number(self) -> Number:
        """ValueError if it is of anything but plain numbers."""
        return number(self.code)


class Array(Buildable):
    """NumPy's array; `tensor` describes it once it was built."""

    tensor: TensorView | None = None

    def build(self, state: Any) -> None:
        """(version, shape, dtype, is it in Fortran's order?, bytes)."""
        _, shape, dtype, fortran, data = state
        if not isinstance(shape, tuple) or not isinstance(dtype, DType):
            raise TypeError(type(dtype))
        self.tensor = array_tensor(data, shape, dtype.number, fortran=bool(fortran))


def _module(meta: Any) -> Module:
    name, state = meta["class_name"], meta["state"]
    if meta["type"] != "class" or not isinstance(name, str) or not isinstance(state, dict):
        raise ValueError(meta["type"])
    return Module(name, state)


def _tensor(storage: Any, offset: Any, shape: Any, strides: Any, *rest: Any) -> TensorView:
    return TensorView(storage, offset, tuple(shape), tuple(strides))


def _parameter(tensor: Any, *rest: Any) -> TensorView:
    if not isinstance(tensor, TensorView):
        raise TypeError(type(tensor))
    return tensor


def _dict(pairs: Any = ()) -> Dict:
    if pairs:
        raise TypeError("pickles of this age fill it afterwards")
    return Dict()


def _scalar(dtype: Any, data: Any) -> float | int:
    return array_tensor(data, (), dtype.number, fortran=False).storage.values(0, 1)[0].item()


def _dtype(code: Any, *rest: Any) -> DType:
    if not isinstance(code, str):
        raise TypeError(type(code))
    number(code)
    return DType(code)


def _set(items: Any = ()) -> set[str]:
    if not isinstance(items, (list, tuple)) or not all(isinstance(item, str) for item in items):
        raise TypeError(type(items))
    return set(items)


def _encode(text: Any, encoding: Any) -> bytes:
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise TypeError(encoding)
    return text.encode("latin-1")


def _function(name: str, call: Any) -> dict[tuple[str, str], Function]:
    module, _, last = name.rpartition(".")
    return {(module, last): Function(name, call)}


STORAGE_TYPES: dict[tuple[str, str], Any] = {("torch", name): Number(code) for name, code in STORAGES.items()}
DICTS: dict[tuple[str, str], Any] = _function("collections.OrderedDict", _dict)
TENSORS: dict[tuple[str, str], Any] = (
    DICTS
    | _function("torch._utils._rebuild_tensor_v2", _tensor)
    | _function("torch._utils._rebuild_parameter", _parameter)
)
ARRAYS: dict[tuple[str, str], Any] = (
    {("numpy", "ndarray"): "numpy.ndarray"}
    | _function("numpy.dtype", _dtype)
    | _function("numpy.core.multiarray.scalar", _scalar)
    | _function("numpy._core.multiarray.scalar", _scalar)
    | _function("numpy.core.multiarray._reconstruct", lambda *_: Array())
    | _function("numpy._core.multiarray._reconstruct", lambda *_: Array())
    | _function("_codecs.encode", _encode)
)
"""What is told of numbers: numpy renamed `core` to `_core`; bytes are encoded text in protocol 2."""

TORCH_FILE = TENSORS | STORAGE_TYPES | ARRAYS | _function("argparse.Namespace", Record)
"""In files that torch.save wrote."""

PICKLE = (
    TENSORS
    | ARRAYS
    | _function("torch_utils.persistence._reconstruct_persistent_obj", _module)
    | _function("dnnlib.util.EasyDict", _dict)
    | _function("dnnlib.tflib.network.Network", Network)
    | _function("builtins.set", _set)
    | _function("__builtin__.set", _set)
)
"""In plain pickles; `torch.storage._load_from_bytes` joins them in files.py, since its bytes are a file themselves."""

"""Our models as files of other programs, of any size and settings: what those programs' own pickles hold.

The classes and functions that the files name stand in modules of the same names while a file is written; the
functions do nothing. Layouts: the published sources' attributes and variables, compared with the files of files/.
"""

import argparse
import io
import math
import pickle
import sys
import types
from contextlib import contextmanager

import numpy as np
import torch

GAIN = math.sqrt(2)
TAPS = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 8
FILTER = torch.outer(TAPS, TAPS)


class Persistent:
    """A module of stylegan2-ada-pytorch as it pickles itself."""

    def __init__(self, class_name, state):
        self.meta = {"type": "class", "version": 6, "module_src": "# source", "class_name": class_name, "state": state}

    def __reduce__(self):
        return sys.modules["torch_utils.persistence"]._reconstruct_persistent_obj, (self.meta,)


class Network:
    """A TensorFlow network."""

    def __init__(self, **state):
        self.__dict__.update(state)


class EasyDict(dict):
    """dnnlib's dict."""


Network.__module__, EasyDict.__module__ = "dnnlib.tflib.network", "dnnlib.util"


@contextmanager
def their_modules():
    """The names that their pickles refer to."""

    def _reconstruct_persistent_obj(meta):
        raise AssertionError("never called")

    _reconstruct_persistent_obj.__module__ = "torch_utils.persistence"
    _reconstruct_persistent_obj.__qualname__ = "_reconstruct_persistent_obj"
    content = {
        "torch_utils.persistence": {"_reconstruct_persistent_obj": _reconstruct_persistent_obj},
        "dnnlib.tflib.network": {"Network": Network},
        "dnnlib.util": {"EasyDict": EasyDict},
    }
    modules = {}
    for name in content:
        for parent in [name.rsplit(".", n)[0] for n in range(name.count(".") + 1)]:
            modules.setdefault(parent, types.ModuleType(parent))
        modules[name].__dict__.update(content[name])
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name in modules:
            del sys.modules[name]


def dumps(value, protocol=3):
    """Pickle with their names."""
    with their_modules():
        return pickle.dumps(value, protocol)


def ada(model, *, protocol=3, dtype=torch.float32, only=("G", "D", "G_ema"), alone=False, change=None, **multipliers):
    """stylegan2-ada-pytorch's pickle of a model.

    change: by the paths of modules ("G_ema.synthesis.b4"), functions that edit their states before they are written.
    multipliers: of the learning rate of mapping layers, G's and D's.
    """
    content = {"training_set_kwargs": None}
    for key, state, attributes in (("G", model.G, _of_g), ("D", model.D, _of_d), ("G_ema", model.G, _of_g)):
        if state and key in only:
            lr = multipliers.get(f"{key[0].lower()}_multiplier", 0.01)
            content[key] = _modules(key, state, model.network, attributes, lr, dtype, change or {})
    return dumps(content["G_ema"] if alone else content | {"augment_pipe": None}, protocol)


def _modules(key, state, n, attributes, lr, dtype, change):
    """The tree of persistent modules of a state dict."""
    tree = {"b4.mbstd": {}} if key == "D" and n.mbstd_channels else {}
    for name, tensor in state.items():
        path, _, last = name.rpartition(".")
        for end in range(len(path.split(".")) + 1):
            tree.setdefault(".".join(path.split(".")[:end]), {})
        tree[path][last] = (tensor[0] if name == "mapping.w_avg" and tensor.ndim == 2 else tensor).to(dtype).clone()
    states = {path: _state(path, own, lr) | attributes(path, path.rpartition(".")[2], n) for path, own in tree.items()}
    for path in sorted(states, key=lambda p: -p.count(".") - bool(p)):
        if path:
            parent, _, last = path.rpartition(".")
            states[parent]["_modules"][last] = Persistent("Layer", states[path])
    for path, edit in change.items():
        if path.split(".")[0] == key:
            edit(states[path.partition(".")[2]])
    return Persistent("Discriminator" if key == "D" else "Generator", states[""])


def _state(path, own, lr):
    """torch's own fields of a module, and the gains of one with a weight."""
    buffers = {k: v for k, v in own.items() if k in ("noise_const", "w_avg")}
    filters = {"resample_filter": FILTER.clone()} if "noise_const" in own else {}
    state = {"training": False, "_parameters": {}, "_buffers": buffers | filters, "_modules": {}}
    state["_parameters"] = {k: torch.nn.Parameter(v) for k, v in own.items() if k not in buffers}
    state["_non_persistent_buffers_set"] = set()
    if "weight" in own:
        lr = lr if "mapping.fc" in path else 1.0
        state |= {"weight_gain": lr / np.sqrt(np.float64(own["weight"][0].numel())), "bias_gain": lr}
    return state


def _of_g(path, last, n):
    """Attributes of G's modules."""
    found = {"activation": "lrelu" if last.startswith(("fc", "conv")) else "linear"}
    if last.startswith("conv"):
        found |= {"up": 2 if last == "conv0" else 1, "act_gain": np.float64(GAIN), "use_noise": True}
    if last.startswith(("conv", "torgb")):
        found["conv_clamp"] = n.conv_clamp
    if last == "skip":
        found |= {"up": 2, "down": 1, "conv_clamp": None}
    if last.startswith("b"):
        found["architecture"] = n.generator
    if path == "mapping":
        found["num_layers"] = n.mapping_layers
    if path == "":
        found |= {"z_dim": n.z_dim, "c_dim": n.c_dim, "w_dim": n.w_dim, "_init_kwargs": EasyDict(z_dim=n.z_dim)}
        found |= {"img_resolution": n.img_resolution, "img_channels": n.img_channels}
    return found


def _of_d(path, last, n):
    """Attributes of D's modules."""
    if path == "b4.mbstd":
        return {"group_size": n.mbstd_group_size, "num_channels": n.mbstd_channels}
    found = {"activation": "lrelu" if last.startswith(("fc", "conv", "fromrgb")) else "linear"}
    if last.startswith(("conv", "fromrgb")):
        clamp = None if path == "b4.fromrgb" else n.conv_clamp
        found |= {"up": 1, "down": 2 if last == "conv1" else 1, "act_gain": np.float64(GAIN), "conv_clamp": clamp}
    if last == "skip":
        found |= {"up": 1, "down": 2, "conv_clamp": None}
    if last.startswith("b"):
        found["architecture"] = n.discriminator
    if path == "":
        found |= {"c_dim": n.c_dim, "img_resolution": n.img_resolution, "img_channels": n.img_channels}
    return found


def rosinality(model, *, old=False, average=True, training=False, D=True, more=()):
    """rosinality's .pt of a model, in torch's zip or in the old stream."""
    content = {"g_ema": rosinality_g(model)}
    if D:
        content["d"] = rosinality_d(model)
    if average:
        content["latent_avg"] = model.G["mapping.w_avg"]
    if training:
        content["args"] = argparse.Namespace(arch="stylegan2", size=model.network.img_resolution)
    return torch_file(content | dict(more), old=old)


def torch_file(content, *, old=False):
    """What torch.save writes."""
    file = io.BytesIO()
    torch.save(content, file, _use_new_zipfile_serialization=not old)
    return file.getvalue()


def rosinality_g(model):
    G, out = model.G, {"input.input": model.G["synthesis.b4.const"][None]}

    def layer(block, name, theirs):
        ours = f"synthesis.{block}.{name}."
        out[f"{theirs}.conv.weight"] = G[f"{ours}weight"][None]
        for last in ("weight", "bias"):
            out[f"{theirs}.conv.modulation.{last}"] = G[f"{ours}affine.{last}"]
        if name == "torgb":
            out[f"{theirs}.bias"] = G[f"{ours}bias"].reshape(1, -1, 1, 1)
        else:
            out[f"{theirs}.activate.bias"] = G[f"{ours}bias"]
            out[f"{theirs}.noise.weight"] = G[f"{ours}noise_strength"].reshape(1)
            out[f"noises.noise_{len([k for k in out if k.startswith('noises.')])}"] = G[f"{ours}noise_const"][
                None, None
            ]

    layer("b4", "conv1", "conv1")
    layer("b4", "torgb", "to_rgb1")
    for j, r in enumerate(model.network.resolutions[1:]):
        layer(f"b{r}", "conv0", f"convs.{2 * j}")
        layer(f"b{r}", "conv1", f"convs.{2 * j + 1}")
        layer(f"b{r}", "torgb", f"to_rgbs.{j}")
        out[f"convs.{2 * j}.conv.blur.kernel"] = out[f"to_rgbs.{j}.upsample.kernel"] = FILTER * 4
    for i in range(model.network.mapping_layers):
        out |= {f"style.{i + 1}.{last}": G[f"mapping.fc{i}.{last}"] for last in ("weight", "bias")}
    return out


def rosinality_d(model):
    D, first = model.D, f"b{model.network.img_resolution}"
    out = {"convs.0.0.weight": D[f"{first}.fromrgb.weight"], "convs.0.1.bias": D[f"{first}.fromrgb.bias"]}
    for i, r in enumerate(model.network.resolutions[:0:-1], 1):
        for ours, theirs in (("conv0", "conv1.0 conv1.1"), ("conv1", "conv2.1 conv2.2")):
            weight, bias = theirs.split()
            out[f"convs.{i}.{weight}.weight"] = D[f"b{r}.{ours}.weight"]
            out[f"convs.{i}.{bias}.bias"] = D[f"b{r}.{ours}.bias"]
        out[f"convs.{i}.skip.1.weight"] = D[f"b{r}.skip.weight"]
        out[f"convs.{i}.conv2.0.kernel"] = out[f"convs.{i}.skip.0.kernel"] = FILTER
    out |= {"final_conv.0.weight": D["b4.conv.weight"], "final_conv.1.bias": D["b4.conv.bias"]}
    for i, name in enumerate(("fc", "out")):
        out |= {f"final_linear.{i}.{last}": D[f"b4.{name}.{last}"] for last in ("weight", "bias")}
    return out

"""stylegan2-ada-pytorch, and the StyleGAN2 networks of the stylegan3 repository: pickles of persistent objects.

A dict with G_ema and perhaps D, or the G_ema module alone. Both repositories give the same classes and names of
tensors; what differs (defaults that are not in the file) does not matter, since layers keep what they compute with.
"""

from collections.abc import Iterator
from typing import Any

from gan_cocktail.checkpoints.formats.ada_layers import discriminator_settings, generator_settings, scales
from gan_cocktail.checkpoints.formats.parts import Format, Found, Part, Weight, check_filter
from gan_cocktail.checkpoints.pickles.errors import LONGEST, WAY_OUT, Unreadable, printable
from gan_cocktail.checkpoints.pickles.objects import Module
from gan_cocktail.checkpoints.pickles.storages import TensorView

MAX_MODULES = 2000  # of one network; at 1024 pixels there are some 80
MAX_DEPTH = 10


def _matches(content: Any) -> bool:
    return isinstance(content, Module) or (isinstance(content, dict) and isinstance(_generator(content)[1], Module))


def _generator(content: dict[Any, Any]) -> tuple[str, Any]:
    """G's moving average if the file has it, else G as trained."""
    return next(((key, content[key]) for key in ("G_ema", "G") if content.get(key) is not None), ("", None))


def _read(content: Any) -> Found:
    called, G = ("G_ema", content) if isinstance(content, Module) else _generator(content)
    modules = dict(_walk(G))
    _refuse_others(modules)
    program = "stylegan3, StyleGAN2" if "num_fp16_res" in modules["synthesis"].state else "stylegan2-ada-pytorch"
    found = Found(program, _part(called, modules))
    found.G.settings = generator_settings(modules)
    found.G.zeros = _without_noise(modules)
    D = content.get("D") if isinstance(content, dict) else None
    if isinstance(D, Module):
        modules = dict(_walk(D))
        found.D = _part("D", modules)
        found.D.settings = discriminator_settings(modules)
    if isinstance(content, dict):
        _note(found, content, called)
    return found


def _note(found: Found, content: dict[Any, Any], called: str) -> None:
    used = {called} | ({"D"} if found.D is not None else set())
    for key, value in content.items():
        if key not in used and value is not None:
            found.note("dropped", printable(key))
    if called == "G":
        found.note("assumed", "G serves for G_ema, the moving average, which the file does not have")


def _walk(root: Module) -> Iterator[tuple[str, Module]]:
    """All modules by their path; the same module may stand in two places, but not in itself."""
    waiting, seen = [("", root, 0)], 0
    while waiting:
        path, module, depth = waiting.pop()
        seen += 1
        children = module.state.get("_modules")
        if seen > MAX_MODULES or depth > MAX_DEPTH or not isinstance(children, dict):
            raise Unreadable("its modules are nested or as many as in no checkpoint")
        yield path, module
        for name, child in children.items():
            if isinstance(child, Module) and isinstance(name, str) and len(name) <= LONGEST:
                waiting.append((f"{path}.{name}".lstrip("."), child, depth + 1))
            elif child is not None:
                raise Unreadable(f"the module {printable(path)} has a part that is no module: {printable(name)}")


def _refuse_others(modules: dict[str, Module]) -> None:
    if "synthesis.input" in modules:
        raise Unreadable(f"a StyleGAN3 generator: only StyleGAN2 can be represented here; {WAY_OUT}")
    if "synthesis.b4" not in modules or "mapping" not in modules:
        name = printable(modules[""].class_name)
        raise Unreadable(f"a generator of the class {name} that is no StyleGAN2; {WAY_OUT}")


def _part(called: str, modules: dict[str, Module]) -> Part:
    """Tensors of parameters and buffers alike (FreezeD keeps weights as buffers); filters are checked and dropped."""
    views: dict[str, TensorView] = {}
    for path, module in modules.items():
        for kind in ("_parameters", "_buffers"):
            tensors = module.state.get(kind)
            if not isinstance(tensors, dict):
                raise Unreadable(f"the module {called}.{path} has no {kind}")
            for last, view in tensors.items():
                name = f"{path}.{printable(last)}".lstrip(".")
                if last == "resample_filter":
                    check_filter(view if isinstance(view, TensorView) else None, f"{called}.{name}")
                elif isinstance(view, TensorView):
                    views[name] = view
                elif view is not None:
                    raise Unreadable(f"{called}.{name} is a {type(view).__name__}, expected a tensor")
    scale = scales(called, modules, views)
    return Part(called, {name: Weight(view, scale.get(name, 1.0)) for name, view in views.items()})


def _without_noise(modules: dict[str, Module]) -> set[str]:
    """Tensors that layers with use_noise False do not have: no noise is noise of strength 0."""
    quiet = [path for path, module in modules.items() if module.state.get("use_noise") is False and "." in path]
    return {f"{path}.{name}" for path in quiet for name in ("noise_const", "noise_strength")}


ADA = Format("stylegan2-ada-pytorch", _matches, _read)

"""Our models as TensorFlow's StyleGAN2 pickles: a tuple (G, D, Gs) of Networks with their variables."""

import numpy as np

from tests.checkpoints.formats import writers


def tensorflow(model, *, version=4, protocol=4, d_multiplier=0.1, **kwargs):
    """TensorFlow's tuple (G, D, Gs) of a model."""
    n = model.network
    given = {"conv_clamp": n.conv_clamp} if n.conv_clamp else {}
    of_g = given | ({"architecture": n.generator} if n.generator != "skip" else {}) | kwargs
    parts = {"mapping": writers.Network(**_state(_mapping(model.G, 1.0, "Dense"), {}, version)), "synthesis": None}
    parts["synthesis"] = writers.Network(**_state(_synthesis(model), {}, version))
    average = model.G["mapping.w_avg"]
    variables = [("lod", np.float32(0)), ("dlatent_avg", (average[0] if average.ndim == 2 else average).numpy())]
    G = writers.Network(**_state(variables, of_g, version) | {"components": parts})
    of_d = given | ({"architecture": n.discriminator} if n.discriminator != "resnet" else {})
    of_d |= {"mbstd_group_size": n.mbstd_group_size} if n.mbstd_group_size else {}
    of_d |= {"mbstd_num_features": n.mbstd_channels} if n.mbstd_channels != 1 else {}
    D = writers.Network(
        **_state(_discriminator(model, d_multiplier / 0.01), of_d | {"mapping_lrmul": d_multiplier}, version)
    )
    return writers.dumps((G, D, G), protocol)


def _state(variables, kwargs, version):
    return {"version": version, "name": "x", "static_kwargs": kwargs, "components": {}, "variables": variables}


def _weight(weight, *, flip=False):
    """[O, I, k, k] -> [k, k, I, O], [O, I] -> [I, O]."""
    if weight.ndim == 4:
        weight = weight.flip([2, 3]) if flip else weight
        return weight.permute(2, 3, 1, 0).contiguous().numpy()
    return weight.t().contiguous().numpy()


def _mapping(state, scale, name):
    variables = []
    for ours in [k for k in state if k.startswith("mapping.fc") and k.endswith("weight")]:
        i = ours.split(".")[1].removeprefix("fc")
        variables.append((f"{name}{i}/weight", _weight(state[ours] / scale)))
        variables.append((f"{name}{i}/bias", (state[f"mapping.fc{i}.bias"] / scale).numpy()))
    if "mapping.embed.weight" in state:
        variables.append(("LabelEmbed/weight", _weight(state["mapping.embed.weight"])))
        variables.append(("LabelEmbed/bias", state["mapping.embed.bias"].numpy()))
    return variables


def _synthesis(model):
    G, n, noise = model.G, 0, []
    variables = [("4x4/Const/const", G["synthesis.b4.const"][None].numpy())]
    names = {"conv0": "Conv0_up", "conv1": "Conv1", "torgb": "ToRGB"}
    for r in model.network.resolutions:
        for ours, theirs in names.items():
            path, place = f"synthesis.b{r}.{ours}", f"{r}x{r}/{'Conv' if (r, ours) == (4, 'conv1') else theirs}"
            if f"{path}.weight" not in G:
                continue
            variables.append((f"{place}/weight", _weight(G[f"{path}.weight"], flip=ours == "conv0")))
            variables.append((f"{place}/mod_weight", _weight(G[f"{path}.affine.weight"])))
            variables.append((f"{place}/mod_bias", (G[f"{path}.affine.bias"] - 1).numpy()))
            variables.append((f"{place}/bias", G[f"{path}.bias"].numpy()))
            if ours != "torgb":
                variables.append((f"{place}/noise_strength", np.float32(G[f"{path}.noise_strength"].item())))
                noise.append((f"noise{n}", G[f"{path}.noise_const"][None, None].numpy()))
                n += 1
        if f"synthesis.b{r}.skip.weight" in G:
            variables.append((f"{r}x{r}/Skip/weight", _weight(G[f"synthesis.b{r}.skip.weight"], flip=True)))
    return noise + variables


def _discriminator(model, scale):
    names = {
        "fromrgb": "FromRGB",
        "conv0": "Conv0",
        "conv1": "Conv1_down",
        "skip": "Skip",
        "conv": "Conv",
        "fc": "Dense0",
    }
    variables = _mapping(model.D, scale, "Mapping")
    for ours, tensor in model.D.items():
        if ours.startswith("mapping."):
            continue
        block, layer, last = ours.split(".")
        r = block.removeprefix("b")
        place = "Output" if layer == "out" else f"{r}x{r}/{names[layer]}"
        variables.append((f"{place}/{last}", _weight(tensor) if last == "weight" else tensor.numpy()))
    return variables

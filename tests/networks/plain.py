"""StyleGAN2 as its papers and its published programs define it, written plainly and slowly: what ours must equal."""

import math

import torch
import torch.nn.functional as F

FIR = torch.outer(*[torch.tensor([1.0, 3.0, 3.0, 1.0])] * 2) / 64


def fir(x, padding):
    kernel = FIR.to(x).expand(x.shape[1], 1, 4, 4)
    return F.conv2d(F.pad(x, padding), kernel, groups=x.shape[1])


def upsample(x):
    n, c, h, w = x.shape
    spread = x.new_zeros(n, c, 2 * h, 2 * w)
    spread[:, :, ::2, ::2] = x
    return fir(spread, (2, 1, 2, 1)) * 4


def downsample(x):
    return fir(x, (1, 1, 1, 1))[:, :, ::2, ::2]


def convolved(x, weight, up=False, down=False):
    if up and weight.shape[2] == 3:
        return fir(F.conv_transpose2d(x, weight.transpose(0, 1), stride=2), (1, 1, 1, 1)) * 4
    if up:
        return upsample(F.conv2d(x, weight))
    if down:
        return F.conv2d(fir(x, (2, 2, 2, 2)) if weight.shape[2] == 3 else fir(x, (1, 1, 1, 1)), weight, stride=2)
    return F.conv2d(x, weight, padding=weight.shape[2] // 2)


def activated(x, bias, clamp, gain=1.0):
    y = F.leaky_relu(x + bias[:, None, None], 0.2) * math.sqrt(2) * gain
    return y if clamp is None else y.clamp(-clamp * gain, clamp * gain)


def dense(s, name, x, multiplier=1.0):
    weight = s[f"{name}.weight"]
    return x @ weight.t() * (multiplier / math.sqrt(weight.shape[1])) + s[f"{name}.bias"] * multiplier


def normalized(x):
    return x / (x.square().mean(1, keepdim=True) + 1e-8).sqrt()


def mapping(s, z, c, layers):
    parts = [normalized(z)] if z is not None else []
    x = torch.cat(parts + ([normalized(dense(s, "mapping.embed", c))] if c is not None else []), 1)
    for i in range(layers):
        x = F.leaky_relu(dense(s, f"mapping.fc{i}", x, 0.01), 0.2) * math.sqrt(2)
    return x


def modulated(s, name, x, w, demodulate, up=False):
    style = dense(s, f"{name}.affine", w)
    images = []
    for one, factor in zip(x, style, strict=True):
        weight = s[f"{name}.weight"] * factor[None, :, None, None]
        if demodulate:
            weight = weight / (weight.square().sum([1, 2, 3], keepdim=True) + 1e-8).sqrt()
        else:
            weight = weight / math.sqrt(weight.shape[1])
        images.append(convolved(one[None], weight, up=up))
    return torch.cat(images)


def layer(s, name, x, w, noise, clamp, up=False, gain=1.0):
    y = modulated(s, name, x, w, True, up) + noise * s[f"{name}.noise_strength"]
    return activated(y, s[f"{name}.bias"], clamp, gain)


def torgb(s, name, x, w, clamp):
    y = modulated(s, name, x, w, False) + s[f"{name}.bias"][:, None, None]
    return y if clamp is None else y.clamp(-clamp, clamp)


def generate(network, s, w, noise):
    """Images of w [N, w_dim] and noise, a list of one tensor a layer, by the weights `s` of G."""
    n, rest, img, half = network, list(noise), None, math.sqrt(0.5)
    x = s["synthesis.b4.const"].expand(len(w), -1, -1, -1)
    for r in n.resolutions:
        name = f"synthesis.b{r}"
        if r > 4:
            before = x
            x = layer(s, f"{name}.conv0", x, w, rest.pop(0), n.conv_clamp, up=True)
        residual = n.generator == "resnet" and r > 4
        x = layer(s, f"{name}.conv1", x, w, rest.pop(0), n.conv_clamp, gain=half if residual else 1.0)
        if residual:
            weight = s[f"{name}.skip.weight"]
            x = x + convolved(before, weight / math.sqrt(weight.shape[1]), up=True) * half
        if n.generator == "skip" or r == n.img_resolution:
            rgb = torgb(s, f"{name}.torgb", x, w, n.conv_clamp)
            img = rgb if img is None else upsample(img) + rgb
    return img


def plain_conv(s, name, x, clamp, down=False, gain=1.0):
    weight = s[f"{name}.weight"]
    y = convolved(x, weight / math.sqrt(weight[0].numel()), down=down)
    return activated(y, s[f"{name}.bias"], clamp, gain)


def deviation(x, group, features):
    n, c, h, w = x.shape
    group = min(group or n, n)
    y = x.reshape(group, n // group, features, c // features, h, w)
    y = (y.var(0, correction=0) + 1e-8).sqrt().mean([2, 3, 4])
    return y[:, :, None, None].repeat(group, 1, h, w)


def judge(network, s, img, c):
    """Logits [N] of images by the weights `s` of D."""
    n, x, clamp, half = network, None, network.conv_clamp, math.sqrt(0.5)
    for r in n.resolutions[:0:-1]:
        if x is None or n.discriminator == "skip":
            y = plain_conv(s, f"b{r}.fromrgb", img, clamp)
            x = y if x is None else x + y
            img = downsample(img) if n.discriminator == "skip" else img
        y = plain_conv(s, f"b{r}.conv0", x, clamp)
        residual = n.discriminator == "resnet"
        y = plain_conv(s, f"b{r}.conv1", y, clamp, down=True, gain=half if residual else 1.0)
        if residual:
            weight = s[f"b{r}.skip.weight"]
            y = y + convolved(x, weight / math.sqrt(weight.shape[1]), down=True) * half
        x = y
    if n.discriminator == "skip":
        x = x + plain_conv(s, "b4.fromrgb", img, None)
    if n.mbstd_channels:
        x = torch.cat([x, deviation(x, n.mbstd_group_size, n.mbstd_channels)], 1)
    x = plain_conv(s, "b4.conv", x, clamp).flatten(1)
    x = dense(s, "b4.out", F.leaky_relu(dense(s, "b4.fc", x), 0.2) * math.sqrt(2))
    if c is None:
        return x[:, 0]
    cmap = mapping(s, None, c, n.class_mapping_layers)
    return (x * cmap).sum(1) / math.sqrt(cmap.shape[1])

"""How the denoiser is split: boundaries (what can be read, cached and restored) and the stages between neighbouring ones."""
import dataclasses

import torch
from torch import nn

INPUTS = [
    {"name": "timestep", "kind": "conditioning", "per": "evaluation", "type": "float32", "shape": []},
    {"name": "text_ids", "kind": "conditioning", "per": "generation", "type": "int64", "shape": [8]},
]


def tensor(name, *shape, kind="state", **more):
    return {"name": name, "kind": kind, "type": "float32", "shape": list(shape), **more}


def boundary(name, *tensors, role=None):
    return {"name": name, "role": role or name, "tensors": list(tensors)}


def boundaries(p):
    """In the order in which an evaluation passes them."""
    count, d, text = p.grid ** 2, p.hidden_size, p.text_length
    tokens = (tensor("image", count, d), tensor("text", text, d))
    return [
        boundary("latent", tensor("image", count, p.in_channels)),
        boundary("embedded", *tokens,
                 tensor("vec", d, kind="conditioning", per="evaluation"),
                 tensor("modulated", count, d, kind="signal")),
        boundary("structure.probe", *tokens),
        boundary("structure.probe2", *tokens, role="cut"),
        boundary("structure", *tokens),
        boundary("detail.probe", *tokens, tensor("residual", text + count, d, kind="signal")),
        boundary("detail.tail", *tokens),
        boundary("detail", tensor("image", count, d)),
        boundary("output", tensor("image", count, p.in_channels)),
    ]


class Stage(nn.Module):
    """The part of the model between two boundaries. It holds the model's own modules under their own names."""

    def __init__(self, flux):
        super().__init__()
        self.params = flux.params
        for name in ("double_blocks", "single_blocks", "final_layer"):
            self.add_module(name, getattr(flux, name))
        self.register_buffer("pe_cos", flux.pe_cos)
        self.register_buffer("pe_sin", flux.pe_sin)

    @property
    def pe(self):
        return self.pe_cos, self.pe_sin


class Embed(nn.Module):
    def __init__(self, flux):
        super().__init__()
        self.flux = flux

    def forward(self, image, timestep, text_ids):
        img, txt, vec = self.flux.embed(image, timestep, text_ids)
        return img, txt, vec, self.flux.double_blocks[0].modulated(img, vec)


class Double(Stage):
    def __init__(self, flux, index):
        super().__init__(flux)
        self.index = index

    def forward(self, img, txt, vec):
        return self.double_blocks[self.index](img, txt, vec, self.pe)


class Singles(Stage):
    """Single blocks [first, last) over [text; image], which are apart again at the boundary."""

    def __init__(self, flux, first, last):
        super().__init__(flux)
        self.range = range(first, last)

    def apart(self, x):
        txt, img = x.split([self.params.text_length, self.params.grid ** 2], 1)
        return img, txt

    def forward(self, img, txt, vec):
        x = torch.cat([txt, img], 1)
        for i in self.range:
            x = self.single_blocks[i](x, vec, self.pe)
        return self.apart(x)


class FirstSingle(Singles):
    """The first single block, with its residual over [text; image] as a signal."""

    def forward(self, img, txt, vec):
        x = torch.cat([txt, img], 1)
        residual = self.single_blocks[0].residual(x, vec, self.pe)
        return (*self.apart(x + residual), residual)


class LastSingle(Singles):
    """The last single block; nothing reads text after it."""

    def forward(self, img, txt, vec):
        return super().forward(img, txt, vec)[:1]


class Head(Stage):
    def forward(self, img, vec):
        return (self.final_layer(img, vec),)


@dataclasses.dataclass(frozen=True)
class StageInfo:
    name: str
    source: str
    target: str
    module: nn.Module
    inputs: tuple
    outputs: tuple


def stages(flux):
    """The stages in order, with the names of the values that they read and write."""
    p = flux.params
    last = p.depth_single_blocks - 1
    tokens = ("image", "text")

    def info(name, source, target, module, reads=tokens, writes=tokens):
        return StageInfo(name, source, target, module,
                         (*(f"{source}/{t}" for t in reads), "embedded/vec"), tuple(f"{target}/{t}" for t in writes))

    return [
        StageInfo("embed", "latent", "embedded", Embed(flux), ("latent/image", "timestep", "text_ids"),
                  tuple(f"embedded/{t}" for t in ("image", "text", "vec", "modulated"))),
        info("double1", "embedded", "structure.probe", Double(flux, 0)),
        info("double2", "structure.probe", "structure.probe2", Double(flux, 1)),
        info("double3", "structure.probe2", "structure", Double(flux, 2)),
        info("single1", "structure", "detail.probe", FirstSingle(flux, 0, 1), writes=(*tokens, "residual")),
        info("singles", "detail.probe", "detail.tail", Singles(flux, 1, last)),
        info("single6", "detail.tail", "detail", LastSingle(flux, last, last + 1), writes=("image",)),
        info("head", "detail", "output", Head(flux), reads=("image",), writes=("image",)),
    ]


def walk(flux, image, timestep, text_ids):
    """Runs the stages one after the other; returns every value by its name."""
    values = {"latent/image": image, "timestep": timestep, "text_ids": text_ids}
    for stage in stages(flux):
        values.update(zip(stage.outputs, stage.module(*(values[name] for name in stage.inputs))))
    return values

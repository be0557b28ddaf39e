"""Exports small denoisers with random weights, named as diffusers names its modules: what the splitter is tested on.

    /usr/bin/python3 export.py          # python3-torch 1.13, python3-onnx 1.12; writes *.onnx beside this file

The export is deterministic: the same versions give the same bytes.
"""
import math
import pathlib
import warnings

import onnx
import torch
from torch import nn
from torch.nn import functional as F

HERE = pathlib.Path(__file__).parent
DIM, HEADS, TEXT_DIM = 16, 2, 12


def sinusoid(t, dim=16):
    freqs = torch.exp(-math.log(10000.0) * torch.arange(dim // 2, dtype=torch.float32) / (dim // 2))
    angles = t[:, None] * 1000.0 * freqs[None]
    return torch.cat([torch.cos(angles), torch.sin(angles)], -1)


def attention(q, k, v):
    def split(x):
        return x.reshape(x.shape[0], -1, HEADS, x.shape[-1] // HEADS).transpose(1, 2)
    q, k, v = split(q), split(k), split(v)
    weights = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]), -1)
    x = (weights @ v).transpose(1, 2)
    return x.reshape(x.shape[0], -1, HEADS * x.shape[-1])


class Mlp(nn.Module):
    """Two linear layers under diffusers' names."""

    def __init__(self, inner, outer=None, hidden=32):
        super().__init__()
        self.linear_1, self.linear_2 = nn.Linear(inner, hidden), nn.Linear(hidden, outer or inner)

    def forward(self, x):
        return self.linear_2(F.silu(self.linear_1(x)))


class FeedForward(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.net = nn.ModuleList([nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim)])

    def forward(self, x):
        for layer in self.net:
            x = layer(x)
        return x


class AdaNorm(nn.Module):
    """LayerNorm without parameters, scaled and shifted by the conditioning; returns the other modulations too."""

    def __init__(self, dim, parts):
        super().__init__()
        self.parts, self.linear, self.norm = parts, nn.Linear(dim, parts * dim), nn.LayerNorm(dim, elementwise_affine=False)

    def forward(self, x, vec):
        shift, scale, *rest = self.linear(F.silu(vec))[:, None].chunk(self.parts, -1)
        return (self.norm(x) * (1 + scale) + shift, *rest)


class JointAttention(nn.Module):
    def __init__(self, dim, text_out=True):
        super().__init__()
        for name in ("to_q", "to_k", "to_v", "add_q_proj", "add_k_proj", "add_v_proj"):
            setattr(self, name, nn.Linear(dim, dim))
        self.to_out = nn.ModuleList([nn.Linear(dim, dim)])
        self.to_add_out = nn.Linear(dim, dim) if text_out else None

    def forward(self, image, text, rotate=lambda x: x):
        q = rotate(torch.cat([self.add_q_proj(text), self.to_q(image)], 1))
        k = rotate(torch.cat([self.add_k_proj(text), self.to_k(image)], 1))
        v = torch.cat([self.add_v_proj(text), self.to_v(image)], 1)
        x = attention(q, k, v)
        text_out, image_out = x[:, :text.shape[1]], x[:, text.shape[1]:]
        return self.to_out[0](image_out), self.to_add_out(text_out) if self.to_add_out else None


class JointBlock(nn.Module):
    """A dual-stream block of FLUX and SD3."""

    def __init__(self, dim, last=False):
        super().__init__()
        self.last = last
        self.norm1, self.norm1_context = AdaNorm(dim, 6), AdaNorm(dim, 2 if last else 6)
        self.attn = JointAttention(dim, not last)
        self.norm2, self.ff = nn.LayerNorm(dim, elementwise_affine=False), FeedForward(dim)
        if not last:
            self.norm2_context, self.ff_context = nn.LayerNorm(dim, elementwise_affine=False), FeedForward(dim)

    def forward(self, image, text, vec, rotate=lambda x: x):
        x, gate, shift2, scale2, gate2 = self.norm1(image, vec)
        y, *rest = self.norm1_context(text, vec)
        a, b = self.attn(x, y, rotate)
        image = image + gate * a
        image = image + gate2 * self.ff(self.norm2(image) * (1 + scale2) + shift2)
        if self.last:
            return image, text
        text_gate, text_shift, text_scale, text_gate2 = rest
        text = text + text_gate * b
        return image, text + text_gate2 * self.ff_context(self.norm2_context(text) * (1 + text_scale) + text_shift)


class Attention(nn.Module):
    def __init__(self, dim, context=None):
        super().__init__()
        self.to_q, self.to_k, self.to_v = nn.Linear(dim, dim), nn.Linear(context or dim, dim), nn.Linear(context or dim, dim)
        self.to_out = nn.ModuleList([nn.Linear(dim, dim)])

    def forward(self, x, context=None, rotate=lambda x: x):
        context = x if context is None else context
        return self.to_out[0](attention(rotate(self.to_q(x)), rotate(self.to_k(context)), self.to_v(context)))


class SingleBlock(nn.Module):
    """A single-stream block of FLUX."""

    def __init__(self, dim):
        super().__init__()
        self.norm, self.attn = AdaNorm(dim, 3), nn.Module()
        for name in ("to_q", "to_k", "to_v"):
            setattr(self.attn, name, nn.Linear(dim, dim))
        self.proj_mlp, self.act_mlp, self.proj_out = nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(3 * dim, dim)

    def forward(self, x, vec, rotate):
        y, gate = self.norm(x, vec)
        a = attention(rotate(self.attn.to_q(y)), rotate(self.attn.to_k(y)), self.attn.to_v(y))
        return x + gate * self.proj_out(torch.cat([a, self.act_mlp(self.proj_mlp(y))], -1))


class FluxLike(nn.Module):
    def __init__(self, double=3, single=4):
        super().__init__()
        self.x_embedder, self.context_embedder = nn.Linear(8, DIM), nn.Linear(TEXT_DIM, DIM)
        self.time_text_embed = nn.ModuleDict({name: Mlp(size, DIM) for name, size in
                                              (("timestep_embedder", 16), ("guidance_embedder", 16), ("text_embedder", 6))})
        self.transformer_blocks = nn.ModuleList(JointBlock(DIM) for _ in range(double))
        self.single_transformer_blocks = nn.ModuleList(SingleBlock(DIM) for _ in range(single))
        self.norm_out, self.proj_out = AdaNorm(DIM, 2), nn.Linear(DIM, 8)

    def forward(self, hidden_states, encoder_hidden_states, pooled_projections, timestep, guidance, img_ids, txt_ids):
        image, text = self.x_embedder(hidden_states), self.context_embedder(encoder_hidden_states)
        embed = self.time_text_embed
        vec = (embed["timestep_embedder"](sinusoid(timestep)) + embed["guidance_embedder"](sinusoid(guidance))
               + embed["text_embedder"](pooled_projections))
        angles = torch.cat([txt_ids, img_ids], 0) @ torch.tensor([[1.0, 0.1, 0.5, 0.2], [0.3, 1.0, 0.2, 0.7]])
        angles = torch.cat([angles, angles, angles, angles], -1)
        cos, sin = torch.cos(angles), torch.sin(angles)

        def rotate(x):
            half = x.shape[-1] // 2
            return x * cos + torch.cat([-x[..., half:], x[..., :half]], -1) * sin
        for block in self.transformer_blocks:
            image, text = block(image, text, vec, rotate)
        x = torch.cat([text, image], 1)
        for block in self.single_transformer_blocks:
            x = block(x, vec, rotate)
        return self.proj_out(self.norm_out(x[:, text.shape[1]:], vec)[0])


class PatchEmbed(nn.Module):
    def __init__(self, channels, tokens, dimensions=2):
        super().__init__()
        self.proj = (nn.Conv2d if dimensions == 2 else nn.Conv3d)(channels, DIM, (1, 2, 2)[-dimensions:], (1, 2, 2)[-dimensions:])
        self.register_buffer("pos_embed", torch.randn(1, tokens, DIM))

    def forward(self, x):
        return self.proj(x).flatten(2).transpose(1, 2) + self.pos_embed


def unpatchify(x, height, width, channels):
    x = x.reshape(x.shape[0], height, width, 2, 2, channels)
    return x.permute(0, 5, 1, 3, 2, 4).reshape(x.shape[0], channels, 2 * height, 2 * width)


class Sd3Like(nn.Module):
    def __init__(self, blocks=4):
        super().__init__()
        self.pos_embed, self.context_embedder = PatchEmbed(4, 16), nn.Linear(TEXT_DIM, DIM)
        self.time_text_embed = nn.ModuleDict({"timestep_embedder": Mlp(16, DIM), "text_embedder": Mlp(6, DIM)})
        self.transformer_blocks = nn.ModuleList(JointBlock(DIM, i == blocks - 1) for i in range(blocks))
        self.norm_out, self.proj_out = AdaNorm(DIM, 2), nn.Linear(DIM, 16)

    def forward(self, hidden_states, encoder_hidden_states, pooled_projections, timestep):
        image, text = self.pos_embed(hidden_states), self.context_embedder(encoder_hidden_states)
        vec = self.time_text_embed["timestep_embedder"](sinusoid(timestep)) + self.time_text_embed["text_embedder"](pooled_projections)
        for block in self.transformer_blocks:
            image, text = block(image, text, vec)
        return unpatchify(self.proj_out(self.norm_out(image, vec)[0]), 4, 4, 4)


class CrossBlock(nn.Module):
    """A block of PixArt and Wan: self-attention, cross-attention, feed-forward; six modulations from one table and the time."""

    def __init__(self, dim):
        super().__init__()
        self.scale_shift_table = nn.Parameter(torch.randn(6, dim) / 4)
        self.norm1, self.norm2 = nn.LayerNorm(dim, elementwise_affine=False), nn.LayerNorm(dim, elementwise_affine=False)
        self.attn1, self.attn2, self.ff = Attention(dim), Attention(dim), FeedForward(dim)

    def forward(self, x, text, modulation, rotate=lambda x: x):
        shift, scale, gate, shift2, scale2, gate2 = (self.scale_shift_table[None] + modulation).chunk(6, 1)
        x = x + gate * self.attn1(self.norm1(x) * (1 + scale) + shift, rotate=rotate)
        x = x + self.attn2(x, text)
        return x + gate2 * self.ff(self.norm2(x) * (1 + scale2) + shift2)


class PixArtLike(nn.Module):
    def __init__(self, blocks=4):
        super().__init__()
        self.pos_embed, self.caption_projection = PatchEmbed(4, 16), Mlp(TEXT_DIM, DIM)
        self.adaln_single = nn.ModuleDict({"emb": Mlp(16, DIM), "linear": nn.Linear(DIM, 6 * DIM)})
        self.transformer_blocks = nn.ModuleList(CrossBlock(DIM) for _ in range(blocks))
        self.scale_shift_table, self.norm_out = nn.Parameter(torch.randn(2, DIM) / 4), nn.LayerNorm(DIM, elementwise_affine=False)
        self.proj_out = nn.Linear(DIM, 16)

    def forward(self, hidden_states, encoder_hidden_states, timestep):
        x, text = self.pos_embed(hidden_states), self.caption_projection(encoder_hidden_states)
        time = self.adaln_single["emb"](sinusoid(timestep))
        modulation = self.adaln_single["linear"](F.silu(time)).reshape(-1, 6, DIM)
        for block in self.transformer_blocks:
            x = block(x, text, modulation)
        shift, scale = (self.scale_shift_table[None] + time[:, None]).chunk(2, 1)
        return unpatchify(self.proj_out(self.norm_out(x) * (1 + scale) + shift), 4, 4, 4)


class WanLike(nn.Module):
    """A video model: latents [batch, channels, frames, height, width]; height and width are read from the latents' shape."""

    def __init__(self, blocks=4):
        super().__init__()
        self.patch_embedding = nn.Conv3d(4, DIM, (1, 2, 2), (1, 2, 2))
        self.condition_embedder = nn.ModuleDict({"time_embedder": Mlp(16, DIM), "time_proj": nn.Linear(DIM, 6 * DIM),
                                                 "text_embedder": Mlp(TEXT_DIM, DIM)})
        self.blocks = nn.ModuleList(CrossBlock(DIM) for _ in range(blocks))
        self.scale_shift_table, self.norm_out = nn.Parameter(torch.randn(1, 2, DIM) / 4), nn.LayerNorm(DIM, elementwise_affine=False)
        self.proj_out = nn.Linear(DIM, 16)

    def forward(self, hidden_states, timestep, encoder_hidden_states):
        frames, height, width = hidden_states.shape[2], hidden_states.shape[3] // 2, hidden_states.shape[4] // 2
        x = self.patch_embedding(hidden_states).flatten(2).transpose(1, 2)
        time = self.condition_embedder["time_embedder"](sinusoid(timestep))
        modulation = self.condition_embedder["time_proj"](F.silu(time)).reshape(-1, 6, DIM)
        text = self.condition_embedder["text_embedder"](encoder_hidden_states)
        for block in self.blocks:
            x = block(x, text, modulation)
        shift, scale = (self.scale_shift_table + time[:, None]).chunk(2, 1)
        x = self.proj_out(self.norm_out(x) * (1 + scale) + shift)
        x = x.reshape(x.shape[0], frames, height, width, 1, 2, 2, 4).permute(0, 7, 1, 4, 2, 5, 3, 6)
        return x.flatten(6, 7).flatten(4, 5).flatten(2, 3)


class ResnetBlock(nn.Module):
    def __init__(self, inner, outer, time):
        super().__init__()
        self.norm1, self.conv1, self.time_emb_proj = nn.GroupNorm(2, inner), nn.Conv2d(inner, outer, 3, padding=1), nn.Linear(time, outer)
        self.norm2, self.conv2 = nn.GroupNorm(2, outer), nn.Conv2d(outer, outer, 3, padding=1)
        self.conv_shortcut = nn.Conv2d(inner, outer, 1) if inner != outer else None

    def forward(self, x, time):
        h = self.conv1(F.silu(self.norm1(x))) + self.time_emb_proj(F.silu(time))[:, :, None, None]
        return (self.conv_shortcut(x) if self.conv_shortcut else x) + self.conv2(F.silu(self.norm2(h)))


class BasicTransformerBlock(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.norm1, self.norm2, self.norm3 = nn.LayerNorm(dim), nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.attn1, self.attn2, self.ff = Attention(dim), Attention(dim, TEXT_DIM), FeedForward(dim)

    def forward(self, x, text):
        x = x + self.attn1(self.norm1(x))
        x = x + self.attn2(self.norm2(x), text)
        return x + self.ff(self.norm3(x))


class Transformer2D(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.norm, self.proj_in, self.proj_out = nn.GroupNorm(2, dim), nn.Conv2d(dim, dim, 1), nn.Conv2d(dim, dim, 1)
        self.transformer_blocks = nn.ModuleList([BasicTransformerBlock(dim)])

    def forward(self, x, text):
        batch, channels, height, width = x.shape
        h = self.proj_in(self.norm(x)).flatten(2).transpose(1, 2)
        for block in self.transformer_blocks:
            h = block(h, text)
        return x + self.proj_out(h.transpose(1, 2).reshape(batch, channels, height, width))


class UNetLevel(nn.Module):
    """A level of the encoder, the middle or the decoder."""

    def __init__(self, sizes, time, attend, down=False, up=False):
        super().__init__()
        self.resnets = nn.ModuleList(ResnetBlock(i, o, time) for i, o in sizes)
        self.attentions = nn.ModuleList(Transformer2D(o) for _, o in sizes) if attend else None
        outer = sizes[-1][1]
        self.downsamplers = nn.ModuleList([nn.Conv2d(outer, outer, 3, 2, 1)]) if down else None
        self.upsamplers = nn.ModuleList([nn.Conv2d(outer, outer, 3, padding=1)]) if up else None

    def forward(self, x, time, text, skips=None):
        outputs = []
        for i, resnet in enumerate(self.resnets):
            x = resnet(x if skips is None else torch.cat([x, skips.pop()], 1), time)
            x = self.attentions[i](x, text) if self.attentions else x
            outputs.append(x)
        if self.downsamplers:
            x = self.downsamplers[0](x)
            outputs.append(x)
        if self.upsamplers:
            x = self.upsamplers[0](F.interpolate(x, scale_factor=2.0, mode="nearest"))
        return x, outputs


class UNetLike(nn.Module):
    def __init__(self):
        super().__init__()
        time = 16
        self.conv_in, self.time_embedding = nn.Conv2d(4, 8, 3, padding=1), Mlp(16, time)
        self.down_blocks = nn.ModuleList([UNetLevel([(8, 8), (8, 8)], time, True, down=True), UNetLevel([(8, 16), (16, 16)], time, False)])
        self.mid_block = UNetLevel([(16, 16)], time, True)
        self.up_blocks = nn.ModuleList([UNetLevel([(32, 16), (32, 16), (24, 16)], time, False, up=True),
                                        UNetLevel([(24, 8), (16, 8), (16, 8)], time, True)])
        self.conv_norm_out, self.conv_out = nn.GroupNorm(2, 8), nn.Conv2d(8, 4, 3, padding=1)

    def forward(self, sample, timestep, encoder_hidden_states):
        time = self.time_embedding(sinusoid(timestep / 1000))
        x = self.conv_in(sample)
        skips = [x]
        for block in self.down_blocks:
            x, outputs = block(x, time, encoder_hidden_states)
            skips += outputs
        x, _ = self.mid_block(x, time, encoder_hidden_states)
        for block in self.up_blocks:
            x, _ = block(x, time, encoder_hidden_states, skips)
        return self.conv_out(F.silu(self.conv_norm_out(x)))


def grid_ids(height, width):
    return torch.stack(torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij"), -1).reshape(-1, 2).float()


def models():
    text, time = torch.randn(2, 5, TEXT_DIM), torch.tensor([0.7, 0.3])
    yield "flux", FluxLike(), {
        "hidden_states": torch.randn(2, 9, 8), "encoder_hidden_states": text, "pooled_projections": torch.randn(2, 6), "timestep": time,
        "guidance": torch.full((2,), 3.5), "img_ids": grid_ids(3, 3), "txt_ids": torch.zeros(5, 2)}
    yield "sd3", Sd3Like(), {
        "hidden_states": torch.randn(2, 4, 8, 8), "encoder_hidden_states": text, "pooled_projections": torch.randn(2, 6), "timestep": time}
    yield "pixart", PixArtLike(), {"hidden_states": torch.randn(2, 4, 8, 8), "encoder_hidden_states": text, "timestep": time}
    yield "wan", WanLike(), {"hidden_states": torch.randn(2, 4, 3, 4, 4), "timestep": time, "encoder_hidden_states": text}
    yield "unet", UNetLike(), {"sample": torch.randn(2, 4, 8, 8), "timestep": time * 1000, "encoder_hidden_states": text}


def main():
    torch.manual_seed(20)
    torch.set_num_threads(1)
    for name, model, inputs in models():
        path = HERE / f"{name}.onnx"
        output = "out_sample" if name == "unet" else "sample"
        axes = {n: {0: "batch"} for n in [*inputs, output] if not n.endswith("_ids")}
        if name == "wan":
            axes["hidden_states"] = axes["sample"] = {0: "batch", 2: "frames", 3: "height", 4: "width"}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the tracer says that sizes become constants; they are
            torch.onnx.export(model.eval(), tuple(inputs.values()), str(path), opset_version=14,
                              input_names=list(inputs), output_names=[output], dynamic_axes=axes)
        graph = onnx.load(str(path))
        path.write_bytes(graph.SerializeToString(deterministic=True))
        print(name, len(graph.graph.node), "nodes", path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()

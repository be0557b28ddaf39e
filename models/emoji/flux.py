"""A FLUX-architecture rectified-flow transformer, small enough to train on two CPU cores.

The structure and the names follow the FLUX code base (black-forest-labs/flux): double-stream blocks that keep image and text
apart and attend jointly, then single-stream blocks over [text; image], adaptive layer norm from a conditioning vector, QK
normalisation, three-axis rotary positions. It differs where a small pixel-space model is better off:

* it works on 4 x 4 pixel patches, without an autoencoder, and on learned word embeddings, without text encoders;
* the image tokens get a learned position besides the rotary one;
* the time embedding spans 33 to 0.1 radians over t in [0, 1]. FLUX's 1000 radians alias between neighbouring sampler steps in a
  briefly trained network: features then jump however small the step is, and no feature cache could look good;
* GELU is the exact (Erf) form, and the projections to queries, keys and values in double blocks have no bias.

Shapes below: B batch, N = 64 image tokens, T = 8 text tokens, D width, H heads.
"""
import dataclasses
import math

import torch
import torch.nn.functional as F
from torch import nn


@dataclasses.dataclass(frozen=True)
class FluxParams:
    vocabulary: int
    hidden_size: int = 192
    num_heads: int = 4
    depth: int = 3
    depth_single_blocks: int = 6
    mlp_ratio: int = 4
    patch: int = 4
    image_size: int = 32
    text_length: int = 8
    time_dim: int = 128

    @property
    def grid(self):
        return self.image_size // self.patch

    @property
    def in_channels(self):
        return 3 * self.patch ** 2


def patchify(images, patch):
    """Images [B, 3, S, S] to patches [B, N, 3 * patch * patch], channel first within a patch."""
    b, c, size, _ = images.shape
    n = size // patch
    return images.reshape(b, c, n, patch, n, patch).permute(0, 2, 4, 1, 3, 5).reshape(b, n * n, c * patch * patch)


def unpatchify(patches, patch):
    """The inverse of patchify."""
    b, count, _ = patches.shape
    n = math.isqrt(count)
    return patches.reshape(b, n, n, 3, patch, patch).permute(0, 3, 1, 4, 2, 5).reshape(b, 3, n * patch, n * patch)


class RMSNorm(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(dim))

    def forward(self, x):
        return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + 1e-6) * self.scale


class QKNorm(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.query_norm = RMSNorm(dim)
        self.key_norm = RMSNorm(dim)

    def forward(self, q, k):
        return self.query_norm(q), self.key_norm(k)


class LayerNorm(nn.Module):
    """Layer norm without learned scale and shift (the modulation has those); they are constants so that exporters see a plain one."""

    def __init__(self, dim):
        super().__init__()
        self.register_buffer("weight", torch.ones(dim), persistent=False)
        self.register_buffer("bias", torch.zeros(dim), persistent=False)

    def forward(self, x):
        return F.layer_norm(x, (self.weight.numel(),), self.weight, self.bias, 1e-6)


class MLPEmbedder(nn.Module):
    def __init__(self, in_dim, hidden_dim):
        super().__init__()
        self.in_layer = nn.Linear(in_dim, hidden_dim)
        self.silu = nn.SiLU()
        self.out_layer = nn.Linear(hidden_dim, hidden_dim)

    def forward(self, x):
        return self.out_layer(self.silu(self.in_layer(x)))


class Modulation(nn.Module):
    """From the conditioning vector [B, D] to `count` rows [B, 1, D] of shift, scale and gate."""

    def __init__(self, dim, count):
        super().__init__()
        self.dim, self.count = dim, count
        self.lin = nn.Linear(dim, count * dim)

    def forward(self, vec):
        return self.lin(F.silu(vec)).unsqueeze(1).split([self.dim] * self.count, -1)


def modulate(norm, x, shift, scale):
    return (1 + scale) * norm(x) + shift


def split_heads(x, heads, dim):
    """[B, L, D] to [B, H, L, D / H]."""
    return x.reshape(-1, int(x.shape[1]), heads, dim // heads).transpose(1, 2)


def rotate(x, cos, sin):
    """Rotary positions; a pair is (i, i + half)."""
    half = int(cos.shape[-1])
    a, b = x.split([half, half], -1)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


def attention(q, k, v, pe, dim):
    """[B, H, L, D / H] each, to [B, L, D]."""
    cos, sin = pe
    q = rotate(q, cos, sin) * (2 * int(cos.shape[-1])) ** -0.5
    k = rotate(k, cos, sin)
    mixed = torch.matmul(torch.softmax(torch.matmul(q, k.transpose(-1, -2)), -1), v)
    return mixed.transpose(1, 2).reshape(-1, int(cos.shape[0]), dim)


class SelfAttention(nn.Module):
    """The projections of one stream; the attention itself is joint."""

    def __init__(self, dim, heads):
        super().__init__()
        self.dim, self.heads = dim, heads
        self.qkv = nn.Linear(dim, 3 * dim, bias=False)
        self.norm = QKNorm(dim // heads)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x):
        """Normalised queries and keys, and values, each [B, H, L, D / H]."""
        q, k, v = (split_heads(y, self.heads, self.dim) for y in self.qkv(x).split([self.dim] * 3, -1))
        return (*self.norm(q, k), v)


class DoubleStreamBlock(nn.Module):
    def __init__(self, p):
        super().__init__()
        d, hidden = p.hidden_size, p.hidden_size * p.mlp_ratio
        self.dim, self.text, self.image = d, p.text_length, p.grid ** 2
        for stream in ("img", "txt"):
            self.add_module(f"{stream}_mod", Modulation(d, 6))
            self.add_module(f"{stream}_norm1", LayerNorm(d))
            self.add_module(f"{stream}_attn", SelfAttention(d, p.num_heads))
            self.add_module(f"{stream}_norm2", LayerNorm(d))
            self.add_module(f"{stream}_mlp", nn.Sequential(nn.Linear(d, hidden), nn.GELU(), nn.Linear(hidden, d)))

    def modulated(self, img, vec):
        """What the image stream's attention reads: TeaCache's signal in the first block."""
        shift, scale, *_ = self.img_mod(vec)
        return modulate(self.img_norm1, img, shift, scale)

    def forward(self, img, txt, vec, pe):
        i_shift1, i_scale1, i_gate1, i_shift2, i_scale2, i_gate2 = self.img_mod(vec)
        t_shift1, t_scale1, t_gate1, t_shift2, t_scale2, t_gate2 = self.txt_mod(vec)
        i_q, i_k, i_v = self.img_attn(modulate(self.img_norm1, img, i_shift1, i_scale1))
        t_q, t_k, t_v = self.txt_attn(modulate(self.txt_norm1, txt, t_shift1, t_scale1))
        q, k, v = (torch.cat([t, i], 2) for t, i in ((t_q, i_q), (t_k, i_k), (t_v, i_v)))
        t_attn, i_attn = attention(q, k, v, pe, self.dim).split([self.text, self.image], 1)
        img = img + i_gate1 * self.img_attn.proj(i_attn)
        img = img + i_gate2 * self.img_mlp(modulate(self.img_norm2, img, i_shift2, i_scale2))
        txt = txt + t_gate1 * self.txt_attn.proj(t_attn)
        txt = txt + t_gate2 * self.txt_mlp(modulate(self.txt_norm2, txt, t_shift2, t_scale2))
        return img, txt


class SingleStreamBlock(nn.Module):
    def __init__(self, p):
        super().__init__()
        d = p.hidden_size
        self.dim, self.heads, self.hidden = d, p.num_heads, d * p.mlp_ratio
        self.modulation = Modulation(d, 3)
        self.pre_norm = LayerNorm(d)
        self.linear1 = nn.Linear(d, 3 * d + self.hidden)
        self.linear2 = nn.Linear(d + self.hidden, d)
        self.norm = QKNorm(d // p.num_heads)
        self.mlp_act = nn.GELU()

    def residual(self, x, vec, pe):
        """What the block adds to x [B, T + N, D]."""
        shift, scale, gate = self.modulation(vec)
        y = self.linear1(modulate(self.pre_norm, x, shift, scale))
        q, k, v, mlp = y.split([self.dim, self.dim, self.dim, self.hidden], -1)
        q, k, v = (split_heads(z, self.heads, self.dim) for z in (q, k, v))
        attn = attention(*self.norm(q, k), v, pe, self.dim)
        return gate * self.linear2(torch.cat([attn, self.mlp_act(mlp)], -1))

    def forward(self, x, vec, pe):
        return x + self.residual(x, vec, pe)


class LastLayer(nn.Module):
    def __init__(self, p):
        super().__init__()
        d = p.hidden_size
        self.dim = d
        self.norm_final = LayerNorm(d)
        self.linear = nn.Linear(d, p.in_channels)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(d, 2 * d))

    def forward(self, img, vec):
        shift, scale = self.adaLN_modulation(vec).unsqueeze(1).split([self.dim] * 2, -1)
        return self.linear(modulate(self.norm_final, img, shift, scale))


def rotary_angles(p):
    """Angles [T + N, D / H / 2] over three axes: one that FLUX keeps for text (zero here), the row and the column."""
    pairs = p.hidden_size // p.num_heads // 2
    axes = (pairs - 4 * (pairs // 5), 2 * (pairs // 5), 2 * (pairs // 5))
    rows, columns = torch.meshgrid(torch.arange(p.grid), torch.arange(p.grid), indexing="ij")
    ids = torch.zeros(p.text_length + p.grid ** 2, 3)
    ids[p.text_length:, 1], ids[p.text_length:, 2] = rows.flatten(), columns.flatten()
    return torch.cat([ids[:, a:a + 1] * 100.0 ** (-torch.arange(n) / n) for a, n in enumerate(axes)], -1)


class Flux(nn.Module):
    def __init__(self, params):
        super().__init__()
        self.params = p = params
        d = p.hidden_size
        self.word_embedding = nn.Embedding(p.vocabulary, d)
        self.word_position = nn.Parameter(torch.zeros(p.text_length, d))
        self.img_position = nn.Parameter(torch.zeros(p.grid ** 2, d))
        self.img_in = nn.Linear(p.in_channels, d)
        self.txt_in = nn.Linear(d, d)
        self.time_in = MLPEmbedder(p.time_dim, d)
        self.vector_in = MLPEmbedder(d, d)
        self.double_blocks = nn.ModuleList([DoubleStreamBlock(p) for _ in range(p.depth)])
        self.single_blocks = nn.ModuleList([SingleStreamBlock(p) for _ in range(p.depth_single_blocks)])
        self.final_layer = LastLayer(p)
        angles = rotary_angles(p)
        self.register_buffer("pe_cos", angles.cos(), persistent=False)
        self.register_buffer("pe_sin", angles.sin(), persistent=False)
        steps = torch.arange(p.time_dim // 2) / (p.time_dim // 2)
        self.register_buffer("time_frequencies", 1000 / 30 * torch.exp(-math.log(300) * steps), persistent=False)
        self._initialise()

    def _initialise(self):
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        nn.init.normal_(self.word_embedding.weight, std=0.5)
        nn.init.normal_(self.word_position, std=0.1)
        nn.init.normal_(self.img_position, std=0.02)
        with torch.no_grad():
            self.word_embedding.weight[0].zero_()
        # Every block starts as the identity, and the output as zero.
        gated = [m.lin for m in self.modules() if isinstance(m, Modulation)]
        for linear in (*gated, self.final_layer.adaLN_modulation[1], self.final_layer.linear):
            nn.init.zeros_(linear.weight)
            nn.init.zeros_(linear.bias)

    @property
    def pe(self):
        return self.pe_cos, self.pe_sin

    def embed(self, image, timestep, text_ids):
        """Patches [B, N, 48], t [B] in [0, 1] (1 is noise) and word ids [B, T] to image and text tokens and the vector [B, D]."""
        angles = timestep.unsqueeze(1) * self.time_frequencies
        words = self.word_embedding(text_ids)
        present = (text_ids > 0).to(words.dtype).unsqueeze(2)
        pooled = (words * present).sum(1) / (present.sum(1) + 1e-6)
        vec = self.time_in(torch.cat([angles.cos(), angles.sin()], -1)) + self.vector_in(pooled)
        return self.img_in(image) + self.img_position, self.txt_in(words) + self.word_position, vec

    def forward(self, image, timestep, text_ids):
        """The velocity, noise minus data, [B, N, 48]."""
        img, txt, vec = self.embed(image, timestep, text_ids)
        for block in self.double_blocks:
            img, txt = block(img, txt, vec, self.pe)
        x = torch.cat([txt, img], 1)
        for block in self.single_blocks:
            x = block(x, vec, self.pe)
        _, img = x.split([self.params.text_length, self.params.grid ** 2], 1)
        return self.final_layer(img, vec)

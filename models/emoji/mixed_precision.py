"""Linear layers whose matrix products run in bfloat16, for training only.

Parameters, gradients, sums and everything between the products stay in float32. On CPUs with AVX512-BF16 (and oneDNN, which torch
calls for it) the products take half the time.
"""
import torch
from torch import nn


class _Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias):
        rows, half = x.reshape(-1, x.shape[-1]).bfloat16(), weight.bfloat16()
        ctx.save_for_backward(rows, half)
        ctx.shape, ctx.has_bias = x.shape, bias is not None
        y = (rows @ half.t()).float()
        if bias is not None:
            y += bias
        return y.view(*x.shape[:-1], -1)

    @staticmethod
    def backward(ctx, gradient):
        rows, half = ctx.saved_tensors
        gradient = gradient.reshape(-1, gradient.shape[-1])
        g = gradient.bfloat16()
        return (g @ half).float().view(ctx.shape), (g.t() @ rows).float(), gradient.sum(0) if ctx.has_bias else None


def use_bfloat16(model):
    """Turns the large linear layers, those of tokens in the blocks, to bfloat16 products."""
    for name, module in model.named_modules():
        if isinstance(module, nn.Linear) and "_blocks." in name and not name.endswith(".lin"):
            module.forward = lambda x, m=module: _Linear.apply(x, m.weight, m.bias)


def orthogonalise(g):
    """Muon's quintic Newton-Schulz iteration, in bfloat16: close to the nearest semi-orthogonal matrix."""
    x = (g / (g.norm() + 1e-7)).bfloat16()
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.t().contiguous()
    for _ in range(5):
        m = x @ x.t()
        x = 3.4445 * x + (2.0315 * (m @ m) - 4.7750 * m) @ x
    return (x.t() if tall else x).float()

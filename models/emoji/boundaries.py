"""The values at the boundaries of the split denoiser, as PyTorch computes them: what the stages are held against."""
import torch
from torch.nn import functional as F


def walk(flux, image, timestep, text_ids):
    """Runs the denoiser block by block; returns the inputs and every value at a boundary by its name."""
    values = {"latent/image": image, "timestep": timestep, "text_ids": text_ids}
    p, pe = flux.params, flux.pe

    def keep(boundary, img, txt):
        values.update({f"{boundary}/image": img, f"{boundary}/text": txt})

    def apart(x):
        txt, img = x.split([p.text_length, p.grid ** 2], 1)
        return img, txt

    img, txt, vec = flux.embed(image, timestep, text_ids)
    keep("embedded", img, txt)
    values["embedded/vec"] = F.silu(vec)  # all that is read of it: the graph computes the activation once
    values["embedded/modulated"] = flux.double_blocks[0].modulated(img, vec)
    for block, boundary in zip(flux.double_blocks, ("structure.probe", "structure.probe2", "structure")):
        img, txt = block(img, txt, vec, pe)
        keep(boundary, img, txt)

    x = torch.cat([txt, img], 1)
    residual = flux.single_blocks[0].residual(x, vec, pe)
    x = x + residual
    keep("detail.probe", *apart(x))
    values["detail.probe/residual"] = residual
    for block in flux.single_blocks[1:-1]:
        x = block(x, vec, pe)
    keep("detail.tail", *apart(x))
    values["detail/image"] = apart(flux.single_blocks[-1](x, vec, pe))[0]
    values["output/image"] = flux.final_layer(values["detail/image"], vec)
    return values

"""Reads the parameters back from exported graphs, so that training can go on from the weights that the repository holds."""
import json
import pathlib

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from flux import Flux

# Both are added to the vector, so that training moves them alike; the export stores equal weights once, under the first name.
EQUAL = {"vector_in.out_layer.bias": "time_in.out_layer.bias"}
TOLERANCE = 1e-3


def read_safetensors(path):
    """Arrays by name; float32 and int64 only."""
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    kinds = {"F32": "<f4", "I64": "<i8"}
    tensors = {}
    for name, entry in json.loads(content[8:8 + length]).items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        tensors[name] = np.frombuffer(content[begin:end], kinds[entry["dtype"]]).reshape(entry["shape"])
    return tensors


def load_parameters(folder: pathlib.Path, params):
    """All parameters of denoiser.onnx as one flat vector, in the order of `Flux(params).parameters()`."""
    stored = {t.name: t for t in onnx.load(str(folder / "denoiser.onnx")).graph.initializer}
    model = Flux(params).eval().requires_grad_(False)
    for name, param in model.named_parameters():
        name = EQUAL.get(name, name)
        key = next((k for k in (f"{name}.half", name, f"{name}.T.half", f"{name}.T") if k in stored), None)
        if key is None:
            raise SystemExit(f"{folder / 'denoiser.onnx'} has no weight for '{name}'")
        array = numpy_helper.to_array(stored[key]).astype(np.float32)
        param.copy_(torch.from_numpy(array.T.copy() if ".T" in key else array.copy()))
    check(model, read_safetensors(folder / "check/reference.safetensors"), folder)
    return torch.cat([p.flatten() for p in model.parameters()])


def check(model, reference, folder):
    inputs = (torch.from_numpy(reference[name].copy()) for name in ("latent/image", "timestep", "text_ids"))
    difference = (model(*inputs) - torch.from_numpy(reference["output/image"].copy())).abs().max().item()
    if not difference < TOLERANCE:
        raise SystemExit(f"the weights read from {folder} give an output that differs by {difference:g} from its reference case")

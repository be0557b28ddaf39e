"""Exports a checkpoint as one ONNX graph with its weights, a reference case, and the facts that no graph tells.

    /usr/bin/python3 export.py                                  # checkpoints/last.pt into .cache/export

`cachepolicies split` makes the stages and the manifest of it: README.md has the commands. The graph reads its weights from a file beside
it, weights.bin: float16, each weight once, aligned to 64 bytes, turned to float32 by a Cast that runtimes fold when they load. The export
is deterministic: the same checkpoint gives the same bytes.
"""
import argparse
import hashlib
import json
import pathlib
import struct
import warnings

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from boundaries import walk
from flux import Flux, FluxParams

HERE = pathlib.Path(__file__).parent
WEIGHTS = "weights.bin"
INPUTS = ("latent/image", "timestep", "text_ids")
INLINE_BELOW = 1024
ALIGNMENT = 64
OPSET = 14
REFERENCE_STRIDE = 4


def load_model(path, which="ema"):
    """The model of a checkpoint, with the moving average of its parameters (or "params", the parameters themselves)."""
    checkpoint = torch.load(path, map_location="cpu")
    model = Flux(FluxParams(**checkpoint["config"])).eval().requires_grad_(False)
    offset = 0
    for param in model.parameters():
        param.copy_(checkpoint[which][offset:offset + param.numel()].view(param.shape))
        offset += param.numel()
    return model, checkpoint


def is_half(array):
    """What is kept as float16: float32 weights that are not small."""
    return array.dtype == np.float32 and array.size * 2 >= INLINE_BELOW


def round_weights(model):
    """Rounds what the export keeps as float16, so that the model computes what the exported files compute."""
    for param in model.parameters():
        if is_half(param.numpy()):
            param.copy_(param.half().float())


class Weights:
    """The external data file: arrays by content, each stored once."""

    def __init__(self, model):
        self.data, self.offsets = bytearray(), {}
        self.names = {}
        for name, value in (*model.named_parameters(), *model.named_buffers()):
            array = value.numpy()
            if "_norm" in name and name.endswith((".weight", ".bias")):
                name = f"layer_norm.{name.rsplit('.', 1)[1]}"  # the same ones and zeros everywhere
            self.names.setdefault(self._key(array), name)
            if array.ndim == 2:
                self.names.setdefault(self._key(array.T), f"{name}.T")

    @staticmethod
    def _key(array):
        return array.shape, str(array.dtype), hashlib.sha256(np.ascontiguousarray(array).tobytes()).digest()

    def name_of(self, array, otherwise):
        return self.names.get(self._key(array), otherwise)

    def place(self, name, array):
        """A tensor whose content stands in the external file."""
        content = np.ascontiguousarray(array).tobytes()
        key = self._key(array)
        if key not in self.offsets:
            self.data.extend(bytes(-len(self.data) % ALIGNMENT))
            self.offsets[key] = len(self.data)
            self.data.extend(content)
        tensor = TensorProto(name=name, dims=array.shape, data_type=helper.np_dtype_to_tensor_dtype(array.dtype)
                             if hasattr(helper, "np_dtype_to_tensor_dtype") else onnx.mapping.NP_TYPE_TO_TENSOR_TYPE[array.dtype])
        tensor.data_location = TensorProto.EXTERNAL
        for k, v in (("location", WEIGHTS), ("offset", self.offsets[key]), ("length", len(content))):
            tensor.external_data.add(key=k, value=str(v))
        return tensor


def constants_to_initialisers(graph):
    """Turns Constant nodes to initialisers, equal ones to one."""
    replaced, seen, kept = {}, {}, []
    for node in graph.node:
        if node.op_type != "Constant":
            kept.append(node)
            continue
        value = node.attribute[0].t
        array = numpy_helper.to_array(value)
        key = (array.shape, str(array.dtype), array.tobytes())
        if key not in seen:
            seen[key] = f"constant_{len(seen)}"
            graph.initializer.append(numpy_helper.from_array(array, seen[key]))
        replaced[node.output[0]] = seen[key]
    for node in kept:
        for i, name in enumerate(node.input):
            node.input[i] = replaced.get(name, name)
    del graph.node[:]
    graph.node.extend(kept)


def merge_equal_nodes(graph):
    """Merges nodes that compute the same from the same; the tracer repeats, for example, the activation of the vector."""
    outputs = {o.name for o in graph.output}
    replaced, seen, kept = {}, {}, []
    for node in graph.node:
        for i, name in enumerate(node.input):
            node.input[i] = replaced.get(name, name)
        key = (node.op_type, tuple(node.input), tuple(a.SerializeToString() for a in node.attribute), len(node.output))
        if key in seen and not outputs.intersection(node.output):
            replaced.update(zip(node.output, seen[key]))
        else:
            seen.setdefault(key, list(node.output))
            kept.append(node)
    del graph.node[:]
    graph.node.extend(kept)


def share_weights(graph, weights):
    """Moves initialisers to the external file, weights as float16 behind a Cast, under the names of the model's parameters."""
    renamed, initialisers, casts = {}, [], []
    for initialiser in graph.initializer:
        array = numpy_helper.to_array(initialiser)
        name = renamed[initialiser.name] = weights.name_of(array, initialiser.name)
        if any(t.name in (name, f"{name}.half") for t in initialisers):
            continue
        if array.nbytes < INLINE_BELOW or array.dtype == np.int64:
            initialisers.append(numpy_helper.from_array(array, name))
        elif is_half(array) and not name.startswith("pe_"):
            initialisers.append(weights.place(f"{name}.half", array.astype(np.float16)))
            casts.append(helper.make_node("Cast", [f"{name}.half"], [name], f"/weights/{name}/Cast", to=TensorProto.FLOAT))
        else:
            initialisers.append(weights.place(name, array))
    nodes = list(graph.node)
    for node in nodes:
        for i, name in enumerate(node.input):
            node.input[i] = renamed.get(name, name)
    del graph.node[:], graph.initializer[:]
    graph.initializer.extend(initialisers)
    graph.node.extend(casts + nodes)


def export_graph(module, arguments, inputs, outputs, path, weights):
    axes = {name: {0: "batch"} for name in (*inputs, *outputs)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer says that sizes become constants; they are
        torch.onnx.export(module, arguments, str(path), opset_version=OPSET, input_names=list(inputs), output_names=list(outputs),
                          dynamic_axes=axes, do_constant_folding=True)
    model = onnx.load(str(path))
    constants_to_initialisers(model.graph)
    merge_equal_nodes(model.graph)
    share_weights(model.graph, weights)
    del model.graph.value_info[:]
    path.write_bytes(model.SerializeToString(deterministic=True))
    return model


def facts(p, training):
    """What `cachepolicies split --facts` adds to the manifest."""
    return {
        "textToImage": {
            "tokenizer": {"kind": "words", "vocabulary": "vocabulary.json", "length": p.text_length, "input": "text_ids",
                          "unknown": "refuse", "styles": ["twitter", "fluent"], "empty": 0},
            "decoder": {"kind": "patches", "patch": p.patch, "width": p.image_size, "height": p.image_size, "channels": 3,
                        "minimum": -1, "maximum": 1},
            "sampler": {"kind": "flow-match-euler", "shift": 1.0},
        },
        "training": training,
    }


def write_safetensors(path, tensors):
    header, blobs, offset = {}, [], 0
    kinds = {np.dtype("<f4"): "F32", np.dtype("<i8"): "I64"}
    for name, array in tensors.items():
        content = np.ascontiguousarray(array).tobytes()
        header[name] = {"dtype": kinds[array.dtype], "shape": list(array.shape), "data_offsets": [offset, offset + len(content)]}
        offset += len(content)
        blobs.append(content)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def write_reference(path, values):
    """Inputs and the value at every boundary. Of hidden states every fourth token is kept: "embedded/image[::4]"."""
    tensors = {}
    for name, value in values.items():
        array = value.numpy()
        if array.ndim == 3 and array.shape[1] > 8 and not name.startswith(("latent/", "output/")):
            name, array = f"{name}[::{REFERENCE_STRIDE}]", array[:, ::REFERENCE_STRIDE]
        tensors[name] = array
    write_safetensors(path, tensors)


def training_facts(path, checkpoint):
    facts = {"parameters": int(checkpoint["ema"].numel()), "steps": checkpoint["step"], "samples": checkpoint["samples"],
             "minutes": round(checkpoint["elapsed"] / 60, 1), **checkpoint.get("facts", {})}
    log = path.parent / "log.txt"
    if log.exists():
        losses = [float(line.split()[5]) for line in log.read_text().splitlines() if int(line.split()[1]) <= checkpoint["step"]]
        facts["loss"] = round(sum(losses[-5:]) / len(losses[-5:]), 4)
    return facts


def reference_case(p, vocabulary):
    """Two prompts at two times, one of them empty."""
    generator = torch.Generator().manual_seed(20)
    words = {word: i for i, word in enumerate(vocabulary)}
    ids = torch.zeros(2, p.text_length, dtype=torch.long)
    ids[0, :3] = torch.tensor([words[w] for w in ("twitter", "red", "apple")])
    return torch.randn(2, p.grid ** 2, p.in_channels, generator=generator), torch.tensor([0.7, 0.25]), ids


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=pathlib.Path, default=HERE / "checkpoints/last.pt")
    parser.add_argument("--weights", choices=("ema", "params"), default="ema", help="the moving average, or the last parameters")
    parser.add_argument("--out", type=pathlib.Path, default=HERE / ".cache/export")
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    model, checkpoint = load_model(args.checkpoint, args.weights)
    round_weights(model)
    case = reference_case(model.params, checkpoint["vocabulary"])
    values = walk(model, *case)
    difference = (values["output/image"] - model(*case)).abs().max().item()
    if difference != 0:
        raise SystemExit(f"the boundaries' walk and the model differ by {difference}")

    (args.out / "check").mkdir(parents=True, exist_ok=True)
    weights = Weights(model)
    graph = export_graph(model, case, INPUTS, ("output/image",), args.out / "denoiser.onnx", weights).graph
    (args.out / WEIGHTS).write_bytes(weights.data)
    onnx.checker.check_model(str(args.out / "denoiser.onnx"), full_check=True)
    (args.out / "vocabulary.json").write_text(json.dumps(checkpoint["vocabulary"], indent=0) + "\n")
    (args.out / "facts.json").write_text(json.dumps(facts(model.params, training_facts(args.checkpoint, checkpoint)), indent=2) + "\n")
    write_reference(args.out / "check/reference.safetensors", values)
    print(f"{args.out / 'denoiser.onnx'}: {len(graph.node)} nodes; {WEIGHTS} has {len(weights.data)} bytes")


if __name__ == "__main__":
    main()

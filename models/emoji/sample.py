"""Makes images from prompts with a checkpoint, on one sheet.

    /usr/bin/python3 sample.py --out sheet.png "twitter blue frog face" "fluent penguin"
    /usr/bin/python3 sample.py --out sheet.png --prompts prompts.json --section new
"""
import argparse
import json
import pathlib

import numpy as np
import torch
from PIL import Image

from export import HERE, load_model
from flux import unpatchify


def encode(prompts, vocabulary, length):
    """Sentences, or lists of words, to word ids; an unknown word is an error."""
    index = {word: i for i, word in enumerate(vocabulary)}
    ids = torch.zeros(len(prompts), length, dtype=torch.long)
    for i, prompt in enumerate(prompts):
        for j, word in enumerate(prompt.split() if isinstance(prompt, str) else prompt):
            if word not in index:
                raise SystemExit(f"'{word}' in '{prompt}' is not in the vocabulary")
            ids[i, j] = index[word]
    return ids


def noise_for(model, count, seed):
    p = model.params
    return torch.randn(count, p.grid ** 2, p.in_channels, generator=torch.Generator().manual_seed(seed))


@torch.no_grad()
def euler(model, noise, ids, steps=30, guidance=3.0):
    """Flow matching from t = 1 to 0 in even steps, with classifier-free guidance. Returns patches in about [-1, 1]."""
    z, both = noise, torch.cat([ids, torch.zeros_like(ids)])
    times = torch.linspace(1, 0, steps + 1)
    for now, after in zip(times, times[1:]):
        with_text, without = model(torch.cat([z, z]), now.expand(len(both)), both).chunk(2)
        z = z + (after - now) * (without + guidance * (with_text - without))
    return z


def to_bytes(patches, patch):
    images = unpatchify(patches, patch).clamp(-1, 1)
    return ((images + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()


def save_sheet(images, columns, path, scale=2):
    """A grid of byte images [N, S, S, 3] on white."""
    padded = [np.pad(image, ((1, 1), (1, 1), (0, 0)), constant_values=255) for image in images]
    padded += [np.full_like(padded[0], 255)] * (-len(padded) % columns)
    rows = [np.concatenate(padded[i:i + columns], 1) for i in range(0, len(padded), columns)]
    sheet = Image.fromarray(np.concatenate(rows, 0))
    sheet.resize((sheet.width * scale, sheet.height * scale), Image.NEAREST).save(path, optimize=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prompt", nargs="*")
    parser.add_argument("--prompts", type=pathlib.Path, help="a JSON file of lists of prompts")
    parser.add_argument("--section", help="which list of that file")
    parser.add_argument("--checkpoint", type=pathlib.Path, default=HERE / "checkpoints/last.pt")
    parser.add_argument("--weights", choices=("ema", "params"), default="ema")
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--guidance", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--columns", type=int, default=8)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    prompts = args.prompt + (json.loads(args.prompts.read_text())[args.section] if args.prompts else [])
    model, checkpoint = load_model(args.checkpoint, args.weights)
    ids = encode(prompts, checkpoint["vocabulary"], model.params.text_length)
    patches = euler(model, noise_for(model, len(ids), args.seed), ids, args.steps, args.guidance)
    save_sheet(to_bytes(patches, model.params.patch), args.columns, args.out)


if __name__ == "__main__":
    main()

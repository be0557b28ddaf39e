"""Judges a checkpoint by what is known to be right.

Known captions: is the training image of a caption the nearest one to the sample, and how near is it? New combinations: for pairs of
object and colour that were held out, is the recoloured image the nearest one to the sample, among all images in all colours; is the
sample nearest to the right object, and among that object's colours to the right one? The naive answer, the object in its own
colour, is given beside it: what a model would reach that ignores the new word.

    /usr/bin/python3 evaluate.py --count 100
    /usr/bin/python3 evaluate.py --checkpoint other.pt --within other-vocabulary.json      # only captions of these words
"""
import argparse
import json
import pathlib

import torch

from dataset import HELD, TRAIN, Dataset
from export import HERE, load_model
from sample import encode, euler, noise_for, save_sheet, to_bytes


def psnr(a, b):
    """Over a range of 2, per image, of patches clipped to [-1, 1]."""
    return 10 * torch.log10(4 / (a.clamp(-1, 1) - b).square().mean((1, 2)).clamp(min=1e-10))


def summary(name, values):
    print(f"{name}: mean {values.mean():.1f} dB, median {values.median():.1f} dB, lowest {values.min():.1f} dB")


def nearest(samples, candidates):
    return torch.cdist(samples.clamp(-1, 1).flatten(1), candidates.flatten(1)).argmin(1)


def choose(count, total, seed):
    return torch.randperm(total, generator=torch.Generator().manual_seed(seed))[:count]


class Judge:
    def __init__(self, args):
        self.args, self.data = args, Dataset()
        self.model, checkpoint = load_model(args.checkpoint, args.weights)
        self.vocabulary = checkpoint["vocabulary"]
        self.allowed = set(json.loads(args.within.read_text()) if args.within else self.vocabulary) & set(self.vocabulary)
        self.known = self.data.latents(self.data.bytes)
        print(f"{args.checkpoint.name}: {checkpoint['step']} steps, {checkpoint['samples']} samples")

    def sample(self, captions):
        ids = encode(captions, self.vocabulary, self.model.params.text_length)
        return euler(self.model, noise_for(self.model, len(ids), self.args.seed), ids, self.args.steps, self.args.guidance)

    def sheet(self, name, *columns):
        """One image of each column after the other: sample, truth."""
        if self.args.sheets:
            self.args.sheets.mkdir(parents=True, exist_ok=True)
            images = torch.stack([c[:48] for c in columns], 1).flatten(0, 1)
            save_sheet(to_bytes(images, self.data.patch), 8 * len(columns), self.args.sheets / f"{name}.png")

    def judge_known(self):
        usable = [i for i, c in enumerate(self.data.captions) if self.allowed.issuperset(c)]
        picked = torch.tensor(usable)[choose(self.args.count, len(usable), 3)]
        samples = self.sample([self.data.captions[i] for i in picked])
        right = nearest(samples, self.known) == picked
        print(f"known captions: nearest training image is right in {right.sum()} of {len(picked)}")
        summary("  sample to its training image", psnr(samples, self.known[picked]))
        self.sheet("known", samples, self.known[picked])

    def judge_pairs(self, kind, name):
        data = self.data
        everything = torch.cat([data.pairs[TRAIN], data.pairs[HELD]])
        usable = [p for p in data.pairs[kind] if self.allowed.issuperset(data.pair_caption(p))]
        pairs = torch.stack([usable[i] for i in choose(self.args.count, len(usable), 4)])
        truth = data.latents(data.recoloured_bytes[pairs[:, 0], pairs[:, 1]])
        samples = self.sample([data.pair_caption(p) for p in pairs])
        candidates = data.latents(torch.cat([data.bytes, data.recoloured_bytes[everything[:, 0], everything[:, 1]]]))
        rows = torch.cat([torch.arange(len(data)), everything[:, 0]])
        colours = torch.cat([torch.full((len(data),), -1), everything[:, 1]])
        found = nearest(samples, candidates)
        right_row, right_colour = rows[found] == pairs[:, 0], colours[found] == pairs[:, 1]
        own = [nearest(s[None], candidates[rows == i])[0] for s, i in zip(samples, pairs[:, 0])]
        among_own = sum((colours[rows == i][o] == j).item() for o, (i, j) in zip(own, pairs.tolist()))
        print(f"{name}: of {len(pairs)}, the nearest of {len(candidates)} images is right in {(right_row & right_colour).sum()}, "
              f"of the right object in {right_row.sum()}; among the object's colours the right one in {among_own}")
        summary("  sample to the recoloured image", psnr(samples, truth))
        summary("  naive: the object in its own colour", psnr(self.known[pairs[:, 0]], truth))
        self.sheet(name.replace(" ", "-"), samples, truth)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=pathlib.Path, default=HERE / "checkpoints/last.pt")
    parser.add_argument("--weights", choices=("ema", "params"), default="ema")
    parser.add_argument("--within", type=pathlib.Path, help="only captions of the words in this file")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--guidance", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--parts", default="known,held,train")
    parser.add_argument("--sheets", type=pathlib.Path, help="folder for sheets of samples beside the truth")
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    judge = Judge(args)
    parts = args.parts.split(",")
    if "known" in parts:
        judge.judge_known()
    if "held" in parts:
        judge.judge_pairs(HELD, "held-out pairs")
    if "train" in parts:
        judge.judge_pairs(TRAIN, "trained pairs")


if __name__ == "__main__":
    main()

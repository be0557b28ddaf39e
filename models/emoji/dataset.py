"""The data set that build_dataset.py made, as tensors, and the batches that training draws from it."""
import json
import pathlib

import numpy as np
import torch

from flux import patchify

CACHE = pathlib.Path(__file__).parent / ".cache"
TRAIN, HELD = 1, 2


class Dataset:
    """Known images with their captions, and recoloured ones ("pairs" of an image and a colour) for training and held out."""

    def __init__(self, path=CACHE, patch=4, length=8):
        document = json.loads((path / "dataset.json").read_text())
        arrays = np.load(path / "dataset.npz")
        self.patch, self.length = patch, length
        self.vocabulary, self.colours, self.rows = document["vocabulary"], document["colours"], document["rows"]
        self._index = {word: i for i, word in enumerate(self.vocabulary)}
        self.captions = [r["caption"] for r in self.rows]
        self.text_ids = self.encode(self.captions)
        self.bytes = torch.from_numpy(arrays["images"])
        self.recoloured_bytes = torch.from_numpy(arrays["recoloured"])
        use = torch.from_numpy(arrays["use"])
        self.pairs = {kind: (use == kind).nonzero() for kind in (TRAIN, HELD)}
        self.pair_ids = torch.zeros(*use.shape, length, dtype=torch.long)
        for i, row in enumerate(self.rows):
            for colour, caption in row["recoloured"].items():
                self.pair_ids[i, self.colours.index(colour)] = self.encode([caption])[0]

    def __len__(self):
        return len(self.rows)

    def encode(self, captions):
        """Lists of words (or sentences) to ids; a word that is not in the vocabulary is an error."""
        ids = torch.zeros(len(captions), self.length, dtype=torch.long)
        for i, caption in enumerate(captions):
            words = caption.split() if isinstance(caption, str) else caption
            if len(words) > self.length:
                raise ValueError(f"'{' '.join(words)}' has {len(words)} words; the model reads {self.length}")
            for j, word in enumerate(words):
                if word not in self._index:
                    raise ValueError(f"'{word}' is not in the vocabulary")
                ids[i, j] = self._index[word]
        return ids

    def latents(self, images):
        """Bytes [B, 32, 32, 3] to patches in [-1, 1]."""
        return patchify(images.permute(0, 3, 1, 2).float() / 127.5 - 1, self.patch)

    def pair_caption(self, pair):
        i, j = pair.tolist()
        return self.rows[i]["recoloured"][self.colours[j]]


class Batches:
    """What one training process draws at each step: a function of (seed, rank, step) alone, so that a resumed run goes on exactly.

    All known images pass once per epoch, in an order that all processes share; a fraction of them is replaced by recoloured ones.
    """

    def __init__(self, data, seed, rank, ranks, size, word_dropout, caption_dropout):
        self.data, self.seed, self.rank, self.ranks, self.size = data, seed, rank, ranks, size
        self.word_dropout, self.caption_dropout = word_dropout, caption_dropout
        self._epoch, self._order = None, None

    def _permuted(self, position):
        epoch, offset = divmod(position, len(self.data))
        if epoch != self._epoch:
            generator = torch.Generator().manual_seed(self.seed * 1_000_003 + epoch)
            self._epoch, self._order = epoch, torch.randperm(len(self.data), generator=generator)
        return self._order[offset].item()

    def draw(self, step, recolour):
        """(data [B, N, 48], noise, t [B], word ids [B, T]) of a step, with the fraction of recoloured images."""
        data, b = self.data, self.size
        g = torch.Generator().manual_seed((self.seed * 7919 + step) * self.ranks + self.rank)
        start = (step * self.ranks + self.rank) * b
        known = torch.tensor([self._permuted(start + i) for i in range(b)])
        images, ids = data.bytes[known], data.text_ids[known]

        ids = self._drop_words(ids, g)
        pairs = data.pairs[TRAIN][torch.randint(len(data.pairs[TRAIN]), (b,), generator=g)]
        swap = torch.rand(b, generator=g) < recolour
        i, j = pairs[swap].unbind(1)
        images[swap], ids[swap] = data.recoloured_bytes[i, j], data.pair_ids[i, j]

        ids[torch.rand(b, generator=g) < self.caption_dropout] = 0
        # Half uniform, half logit-normal: the middle of the path is where the picture is decided.
        t = torch.cat([torch.rand(b // 2, generator=g), torch.sigmoid(torch.randn(b - b // 2, generator=g))]).clamp(1e-3, 1)
        x = data.latents(images)
        return x, torch.randn(x.shape, generator=g), t, ids

    def _drop_words(self, ids, g):
        """From some captions with three or more words of name, leaves one out, so that shorter prompts work."""
        ids = ids.clone()
        lengths = (ids > 0).sum(1)
        for row in ((torch.rand(len(ids), generator=g) < self.word_dropout) & (lengths > 3)).nonzero().flatten().tolist():
            out = 1 + torch.randint(lengths[row].item() - 1, (), generator=g).item()
            ids[row] = torch.cat([ids[row, :out], ids[row, out + 1:], ids.new_zeros(1)])
        return ids

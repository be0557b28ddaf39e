"""Builds .cache/dataset.npz and .cache/dataset.json from the art in .cache (see README.md for how it gets there).

Each image is 32 x 32, on white, with a caption of at most 8 words: the style first, then the words of its name ("twitter red
apple"). Each is also there in every colour of recolour.COLOURS ("twitter blue apple"), with a tenth of the pairs of object and
colour held out, in both styles, so that there is a ground truth to judge new combinations by.
"""
import collections
import hashlib
import json
import pathlib
import re

import numpy as np
from PIL import Image

from recolour import COLOURS, recolour

CACHE = pathlib.Path(__file__).parent / ".cache"
TWITTER = CACHE / "node_modules/emoji-datasource-twitter"
STYLES = ("twitter", "fluent")
CATEGORIES = {"Smileys & Emotion", "Animals & Nature", "Food & Drink"}
SUBCATEGORIES = {"sky & weather"}
STOP_WORDS = {"with", "of", "the", "and", "a", "in", "on", "for", "to"}
WORDS = 8
SIZE = 32
HELD_OUT = 0.1

# Unicode's old names say "black" and "white" for a typeface's filled and hollow forms; the art has other colours.
NAMES = {"heart": "red heart", "sunny": "sun rays", "relaxed": "smiling face relaxed", "star": "star"}

TRAIN, HELD, NONE = 1, 2, 0


def name_words(emoji):
    name = NAMES.get(emoji["short_name"], emoji["name"] or "")
    words = [w for w in re.sub(r"[^a-z0-9 ]+", " ", name.lower()).split() if w not in STOP_WORDS]
    return words or [emoji["short_name"]]


def short_name_words(emoji):
    return re.sub("[^a-z0-9]", " ", emoji["short_name"]).split()


def find_art(style, emoji):
    if style == "twitter":
        path = TWITTER / "img/twitter/64" / emoji["image"]
        return path if emoji["has_img_twitter"] and path.exists() else None
    unified = emoji["unified"].lower()
    names = [unified, unified.replace("-fe0f", ""), (emoji.get("non_qualified") or unified).lower()]
    for name in names + [re.sub("^0+", "", n) for n in names]:
        path = CACHE / "fluent-64" / f"{name}.png"
        if path.exists():
            return path
    return None


def read_square(path):
    """The picture as RGBA floats in [0, 1], padded to a square."""
    image = Image.open(path).convert("RGBA")
    side = max(image.size)
    square = Image.new("RGBA", (side, side), (255, 255, 255, 0))
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return np.asarray(square) / 255.0


def on_white(rgba):
    """Flattens onto white and shrinks to the model's size."""
    flat = rgba[..., :3] * rgba[..., 3:] + 1 - rgba[..., 3:]
    image = Image.fromarray((flat * 255).round().astype(np.uint8))
    return np.asarray(image.resize((SIZE, SIZE), Image.BOX if image.width % SIZE == 0 else Image.LANCZOS))


def is_held_out(words, colour):
    digest = hashlib.sha256(" ".join([colour, *words]).encode()).digest()
    return int.from_bytes(digest[:4], "big") < HELD_OUT * 2 ** 32


def main():
    emojis = json.loads((TWITTER / "emoji.json").read_text())
    emojis = [e for e in emojis if e["category"] in CATEGORIES or e["subcategory"] in SUBCATEGORIES]
    emojis.sort(key=lambda e: e["sort_order"])
    found = [(style, e, path) for style in STYLES for e in emojis if (path := find_art(style, e))]

    captions = [[style, *name_words(e)][:WORDS] for style, e, _ in found]
    times = collections.Counter(map(tuple, captions))
    for i, (style, e, _) in enumerate(found):
        if times[tuple(captions[i])] > 1:
            captions[i] = [style, *short_name_words(e)][:WORDS]
    taken = set(map(tuple, captions))
    assert len(taken) == len(captions), "two images share a caption"

    colours = list(COLOURS)
    images = np.zeros((len(found), SIZE, SIZE, 3), np.uint8)
    recoloured = np.zeros((len(found), len(colours), SIZE, SIZE, 3), np.uint8)
    use = np.zeros((len(found), len(colours)), np.uint8)
    rows = []
    for i, (style, e, path) in enumerate(found):
        rgba = read_square(path)
        images[i] = on_white(rgba)
        base = [w for w in captions[i][1:] if w not in COLOURS]
        own = [w for w in captions[i][1:] if w in COLOURS]
        row = {"style": style, "name": e["short_name"], "caption": captions[i], "recoloured": {}}
        for j, colour in enumerate(colours):
            caption = [style, colour, *base][:WORDS]
            if colour in own or "light" in base or tuple(caption) in taken:
                continue
            taken.add(tuple(caption))
            recoloured[i, j] = on_white(recolour(rgba, colour))
            use[i, j] = HELD if is_held_out(base, colour) else TRAIN
            row["recoloured"][colour] = caption
        rows.append(row)

    words = {w for r in rows for c in (r["caption"], *r["recoloured"].values()) for w in c}
    np.savez_compressed(CACHE / "dataset.npz", images=images, recoloured=recoloured, use=use)
    (CACHE / "dataset.json").write_text(json.dumps(
        {"colours": colours, "vocabulary": ["<pad>", *sorted(words)], "rows": rows}, indent=0))
    print(f"{len(rows)} images, {(use == TRAIN).sum()} recoloured, {(use == HELD).sum()} held out, "
          f"{len(words) + 1} words, {collections.Counter(r['style'] for r in rows)}")


if __name__ == "__main__":
    main()

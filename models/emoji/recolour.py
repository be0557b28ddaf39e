"""Recolours art towards a colour word, so that the model can learn what a colour word does from ground truth.

The main colour of a picture is moved to the colour that the word stands for; other colours, white and black stay. So eyes stay
black, teeth stay white and a pink nose stays pink when a cat turns blue. All work is done in OKLab, where equal steps look equal
(B. Ottosson, "A perceptual color space for image processing", 2020).
"""
import numpy as np

# What each word stands for: tones of the kind that emoji art uses.
COLOURS = {
    "red": 0xDD2E44,
    "orange": 0xF4900C,
    "yellow": 0xFFCC4D,
    "green": 0x6AB04A,
    "blue": 0x4A9DE4,
    "purple": 0x9266CC,
    "pink": 0xF598C4,
    "brown": 0xA0643C,
    "grey": 0x99A5AE,
    "black": 0x33383C,
}

_RGB_TO_LMS = np.array([
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005]])
_LMS_TO_LAB = np.array([
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660]])


def to_oklab(rgb):
    """sRGB in [0, 1], channels last, to OKLab."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ _RGB_TO_LMS.T) @ _LMS_TO_LAB.T


def from_oklab(lab):
    """OKLab to sRGB in [0, 1]; what lies outside the gamut is clipped."""
    lms = (lab @ np.linalg.inv(_LMS_TO_LAB).T) ** 3
    linear = np.clip(lms @ np.linalg.inv(_RGB_TO_LMS).T, 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def _smoothstep(x, low, high):
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def _angle(a, b):
    return np.abs((a - b + np.pi) % (2 * np.pi) - np.pi)


def main_region(lab, alpha):
    """The pixels that make up a picture's main colour.

    Returns (weight in [0, 1] per pixel, hue of the main colour or None where the picture is mostly grey).
    """
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    hue = np.arctan2(lab[..., 2], lab[..., 1])
    mass = alpha * chroma * (chroma > 0.04)
    centres = np.linspace(-np.pi, np.pi, 72, endpoint=False)
    votes = np.array([(mass * (_angle(hue, c) < np.pi / 9)).sum() for c in centres])
    main = centres[votes.argmax()]
    near = mass * (_angle(hue, main) < np.pi / 6)
    main = np.arctan2((near * np.sin(hue)).sum(), (near * np.cos(hue)).sum())
    weight = (1 - _smoothstep(_angle(hue, main), np.radians(40), np.radians(70))) * _smoothstep(chroma, 0.02, 0.06)
    if (alpha * weight).sum() >= 0.2 * alpha.sum():
        return weight, main
    return 1 - _smoothstep(chroma, 0.05, 0.09), None


def recolour(rgba, colour):
    """Moves the main colour of an RGBA picture (floats in [0, 1], not premultiplied) to that of a colour word."""
    target = to_oklab(np.array([(COLOURS[colour] >> s & 255) / 255 for s in (16, 8, 0)]))
    target_light, target_chroma = target[0], np.hypot(target[1], target[2])
    target_hue = np.arctan2(target[2], target[1])
    lab, alpha = to_oklab(rgba[..., :3]), rgba[..., 3]
    weight, main = main_region(lab, alpha)
    share = alpha * weight
    light, chroma = lab[..., 0], np.hypot(lab[..., 1], lab[..., 2])

    # Lightness: a curve through black, the main colour and white, so that shading and outlines survive.
    old = np.clip((share * light).sum() / max(share.sum(), 1e-6), 0.1, 0.95)
    new = old + 0.9 * (target_light - old)
    moved = np.where(light < old, light * new / old, 1 - (1 - light) * (1 - new) / (1 - old))

    # Chroma and hue: scaled and turned; a grey picture has neither, so they follow from lightness (none in white and in black).
    if main is None:
        hue = np.full_like(light, target_hue)
        strength = target_chroma * np.clip((1 - moved) / (1 - new), 0, 1) * np.clip(1.4 * moved / new, 0, 1)
    else:
        turn = np.arctan2(lab[..., 2], lab[..., 1]) - main
        hue = target_hue + 0.5 * ((turn + np.pi) % (2 * np.pi) - np.pi)
        scale = target_chroma / max((share * chroma).sum() / max(share.sum(), 1e-6), 0.02)
        strength = np.minimum(chroma * scale, 1.3 * target_chroma)
    changed = np.stack([moved, strength * np.cos(hue), strength * np.sin(hue)], -1)
    lab = lab + weight[..., None] * (changed - lab)
    return np.concatenate([from_oklab(lab), alpha[..., None]], -1)

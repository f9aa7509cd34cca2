"""Descriptors: what a picture looks like, in a few numbers, so that dull ones are found and different ones told apart.

All are measured on a small picture, about 112 × 63 pixels, in OKLab, where equal distances look alike.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..field.numpy_ops import NumpyOps
from ..field.spaces import decode, linear_to_oklab

Floats = NDArray[np.float64]

_BANDS = 6  # octaves of detail, from the whole picture's height down
_DIRECTIONS = 6  # of edges, over half a turn
_GRID = 3  # parts a side, of the composition
_HUES = 8
_BIN = 0.08  # of OKLab, within which colours pass for one
CRISP = 0.08  # of lightness, between neighbouring pixels, that is a crisp edge
_EDGE = 0.06  # of lightness, from pixel to pixel, that is seen as an edge


class Measures(NamedTuple):
    """A picture in numbers.

    `lightness` and `contrast`: mean and spread (of 5th to 95th percentile) of OKLab's L, 0 to 1. `colourfulness`: mean
    chroma. `hues`: (8,), share of chroma in each eighth of the circle. `largest_colour`: the share of pixels that pass
    for the most frequent colour. `scales`: (6,), share of the variance of L in each octave of detail, the coarsest
    first. `directions`: (6,), share of edges in each direction. `edges`: the share of pixels on an edge. `noise`: how
    much of the variance lies between neighbouring pixels; 1 for white noise. `parts`: (9, 3), mean colour of each
    ninth. `crisp`: the share of neighbours that an edge lies between. `fine`: the share of the variance of L in detail
    finer than an eighth of the height. `spread`: of hues, in degrees, by chroma. `calm`: the share of small squares
    without an edge. `figure`: how far the most different ninth's colour is from the others' mean. `grain`: the same as
    `noise`, of pixels of the finished size, 0 if not measured.
    """

    lightness: float
    contrast: float
    colourfulness: float
    hues: Floats
    largest_colour: float
    scales: Floats
    directions: Floats
    edges: float
    noise: float
    parts: Floats
    crisp: float
    fine: float
    spread: float
    calm: float
    figure: float
    grain: float = 0.0


def oklab(pixels: NDArray[np.uint8]) -> Floats:
    """OKLab, shape (height, width, 3), of a picture of 8 bits, grey or colour."""
    colours = pixels if pixels.shape[2] == 3 else np.repeat(pixels, 3, axis=2)
    return linear_to_oklab(_LINEAR[colours])


_LINEAR = np.asarray(decode(np.arange(256) / 255, NumpyOps()))


def measure(pixels: NDArray[np.uint8]) -> Measures:
    """A picture's measures."""
    lab = oklab(pixels)
    light, a, b = lab[..., 0], lab[..., 1], lab[..., 2]
    chroma, angle = np.hypot(a, b), np.arctan2(b, a)
    hues = np.histogram(angle, _HUES, (-np.pi, np.pi), weights=chroma)[0]
    low, high = np.percentile(light, (5, 95))
    down, across = np.gradient(light)
    steps = np.hypot(down, across)
    directions = np.histogram(np.arctan2(down, across) % np.pi, _DIRECTIONS, (0, np.pi), weights=steps)[0]
    return Measures(
        float(light.mean()), float(high - low), float(chroma.mean()), _share(hues, chroma.sum() > 0.005 * chroma.size),
        _largest_colour(lab), _scales(light), _share(directions), float((steps > _EDGE).mean()), noise(light),
        _parts(lab), crispness(light), fineness(light, light.shape[0] / 8), hue_spread(a, b),
        _calm(steps), _figure(_parts(lab)),
    )  # fmt: skip


def crispness(light: Floats) -> float:
    """The share of neighbouring pixels that differ in lightness as paper does from paper."""
    pairs = np.abs(np.diff(light, axis=0)), np.abs(np.diff(light, axis=1))
    return float(np.mean([(pair > CRISP).mean() for pair in pairs]))


def fineness(light: Floats, pixels: float) -> float:
    """The share of the variance of lightness in detail that is finer than so many pixels a wave."""
    height, width = light.shape
    power = np.abs(np.fft.fft2(light - light.mean())) ** 2
    waves = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width))
    total = power.sum()
    return float(power[waves > 1 / pixels].sum() / total) if total > 0 else 0.0


def hue_spread(a: Floats, b: Floats) -> float:
    """The circular standard deviation of hue in degrees, each pixel by its chroma (Mardia & Jupp 2000, 2.3.1)."""
    chroma = np.hypot(a, b).sum()
    if chroma <= 0.005 * a.size:
        return 0.0
    length = min(1.0, float(np.hypot(a.sum(), b.sum()) / chroma))
    return float(np.degrees(np.sqrt(-2 * np.log(max(length, 1e-9)))))


def _calm(steps: Floats) -> float:
    """The share of squares of a ninth of the height without an edge."""
    side = max(2, steps.shape[0] // 9)
    rows, columns = steps.shape[0] // side, steps.shape[1] // side
    blocks = steps[: rows * side, : columns * side].reshape(rows, side, columns, side)
    return float((blocks.max(axis=(1, 3)) < _EDGE).mean())


def _figure(parts: Floats) -> float:
    away = np.sqrt(((parts - parts.mean(axis=0)) ** 2).sum(axis=1))
    return float(away.max())


def noise(light: Floats) -> float:
    """The variance between neighbouring pixels as a part of all there is: 1 for white noise, 0 for slow gradients."""
    variance = float(light.var())
    if variance < 1e-6:
        return 0.0
    between = (np.diff(light, axis=0) ** 2).mean() + (np.diff(light, axis=1) ** 2).mean()
    return float(between / (4 * variance))


def distance(a: Measures, b: Measures) -> float:
    """How different two pictures look: 0 for the same, about 1 for any two of different kinds."""
    return float(np.sqrt(((vector(a) - vector(b)) ** 2).sum()))


def vector(one: Measures) -> Floats:
    """The measures as a point of a space in which distances are `distance`.

    Each descriptor has its weight by how much it usually varies, so that none decides alone: colours, detail and
    composition count about a third each.
    """
    return np.concatenate([
        [1.0 * one.lightness, 0.5 * one.contrast, 2.0 * one.colourfulness],
        0.45 * np.sqrt(one.hues) * min(1.0, one.colourfulness / 0.05),
        0.5 * np.sqrt(one.scales), 0.5 * np.sqrt(one.directions), [0.6 * one.edges, 0.4 * one.noise],
        1.0 * one.parts.ravel() / _GRID,
    ])  # fmt: skip


def _share(values: Floats, enough: bool = True) -> Floats:
    total = values.sum()
    return values / total if total > 0 and enough else np.full(len(values), 1 / len(values))


def _largest_colour(lab: Floats) -> float:
    """The largest share of pixels in one box of OKLab; two grids, so that no colour is cut in half in both."""
    shares = []
    for shift in (0.0, 0.5):
        boxes = np.floor(lab.reshape(-1, 3) / _BIN + shift).astype(np.int64) + 64
        counts = np.bincount(boxes[:, 0] << 16 | boxes[:, 1] << 8 | boxes[:, 2])
        shares.append(counts.max() / len(boxes))
    return float(max(shares))


def _scales(light: Floats) -> Floats:
    """The share of the variance in each octave of frequency, from one wave a height to 32 and more."""
    height, width = light.shape
    window = np.hanning(height)[:, None] * np.hanning(width)
    power = np.abs(np.fft.fft2((light - light.mean()) * window)) ** 2
    waves = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)) * height
    octave = np.clip(np.floor(np.log2(np.maximum(waves, 1))), 0, _BANDS - 1).astype(int)
    return _share(np.bincount(octave.ravel(), power.ravel(), minlength=_BANDS).astype(np.float64))


def _parts(lab: Floats) -> Floats:
    rows, columns = (np.array_split(np.arange(size), _GRID) for size in lab.shape[:2])
    return np.array([lab[np.ix_(r, c)].mean((0, 1)) for r in rows for c in columns])

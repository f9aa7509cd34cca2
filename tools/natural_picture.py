"""A test picture that is like a photograph in what counts for fitting: several scales of detail, edges, flat areas.

python tools/natural_picture.py FILE.png [SIDE]
"""

import sys

import numpy as np

import cppn


def natural_picture(side: int = 256, seed: int = 1) -> np.ndarray:
    """The picture, (side, side, 3), 0 to 1: a landscape of noise like nature's, a sky, a sun, a tiled house."""
    random = np.random.Generator(np.random.PCG64(seed))
    v, u = (np.mgrid[:side, :side] + 0.5) / side
    # amplitudes fall as 1/f, as those of photographs do (Field 1987)
    f = np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side)))
    f[0, 0] = 1
    fields = []
    for power in (2.0, 1.2, 1.5):
        noise = np.fft.ifft2(np.fft.fft2(random.standard_normal((side, side))) / f**power).real
        fields.append(noise / noise.std())
    hills, grass, clouds = fields
    sky = np.stack([0.35 + 0.35 * v, 0.55 + 0.25 * v, 0.85 + 0.05 * v], -1)  # flat
    sky += 0.10 * np.clip(clouds, 0, 2)[..., None] * (v < 0.4)[..., None]
    sun = np.hypot(u - 0.78, v - 0.17) < 0.075
    sky[sun] = (1.0, 0.93, 0.7)
    ridge = 0.45 + 0.05 * hills[side // 2, :][None, :] + 0.03 * np.sin(9 * u)
    land = np.stack([0.25 + 0.05 * hills, 0.38 + 0.06 * hills, 0.18 + 0.03 * hills], -1) + 0.045 * grass[..., None]
    picture = np.where((v > ridge)[..., None], land, sky)
    house = (np.abs(u - 0.3) < 0.14) & (np.abs(v - 0.68) < 0.12)
    picture[house] = (0.72, 0.66, 0.58)
    bricks = house & (((v * 32) % 1 < 0.14) | (((u * 16 + 0.5 * (np.floor(v * 32) % 2)) % 1) < 0.08))
    picture[bricks] = (0.5, 0.45, 0.4)
    picture[(np.abs(u - 0.25) < 0.03) & (np.abs(v - 0.7) < 0.05)] = (0.12, 0.15, 0.2)
    roof = (v > 0.45) & (v < 0.56) & (np.abs(u - 0.3) < 0.17 * (v - 0.44) / 0.12)
    picture[roof] = (0.55, 0.2, 0.15)
    return picture.clip(0, 1).astype(np.float32)


if __name__ == "__main__":
    pixels = natural_picture(int(sys.argv[2]) if len(sys.argv) > 2 else 256)
    cppn.save((255 * pixels + 0.5).astype(np.uint8), sys.argv[1])

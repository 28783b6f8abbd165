"""Synthetic images in the layout of CIFAR-10's binary files, and where a benchmark's samples lie in them.

No download is needed and every machine measures the same bytes. What the cost of an eigenproblem depends on is like
that of photographs: amplitudes fall as a power of the frequency, colours are correlated, contrast varies from image
to image. Classes differ in orientation, colour and a faint mean image, so that labels can be learnt, and not fully.
"""

import pathlib
import sys

import numpy as np

TRAIN, TEST = 5000, 10000
AT_ONCE = 1000
POWER = -1.2  # of the amplitudes in the frequency; photographs have -1 to -1.3
SIDE = 32
NOISE = 0.15  # share of images that show another class than their record says


def amplitudes():
    """Amplitude and orientation of every wave of the half-plane transform."""
    down, across = np.meshgrid(np.fft.fftfreq(SIDE), np.fft.rfftfreq(SIDE), indexing="ij")
    frequency = np.hypot(down, across)
    frequency[0, 0] = 1 / SIDE
    return frequency**POWER, np.arctan2(down, across)


def fields(rng, classes, mean_images):
    """Images of given classes before they are rounded, n x 3 x 32 x 32, with variance about 1."""
    count = len(classes)
    amplitude, angle = amplitudes()
    turned = 1 + 0.35 * np.cos(2 * (angle[None] - np.pi * classes[:, None, None] / 10))
    waves = rng.standard_normal((count, 3, SIDE, SIDE // 2 + 1, 2)).view(np.complex128)[..., 0]
    waves *= (amplitude * turned)[:, None]
    # a common brightness and two weaker colour axes, one of them stronger in the later classes
    axes = np.array([[1, 0.3, 0.1], [1, 0, -0.2], [1, -0.3, 0.1]])
    strength = np.stack([np.ones(count), 0.7 + 0.06 * classes, np.ones(count)], axis=1)
    images = np.fft.irfft2(np.einsum("cd,nd,ndhw->nchw", axes, strength, waves), s=(SIDE, SIDE))
    contrast = np.exp(0.35 * rng.standard_normal((count, 1, 1, 1)))
    return contrast * images / images.std() + 0.035 * mean_images[classes]


def write(path, count, seed):
    """Writes `count` records: a byte for the class, then the image channel by channel."""
    shared = np.random.default_rng(1)
    amplitude, _ = amplitudes()
    waves = shared.standard_normal((10, 3, SIDE, SIDE // 2 + 1)) * amplitude
    mean_images = np.fft.irfft2(waves, s=(SIDE, SIDE))
    mean_images /= mean_images.std()
    rng = np.random.default_rng(seed)
    with open(path, "wb") as file:
        for start in range(0, count, AT_ONCE):
            classes = rng.integers(0, 10, min(AT_ONCE, count - start))
            shown = np.where(rng.random(len(classes)) < NOISE, rng.integers(0, 10, len(classes)), classes)
            pixels = np.clip(np.rint(122 + 62 * fields(rng, shown, mean_images)), 0, 255).astype(np.uint8)
            records = np.concatenate([classes[:, None].astype(np.uint8), pixels.reshape(len(classes), -1)], axis=1)
            file.write(records.tobytes())


def make(folder):
    """Writes both files into a folder unless they are there."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, count, seed in (("data_batch_1.bin", TRAIN, 2), ("test_batch.bin", TEST, 3)):
        if not (folder / name).exists():
            write(folder / name, count, seed)


if __name__ == "__main__":
    make(sys.argv[1])

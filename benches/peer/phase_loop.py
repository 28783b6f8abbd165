#!/usr/bin/env python3
"""The learner of `fourier/phase-hardness`: seeds side by side, one signal a step, in the basis of cosines and sines.

Prints the CPU-seconds of a step of one seed. Draws are made for many steps at once and weights are normalised in every
step; the loop over steps is what the algorithm is.
"""

import argparse

import common
import numpy as np

DRAWN_AT_ONCE = 256


def arguments():
    """The command line; the defaults are the loop of the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--seeds", type=int, default=24)
    parser.add_argument("--steps", type=int, default=40000)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def draw(rng, seeds, modes):
    """Signals of the next steps, steps x seeds x 2 modes, and their labels."""
    phases = 2 * np.pi * rng.random((DRAWN_AT_ONCE, seeds, modes))
    labels = rng.choice([-1.0, 1.0], (DRAWN_AT_ONCE, seeds))
    phases[..., 2] = np.where(labels > 0, 3 * phases[..., 0], phases[..., 2])
    return np.sqrt(2) * np.concatenate([np.cos(phases), np.sin(phases)], axis=-1), labels


def step(w, x, y, rate, reached):
    """`w ← (w + η y He₃(z) x)/‖·‖`, `z = w·x/√(wᵀΣw)`; Σ is 1 on the first `reached` coordinates and 0 beyond."""
    own = w[:, :reached]
    z = np.einsum("ij,ij->i", own, x) / np.sqrt(np.einsum("ij,ij->i", own, own))
    own += (rate * y * z * (z * z - 3))[:, None] * x
    w /= np.sqrt(np.einsum("ij,ij->i", w, w))[:, None]


def main():
    """All seeds for a number of steps."""
    options = arguments()
    clock = common.Clock()
    rng = np.random.default_rng(options.seed)
    size, modes = options.size, options.size // 2 - 1
    w = rng.standard_normal((options.seeds, size))
    w /= np.linalg.norm(w, axis=1)[:, None]
    for made in range(options.steps):
        if made % DRAWN_AT_ONCE == 0:
            signals, labels = draw(rng, options.seeds, modes)
        at = made % DRAWN_AT_ONCE
        step(w, signals[at], labels[at], 1 / size**2, 2 * modes)
    planted = [0, 2, modes, modes + 2]
    clock.mark("loop")
    each = clock.marks["loop"] / (options.steps * options.seeds)
    clock.report(step_seconds=each, overlap=(w[:, planted] ** 2).sum(axis=1))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Times of NumPy's products and of NumPy's and SciPy's eigensolvers: the lines of `benches/kernels.rs`, same sizes."""

import sys
import time

import common  # noqa: F401  one thread
import numpy as np
from scipy.linalg import blas
from scipy.sparse.linalg import eigsh

INPUTS, PAIRS = 3072, 100
LEAST = 0.4


def normals(rows, columns, kind=np.float64):
    """Standard normal numbers."""
    return np.random.default_rng(0).standard_normal((rows, columns), dtype=kind)


def moment(n):
    """The law of `moment` in kernels.rs."""
    z = normals(2 * n, n) * (1 + np.arange(n)) ** -0.6
    labels = np.sign(z[:, 0] ** 2 - 1 + 0.5 * z[:, 1]) / len(z)
    c = z.T @ (z * labels[:, None])
    return (c + c.T) / 2


def product(kind):
    """Square matrices."""
    def make(n):
        a, b = normals(n, n, kind), normals(n, n, kind)
        return lambda: a @ b

    return make


def lift(n):
    """n images onto 2000 features."""
    x, weights = normals(n, INPUTS, np.float32), normals(INPUTS, 2000, np.float32)
    return lambda: x @ weights


def rank_k(kind, update):
    """`Aᵀ A` of 2n x n, the lower half."""
    def make(n):
        a = np.asfortranarray(normals(2 * n, n, kind))
        return lambda: update(1, a, trans=True, lower=True)

    return make


def of_moment(solve):
    """An eigensolver on a moment."""
    def make(n):
        a = moment(n)
        return lambda: solve(a)

    return make


KERNELS = {
    "product-f32": ((500, 1000, 2000), product(np.float32), lambda n: 2 * n**3),
    "product-f64": ((500, 1000, 2000), product(np.float64), lambda n: 2 * n**3),
    "lift-f32": ((1000, 2000), lift, lambda n: 2 * n * INPUTS * 2000),
    "rank-k-f32": ((1000, 2000), rank_k(np.float32, blas.ssyrk), lambda n: 2 * n**3),
    "rank-k-f64": ((1000, 2000), rank_k(np.float64, blas.dsyrk), lambda n: 2 * n**3),
    "top-100": ((2000, 3000, 4000, 5000), of_moment(lambda a: eigsh(a, PAIRS)), lambda n: 2 * n * n * PAIRS),
    "eigenpairs": ((1000, 2000, 3000), of_moment(np.linalg.eigh), lambda n: 9 * n**3),
    "eigenvalues": ((1000, 2000, 3000), of_moment(np.linalg.eigvalsh), lambda n: 4 / 3 * n**3),
}


def least_seconds(work):
    """The least CPU time of a repetition; short ones are timed several at once."""
    def timed(times):
        begin = time.process_time()
        for _ in range(times):
            work()
        return (time.process_time() - begin) / times

    first = timed(1)
    together = int(np.ceil(LEAST / max(first, 1e-3)))
    return min([first] + [timed(together) for _ in range(3)])


def main():
    """All kernels, or those named."""
    for name in sys.argv[1:] or KERNELS:
        sizes, make, flops = KERNELS[name]
        for size in sizes:
            print(f"{name} {size} {least_seconds(make(size)):.6f} {flops(size):.0f}", flush=True)


if __name__ == "__main__":
    main()

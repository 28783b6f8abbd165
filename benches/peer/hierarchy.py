"""The synthetic hierarchy: its teacher, its samples and the first features, and moments summed over prefixes."""

import numpy as np
from scipy.linalg import blas

MEAN_OF_RELU = np.float32(1 / np.sqrt(2 * np.pi))
BLOCK = 8192


class Teacher:
    """`h1_i = (xᵀ A_i x − Tr A_i)/√2`, h2 likewise of h1, `y = tanh h2`; d1 = ⌊√d⌋ matrices of Frobenius norm 1."""

    def __init__(self, rng, dim):
        self.hidden = int(np.sqrt(dim))
        self.first = [self.draw(rng, dim) for _ in range(self.hidden)]
        self.second = self.draw(rng, self.hidden)

    @staticmethod
    def draw(rng, size):
        """A random symmetric matrix."""
        a = rng.standard_normal((size, size))
        a += a.T
        return a / np.linalg.norm(a)

    def of(self, x):
        """h1, h2 and y of the rows of x."""
        h1 = np.stack([quadratic(x, a) for a in self.first], axis=1)
        h2 = quadratic(h1, self.second)
        return h1, h2, np.tanh(h2)


def quadratic(x, a):
    """`(xᵀ A x − Tr A)/√2` of every row."""
    return (np.einsum("ij,ij->i", x @ a, x) - np.trace(a)) / np.sqrt(2)


def sphere(rng, dim, width):
    """Weights, d x P, uniform on the unit sphere."""
    w = rng.standard_normal((dim, width))
    return (w / np.linalg.norm(w, axis=0)).astype(np.float32)


def first_features(x, weights):
    """`(|W x|/2 − 1/√(2π))/√P`, the ReLU without its Hermite parts of degree 0 and 1, in single precision."""
    z = x.astype(np.float32) @ weights
    factor = np.float32(1 / np.sqrt(weights.shape[1]))
    np.abs(z, out=z)
    z *= factor / 2
    z -= factor * MEAN_OF_RELU
    return z


class Moments:
    """Lower triangles of `Σ y z zᵀ` for several sets of labels y, in double precision over blocks in single."""

    def __init__(self, width, sets):
        self.sums = [np.zeros((width, width)) for _ in range(sets)]

    def add(self, features, labels):
        """Adds rows; one symmetric product for the positive labels, one for the negative, half the work each."""
        for total, y in zip(self.sums, labels):
            for sign in (1, -1):
                chosen = y * sign > 0
                scaled = features[chosen] * np.sqrt(sign * y[chosen]).astype(np.float32)[:, None]
                (np.add if sign > 0 else np.subtract)(total, blas.ssyrk(1, scaled.T, lower=True), out=total)

    def at(self, index, count):
        """The mean over `count` samples, whole; in single precision, as its blocks are."""
        lower = np.tril(self.sums[index].astype(np.float32)) * np.float32(1 / count)
        whole = lower + lower.T
        np.fill_diagonal(whole, lower.diagonal())
        return whole


def segments(sizes):
    """Ranges of rows, each in one block and between two sizes, with whether a size ends there."""
    start = 0
    for size in sizes:
        while start < size:
            stop = min(start + BLOCK, size)
            yield start, stop, stop == size
            start = stop


def training_sizes(dim, alphas):
    """`round(d^α)`."""
    return [round(dim**alpha) for alpha in alphas]


def basis(columns):
    """An orthonormal basis of the centred columns."""
    return np.linalg.qr(columns - columns.mean(axis=0))[0]

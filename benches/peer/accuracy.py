#!/usr/bin/env python3
"""Figure `accuracy`: test error of LoFi, random features and ridge on pixels, each with exact leave-one-out.

Three ReLU lifts in single precision; LoFi keeps the k1 and k2 directions of largest |λ| of the label-weighted moment
after the first two. The ridge is in double precision, as scikit-learn's RidgeCV computes it: one eigenproblem, then
the leave-one-out error of all λ at once. Several sizes and ranks: the work that they share is done once where that is
a matter of the order of loops; nothing is shared over n, for which the program would be run again.
"""

import argparse

import common
import numpy as np
from scipy.linalg import eigh
from scipy.sparse.linalg import eigsh


def arguments():
    """The command line; the defaults are the cell of the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data")
    parser.add_argument("--sizes", type=int, nargs="+", default=[4000])
    parser.add_argument("--width", type=int, default=2000)
    parser.add_argument("--k1", type=int, nargs="+", default=[63])
    parser.add_argument("--k2", type=int, nargs="+", default=[400])
    parser.add_argument("--validation", type=int, default=1000)
    parser.add_argument("--test", type=int, default=10000)
    parser.add_argument("--lambdas", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def lift(splits, weights):
    """`relu(h W / c)/√P` of every split, c the root mean square norm of the training rows."""
    train = splits[0]
    scale = np.sqrt(np.einsum("ij,ij->", train, train, dtype=np.float64) / len(train))
    factor = np.float32(1 / (scale * np.sqrt(weights.shape[1])))
    lifted = []
    for rows in splits:
        z = rows @ weights
        z *= factor
        lifted.append(np.maximum(z, 0, out=z))
    return lifted


def directions(features, labels, keep):
    """The eigenvectors of largest |λ| of `(1/n) Σ y z zᵀ`."""
    moment = features.T @ (features * (labels / len(labels)).astype(np.float32)[:, None])
    moment = (moment + moment.T) / 2
    width = len(moment)
    if keep < width // 4:
        return common.leading(*eigsh(moment, keep, which="LM", v0=np.full(width, width**-0.5, np.float32)), keep)[1]
    return common.leading(*np.linalg.eigh(moment), keep)[1]


class Ridge:
    """Ridge regression with an intercept, λ by exact leave-one-out."""

    def __init__(self, features, labels):
        self.features = features.astype(np.float64)
        self.mean = self.features.mean(axis=0)
        self.features -= self.mean
        self.intercept = labels.mean()
        self.targets = labels - self.intercept
        n, width = self.features.shape
        self.dual = n <= width
        gram = self.features @ self.features.T if self.dual else self.features.T @ self.features
        values, self.vectors = eigh(gram, driver="evd", overwrite_a=True, check_finite=False)
        self.values = np.maximum(values, 0)

    def choose(self, lambdas):
        """The λ of least squared leave-one-out error, and that error."""
        n = len(self.targets)
        keep = self.values > 1e-13 * self.values[-1]
        values, vectors = self.values[keep], self.vectors[:, keep]
        left = vectors if self.dual else self.features @ (vectors / np.sqrt(values))
        shrink = values[:, None] / (values[:, None] + lambdas)
        fitted = left @ (shrink * (left.T @ self.targets)[:, None])
        leverage = (left * left) @ shrink
        errors = (self.targets[:, None] - fitted) / (1 - 1 / n - leverage)
        means = (errors**2).mean(axis=0)
        best = int(np.argmin(means))
        return lambdas[best], means[best]

    def weights(self, ridge):
        """Weights at a λ."""
        side = self.targets if self.dual else self.features.T @ self.targets
        solved = self.vectors @ ((self.vectors.T @ side) / (self.values + ridge))
        return self.features.T @ solved if self.dual else solved

    def predict(self, features, weights):
        """Predictions for other rows; single precision is enough for products with them."""
        return features @ weights.astype(features.dtype) + (self.intercept - self.mean @ weights)


def score(splits, labels, lambdas):
    """λ, validation error and test error of a ridge on features."""
    ridge = Ridge(splits[0], labels[0])
    chosen, _ = ridge.choose(lambdas)
    weights = ridge.weights(chosen)
    validation, test = (ridge.predict(rows, weights) for rows in splits[1:])
    mse = np.mean((validation - labels[1]) ** 2)
    return chosen, mse, np.mean(np.where(test >= 0, 1, -1) != labels[2])


def lofi(first, labels, weights, ranks, lambdas):
    """Scores at every pair of ranks; a rank is the beginning of a larger one."""
    k1s, k2s = ranks
    scores = {}
    kept1 = directions(first[0], labels[0], max(k1s))
    for k1 in k1s:
        second = lift([z @ kept1[:, :k1] for z in first], weights[1][:k1])
        kept2 = directions(second[0], labels[0], max(k2s))
        for k2 in k2s:
            third = lift([z @ kept2[:, :k2] for z in second], weights[2][:k2])
            scores[k1, k2] = score(third, labels, lambdas)
    return scores


def one_size(options, n, clock):
    """The three models at n training samples: their test errors and λ, LoFi at the ranks that validation chooses."""
    pairs = common.read_splits(options.data, n, options.validation, options.test)
    splits, labels = zip(*pairs)
    if "read" not in clock.marks:
        clock.mark("read")
    lambdas = np.logspace(-6, 6, options.lambdas)
    rng = np.random.default_rng(options.seed)
    inputs = (splits[0].shape[1], options.width, options.width)
    weights = [rng.standard_normal((rows, options.width), dtype=np.float32) for rows in inputs]
    first = lift(splits, weights[0])
    scores = lofi(first, labels, weights, (options.k1, options.k2), lambdas)
    best = min(scores.values(), key=lambda s: s[1])
    random = score(lift(lift(first, weights[1]), weights[2]), labels, lambdas)
    pixels = score(splits, labels, lambdas)
    errors = {"LoFi": best[2], "Random features": random[2], "Ridge on pixels": pixels[2]}
    return {"n_train": n, **errors, "pixels_lambda": pixels[0]}


def main():
    """Every size after the other."""
    options = arguments()
    clock = common.Clock()
    rows = [one_size(options, n, clock) for n in options.sizes]
    clock.report(**{key: [row[key] for row in rows] for key in rows[0]})


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Figure `synthetic-transition`, one step: the two-stage estimator of the hierarchy at several training sizes.

The first moment is formed: one pass in single precision serves all sizes, ARPACK finds the d1 leading directions at
each. With `--implicit` it is applied instead, sample by sample, to ARPACK's vectors. The second stage and the polynomial readout, its λ by exact leave-one-out, are in double precision.
"""

import argparse

import common
import hierarchy
import numpy as np
from scipy.sparse.linalg import LinearOperator, eigsh

ALPHAS = [1.3, 1.6, 1.75, 1.9, 2.05, 2.2, 2.35, 2.5, 2.65, 2.8]


def arguments():
    """The command line; the defaults are the step of the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dim", type=int, default=60)
    parser.add_argument("--width", type=int, default=7200)
    parser.add_argument("--second-width", type=int, default=320)
    parser.add_argument("--alphas", type=float, nargs="+", default=ALPHAS)
    parser.add_argument("--test", type=int, default=4000)
    parser.add_argument("--implicit", action="store_true", help="do not form the moment")
    parser.add_argument("--degree", type=int, default=5)
    parser.add_argument("--lambdas", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def directions(moment, keep):
    """The leading eigenvectors, with the entry of largest magnitude of each positive."""
    width = moment.shape[0]
    values, vectors = eigsh(moment, keep, which="LM", v0=np.full(width, width**-0.5, np.float32), tol=1e-4)
    vectors = common.leading(values, vectors, keep)[1]
    return vectors * np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(keep)])


def operator(features, labels):
    """`v -> (1/n) Σ y z (z·v)` over blocks of rows that are kept."""
    width = features[0].shape[1]
    ends = np.cumsum([len(z) for z in features])[:-1]
    weights = np.split((labels / len(labels)).astype(np.float32), ends)

    def apply(v):
        return sum((y * (z @ v)) @ z for y, z in zip(weights, features))

    return LinearOperator((width, width), matvec=lambda v: apply(v.ravel()), dtype=np.float32)


def normalised(train, test):
    """Columns of mean 0 and variance 1 on the training rows."""
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    return (train - mean) / deviation, (test - mean) / deviation


def second_stage(train, test, labels, weights):
    """`ĥ2 = v2·φ2`, `v2 = (1/n) Σ y φ2`, φ2 the same kind of layer on ĥ1."""
    def lift(h):
        return (np.abs(h @ weights) / 2 - hierarchy.MEAN_OF_RELU) / np.sqrt(weights.shape[1])

    lifted = lift(train)
    direction = lifted.T @ labels / len(labels)
    return normalised((lifted @ direction)[:, None], (lift(test) @ direction)[:, None])


def readout(h, h_test, labels, degree, lambdas):
    """Ridge on the powers of ĥ2: test predictions at the λ of least leave-one-out error."""
    design, test = (values ** np.arange(1, degree + 1) for values in (h, h_test))
    mean, target = design.mean(axis=0), labels - labels.mean()
    left, values, right = np.linalg.svd(design - mean, full_matrices=False)
    along = left.T @ target
    shrink = values[:, None] ** 2 / (values[:, None] ** 2 + lambdas)
    errors = (target[:, None] - left @ (shrink * along[:, None])) / (1 - 1 / len(labels) - (left * left) @ shrink)
    chosen = lambdas[np.argmin((errors**2).mean(axis=0))]
    weights = right.T @ (along * values / (values**2 + chosen))
    return (test - mean) @ weights + labels.mean()


def point(moment, train, test, options):
    """Overlap of ĥ1 with h1 and relative error at one training size."""
    (features, labels), (test_features, (h1, _, y)) = train, test
    kept = directions(moment, h1.shape[1])
    found = [np.concatenate([z @ kept for z in features]).astype(np.float64), (test_features @ kept).astype(np.float64)]
    g1, g1_test = normalised(*found)
    overlap = np.linalg.norm(hierarchy.basis(h1).T @ hierarchy.basis(g1_test)) ** 2 / h1.shape[1]
    h2, h2_test = second_stage(g1, g1_test, labels, options.weights)
    predicted = readout(h2, h2_test, labels, options.degree, np.logspace(-6, 6, options.lambdas))
    return overlap, np.mean((predicted - y) ** 2) / y.var()


def main():
    """One pass over the samples; the features are kept for the projections."""
    options = arguments()
    clock = common.Clock()
    rng = np.random.default_rng(options.seed)
    teacher = hierarchy.Teacher(rng, options.dim)
    weights = hierarchy.sphere(rng, options.dim, options.width)
    options.weights = hierarchy.sphere(rng, teacher.hidden, options.second_width).astype(np.float64)
    sizes = hierarchy.training_sizes(options.dim, options.alphas)
    x = rng.standard_normal((sizes[-1], options.dim))
    x_test = rng.standard_normal((options.test, options.dim))
    labels = teacher.of(x)[2]
    test = hierarchy.first_features(x_test, weights), teacher.of(x_test)
    moments = None if options.implicit else hierarchy.Moments(options.width, 1)
    features, points = [], []
    for start, stop, ends in hierarchy.segments(sizes):
        features.append(hierarchy.first_features(x[start:stop], weights))
        if not options.implicit:
            moments.add(features[-1], [labels[start:stop]])
        if ends:
            moment = operator(features, labels[:stop]) if options.implicit else moments.at(0, stop)
            points.append(point(moment, (features, labels[:stop]), test, options))
            clock.mark(f"n = {stop}")
    overlap, error = zip(*points)
    clock.report(n_train=sizes, overlap_h1=overlap, relative_mse=error)


if __name__ == "__main__":
    main()

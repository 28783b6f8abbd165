#!/usr/bin/env python3
"""Figure `width-convergence`, one row: LoFi of several widths against its kernel limit, at fixed n and k.

A finite width enters by its Gram matrices, summed over blocks of at most 20 000 features whose lifts are in single
precision, as in the published script; what follows a Gram matrix is in double precision.
"""

import argparse

import common
import kernels
import numpy as np

BLOCK = 20000


def arguments():
    """The command line; the defaults are the row of the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data")
    parser.add_argument("--train", type=int, default=500)
    parser.add_argument("--test", type=int, default=400)
    parser.add_argument("--keep", type=int, default=100)
    parser.add_argument("--widths", type=int, nargs="+", default=[100, 300, 1000, 3000, 10000, 30000])
    parser.add_argument("--lambdas", type=float, nargs="+", default=[0.01, 0.1, 1, 10])
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def wide_gram(train, test, width, rng):
    """`Z Zᵀ` and `Z Z_testᵀ` of `Z = relu(h W / c)/√P`, W standard normal, c the root mean square training norm."""
    n = len(train)
    scale = np.sqrt(np.einsum("ij,ij->", train, train) / n)
    rows = (np.concatenate([train, test]) / scale).astype(np.float32)
    total = np.zeros((n, len(rows)))
    for start in range(0, width, BLOCK):
        weights = rng.standard_normal((rows.shape[1], min(BLOCK, width - start)), dtype=np.float32)
        z = np.maximum(rows @ weights, 0)
        total += z[:n] @ z.T
    total /= width
    return kernels.symmetric(total[:, :n]), [total[:, n:]]


def chain(layer, train, test, options, labels):
    """Test mean squared error at every λ of three layers; `layer` makes Gram matrices of features."""
    for _ in range(2):
        gram, others = layer(train, test)
        train, (test,) = kernels.dual_filter(gram, others, labels[0], options.keep)
    gram, others = layer(train, test)
    (predicted,) = kernels.ridge_predictions(gram, others, labels[0], np.array(options.lambdas))
    return kernels.mse_and_error(predicted, labels[1])[0]


def main():
    """Every width, then the limit."""
    options = arguments()
    clock = common.Clock()
    (train, y), _, (test, y_test) = common.read_splits(options.data, options.train, 0, options.test)
    train, test = train.astype(np.float64), test.astype(np.float64)
    clock.mark("read")
    finite = []
    for width in options.widths:
        rng = np.random.default_rng((options.seed, width))
        finite.append(chain(lambda a, b: wide_gram(a, b, width, rng), train, test, options, (y, y_test)))
    limit = chain(lambda a, b: kernels.layer_kernel(a, [b]), train, test, options, (y, y_test))
    clock.report(finite_test_mse=finite, limit_test_mse=limit)


if __name__ == "__main__":
    main()

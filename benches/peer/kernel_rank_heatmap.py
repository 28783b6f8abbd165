#!/usr/bin/env python3
"""Figure `kernel-rank-heatmap`: test error of kernel LoFi over a grid of two ranks, and deep NNGP.

With `--shared` a decomposition serves every rank, as directions come in order; without it every cell makes its own,
as the published script does. λ is the best of 20 on validation samples.
"""

import argparse

import common
import kernels
import numpy as np


def arguments():
    """The command line; the defaults are the figure of the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data")
    parser.add_argument("--train", type=int, default=1000)
    parser.add_argument("--validation", type=int, default=1000)
    parser.add_argument("--test", type=int, default=2000)
    parser.add_argument("--ranks", type=int, nargs="+", default=[10, 22, 46, 100, 215, 499, 999])
    parser.add_argument("--shared", action="store_true")
    return parser.parse_args()


def readout(gram, others, labels, lambdas):
    """Validation error, test mean squared error and test error at the λ that validation chooses."""
    validation, test = kernels.ridge_predictions(gram, others, labels[0], lambdas)
    by_lambda, _ = kernels.mse_and_error(validation, labels[1])
    best = int(np.argmin(by_lambda))
    mse, error = kernels.mse_and_error(test[:, best : best + 1], labels[2])
    return by_lambda[best], mse[0], error[0]


def shared_grid(first, labels, ranks, lambdas):
    """Every cell from one decomposition of the first layer and one of the second for each k1."""
    train, others = kernels.dual_filter(*first, labels[0], max(ranks))
    cells = []
    for k1 in ranks:
        second = kernels.layer_kernel(train[:, :k1], [rows[:, :k1] for rows in others])
        kept, kept_others = kernels.dual_filter(*second, labels[0], max(ranks))
        for k2 in ranks:
            third = kernels.layer_kernel(kept[:, :k2], [rows[:, :k2] for rows in kept_others])
            cells.append(readout(*third, labels, lambdas))
    return cells


def separate_grid(splits, labels, ranks, lambdas):
    """Every cell from its own decompositions."""
    cells = []
    for k1 in ranks:
        for k2 in ranks:
            first = kernels.layer_kernel(splits[0], splits[1:])
            second = kernels.layer_kernel(*kernels.dual_filter(*first, labels[0], k1))
            third = kernels.layer_kernel(*kernels.dual_filter(*second, labels[0], k2))
            cells.append(readout(*third, labels, lambdas))
    return cells


def deep_nngp(splits, first, labels, lambdas):
    """Three layers that keep everything."""
    scale = 1 / np.einsum("ij,ij->i", splits[0], splits[0]).mean()
    diagonals = [scale * np.einsum("ij,ij->i", rows, rows) / 2 for rows in splits[1:]]
    train, others = first
    for _ in range(2):
        train, others, diagonals = kernels.next_kernel(train, others, diagonals)
    return readout(train, others, labels, lambdas)


def main():
    """The grid and its corner."""
    options = arguments()
    clock = common.Clock()
    splits, labels = zip(*common.read_splits(options.data, options.train, options.validation, options.test))
    splits = [rows.astype(np.float64) for rows in splits]
    clock.mark("read")
    lambdas = np.logspace(-5, 0, 20)
    first = kernels.layer_kernel(splits[0], splits[1:])
    if options.shared:
        cells = shared_grid(first, labels, options.ranks, lambdas)
    else:
        cells = separate_grid(splits, labels, options.ranks, lambdas)
    validation, mse, error = zip(*cells)
    corner = deep_nngp(splits, first, labels, lambdas)
    results = {"validation_mse": validation, "test_mse": mse, "test_error": error}
    clock.report(**results, nngp_test_mse=corner[1], nngp_test_error=corner[2])


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Figure `spectral-outliers`, one step: spectra of the synthetic hierarchy's first moment at five training sizes.

For each size all eigenvalues, the overlap of the d1 leading directions with the teacher's features, and the largest
|λ| of the same operator with permuted labels. The samples are seen once; permuted labels are prefixes as well.
"""

import argparse

import common
import hierarchy
import numpy as np
from scipy.sparse.linalg import eigsh


def arguments():
    """The command line; the defaults are the step of the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dim", type=int, default=30)
    parser.add_argument("--width", type=int, default=900)
    parser.add_argument("--alphas", type=float, nargs="+", default=[1.5, 2, 2.5, 3, 3.25])
    parser.add_argument("--permutations", type=int, default=19)
    parser.add_argument("--test", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def permuted(rng, labels, sizes):
    """The labels in a random order among the samples that each size adds to the one before."""
    ends = [0, *sizes]
    return np.concatenate([rng.permutation(labels[a:b]) for a, b in zip(ends, ends[1:])])


def spectrum(moment, features, h1):
    """All eigenvalues by descending |λ|, and how much of each leading feature the teacher's explain."""
    values, vectors = common.leading(*np.linalg.eigh(moment), len(moment))
    found = features @ vectors[:, : h1.shape[1]].astype(np.float32)
    found = (found - found.mean(axis=0)).astype(np.float64)
    explained = hierarchy.basis(h1).T @ found
    return values, (explained**2).sum(axis=0) / (found**2).sum(axis=0)


def main():
    """One pass over the samples."""
    options = arguments()
    clock = common.Clock()
    rng = np.random.default_rng(options.seed)
    teacher = hierarchy.Teacher(rng, options.dim)
    weights = hierarchy.sphere(rng, options.dim, options.width)
    sizes = hierarchy.training_sizes(options.dim, options.alphas)
    x = rng.standard_normal((sizes[-1], options.dim))
    x_test = rng.standard_normal((options.test, options.dim))
    labels = teacher.of(x)[2]
    sets = [labels] + [permuted(rng, labels, sizes) for _ in range(options.permutations)]
    test = hierarchy.first_features(x_test, weights), teacher.of(x_test)[0]
    moments = hierarchy.Moments(options.width, len(sets))
    edges, outliers, overlaps = [], [], []
    for start, stop, ends in hierarchy.segments(sizes):
        moments.add(hierarchy.first_features(x[start:stop], weights), [y[start:stop] for y in sets])
        if ends:
            values, shares = spectrum(moments.at(0, stop), *test)
            nulls = [eigsh(moments.at(i, stop), 1, return_eigenvectors=False)[0] for i in range(1, len(sets))]
            edges.append(max(map(abs, nulls), default=0))
            outliers.append(int(np.sum(np.abs(values[: teacher.hidden]) > edges[-1])))
            overlaps.append(shares)
    clock.report(n_train=sizes, bulk_edge=edges, outliers=outliers, overlap=overlaps)


if __name__ == "__main__":
    main()

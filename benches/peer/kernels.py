"""Kernels of ReLU layers and the dual form of the LoFi filter, in double precision as the reference's scripts do."""

import common
import numpy as np
from scipy.linalg import eigh

FLOOR = 1e-6  # of the eigenvalues of a Gram matrix before its roots are taken


def relu_kernel(product, left, right):
    """Arc-cosine kernel of degree 1 from inner products q12 and squared norms q1, q2, already rescaled."""
    root = np.sqrt(np.maximum(left[:, None] * right[None, :], 1e-30))
    cosine = np.clip(product / root, -1, 1)
    sine = np.sqrt(1 - cosine * cosine)
    return root * (sine + (np.pi - np.arccos(cosine)) * cosine) / (2 * np.pi)


def layer_kernel(train, others):
    """Kernels of a layer on features: train x train and train x each other split, rescaled by the training norms."""
    norms = np.einsum("ij,ij->i", train, train)
    scale = 1 / max(norms.mean(), 1e-30)
    blocks = []
    for rows in [train, *others]:
        squares = np.einsum("ij,ij->i", rows, rows)
        blocks.append(relu_kernel(scale * (train @ rows.T), scale * norms, scale * squares))
    return symmetric(blocks[0]), blocks[1:]


def next_kernel(train, others, diagonals):
    """A further layer on kernels: as `layer_kernel`, with the diagonals of the other splits."""
    norms = np.diag(train).copy()
    scale = 1 / max(norms.mean(), 1e-30)
    blocks = [relu_kernel(scale * train, scale * norms, scale * norms)]
    blocks += [relu_kernel(scale * k, scale * norms, scale * d) for k, d in zip(others, diagonals)]
    return symmetric(blocks[0]), blocks[1:], [scale * d / 2 for d in diagonals]


def symmetric(a):
    """`(A + Aᵀ)/2`."""
    return (a + a.T) / 2


def dual_filter(gram, others, labels, keep):
    """Features of the `keep` directions of largest |λ| of `G^{1/2} Y G^{1/2}`: training rows and the other splits'."""
    values, q = eigh(symmetric(gram), driver="evd", check_finite=False)
    roots = np.sqrt(np.maximum(values, FLOOR))
    half = (q * roots) @ q.T
    operator = symmetric((half * labels) @ half)
    _, basis = common.leading(*eigh(operator, driver="evd", check_finite=False), keep)
    dual = q @ ((q.T @ basis) / roots[:, None])
    return half @ basis, [k.T @ dual for k in others]


def ridge_predictions(gram, others, labels, lambdas):
    """Kernel ridge without centring or intercept at every λ: for each other split, rows x λ."""
    values, q = eigh(gram, driver="evd", check_finite=False)
    coefficients = q @ ((q.T @ labels)[:, None] / (values[:, None] + lambdas))
    return [k.T @ coefficients for k in others]


def mse_and_error(predicted, labels):
    """Mean squared error and share of wrong signs of every column; a sign of zero is wrong."""
    wrong = np.sign(predicted) != labels[:, None]
    return np.mean((predicted - labels[:, None]) ** 2, axis=0), np.mean(wrong, axis=0)

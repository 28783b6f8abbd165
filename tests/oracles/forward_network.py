"""The forward network of three blocks in NumPy, for tests/integration/golden_forward.rs: prints its constants.

Block: r = Vᵀa, V = [v₀ | top k of (I − v₀v₀ᵀ) C (I − v₀v₀ᵀ) by |λ|], u = Σ y a / N, v₀ = u/‖u‖, C = Σ y a aᵀ / N;
z = ReLU(Wᵀ r / c)/√P with c the root mean square norm of r over training samples, W_ij = cos(1.3 i + 0.7 j + 0.11 i j + block).
Readout: ridge with intercept, GCV(α) = N·RSS/(N − df)², df = Σ λ/(λ + α), α eligible where N − df ≥ max(1, N/20).
"""
import numpy as np


def rows(first, count):
    i, j = np.arange(first, first + count)[:, None], np.arange(1, 9)[None, :]
    return np.sin(1.7 * i + 0.9 * j * j + 0.31 * i * j)


def labels(x):
    return np.where(x[:, 0] * x[:, 1] + 0.5 * x[:, 2] - 0.1 > 0, 1.0, -1.0)


def reduce(a, y, k):
    u = a.T @ y / len(y)
    v0 = u / np.linalg.norm(u)
    p = np.eye(a.shape[1]) - np.outer(v0, v0)
    c = p @ (a.T * y) @ a @ p / len(y)
    values, vectors = np.linalg.eigh(c)
    top = np.argsort(-np.abs(values))[:k]
    vectors = vectors[:, top]
    # the entry of largest magnitude is positive
    vectors = vectors * np.sign(vectors[np.abs(vectors).argmax(0), np.arange(k)])
    return values[top], np.column_stack([v0, vectors])


def main():
    k, width = 3, 30
    train, test = rows(1, 24), rows(101, 10)
    y = labels(train)
    for block in range(3):
        values, v = reduce(train, y, k)
        print(f"eigenvalues {block}", ", ".join(f"{x:.12g}" for x in values))
        train, test = train @ v, test @ v
        i, j = np.arange(1, k + 2)[:, None], np.arange(1, width + 1)[None, :]
        w = np.cos(1.3 * i + 0.7 * j + 0.11 * i * j + block)
        c = np.sqrt((train**2).sum(1).mean())
        train, test = (np.maximum(r @ w / c, 0) / np.sqrt(width) for r in (train, test))
    mean, offset = train.mean(0), y.mean()
    left, s, right = np.linalg.svd(train - mean, full_matrices=False)
    n, best = len(y), None
    for alpha in np.logspace(-6, 6, 50):
        df = (s**2 / (s**2 + alpha)).sum()
        fit = left @ (s**2 / (s**2 + alpha) * (left.T @ (y - offset)))
        gcv = n * ((y - offset - fit) ** 2).sum() / (n - df) ** 2
        if n - df >= max(1, 0.05 * n) and (best is None or gcv < best[0]):
            best = (gcv, alpha)
    gcv, alpha = best
    weights = right.T @ (s / (s**2 + alpha) * (left.T @ (y - offset)))
    predicted = (test - mean) @ weights + offset
    print(f"alpha {alpha:.12g} gcv {gcv:.12g}")
    print("predicted", ", ".join(f"{x:.12g}" for x in predicted))


main()

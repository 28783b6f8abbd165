#!/usr/bin/env python3
"""How the cost of a cell grows with n, p, k and d, on both sides: slopes of log CPU-seconds in log size.

    python3 benches/growth.py [--rounds 1] [--json growth.json]

n, p and k (both ranks alike) are those of `lofi/accuracy` with 1000 test samples, d that of the synthetic hierarchy
with p1 = 2 d² at α up to 2.5. An exponent over a factor of four is not an asymptotic one: small sizes have fixed costs.
"""

import argparse
import json
import math
import pathlib
import statistics
import tempfile

import compare
import figures
import project

ALPHAS = [1.3, 1.9, 2.2, 2.5]


def accuracy(n=2000, p=1000, k=63):
    """A cell of `accuracy` on both sides."""
    ours = {"n_train": [n], "width": p, "k1": [k], "k2": [k], "n_test": 1000, "seed": figures.ONE_SEED}
    peer = ["accuracy.py", "--sizes", n, "--width", p, "--k1", k, "--k2", k, "--test", 1000]
    return figures.Figure(f"n = {n}, p = {p}, k = {k}", "lofi/accuracy", ours, peer, 0)


def hierarchy(d):
    """A step of `synthetic-transition` on both sides."""
    size = f"{{zip: {{d: [{d}], p1: [{2 * d * d}], p2: [128]}}}}"
    ours = {"size": size, "alphas": ALPHAS, "alpha": [1.3], "fixed_width": 100, "seed": figures.ONE_SEED}
    peer = ["synthetic_hierarchy.py", "--dim", d, "--width", 2 * d * d, "--second-width", 128, "--alphas", *ALPHAS]
    return figures.Figure(f"d = {d}", "lofi/synthetic-transition", ours, peer, 0, needs_data=False)


SERIES = {
    "n": ([1000, 2000, 4000], lambda n: accuracy(n=n)),
    "p": ([500, 1000, 2000], lambda p: accuracy(p=p)),
    "k": ([50, 100, 200], lambda k: accuracy(k=k)),
    "d": ([30, 40, 50], hierarchy),
}


def slope(sizes, seconds):
    """The least-squares slope of log seconds in log size."""
    return statistics.linear_regression(list(map(math.log, sizes)), list(map(math.log, seconds))).slope


def main():
    """Every series."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", help="by default it is built")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    found = []
    with tempfile.TemporaryDirectory() as folder:
        place = project.Project(folder, options.binary)
        for name, (sizes, cell) in SERIES.items():
            rows = [compare.measure(place, cell(size), options.rounds) for size in sizes]
            ours, theirs = ([row[side] for row in rows] for side in ("ours_s", "peer_s"))
            found.append({"size": name, "sizes": sizes, "ours_s": ours, "peer_s": theirs})
            found[-1] |= {"exponent": slope(sizes, ours), "peer_exponent": slope(sizes, theirs)}
            said = ", ".join(f"{s}: {a:.2f} / {b:.2f} s" for s, a, b in zip(sizes, ours, theirs))
            slopes = f"{name}^{found[-1]['exponent']:.2f}, the peer's {name}^{found[-1]['peer_exponent']:.2f}"
            print(f"{slopes}  ({said})", flush=True)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()

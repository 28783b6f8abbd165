#!/usr/bin/env python3
"""Kernels of ours against NumPy's and SciPy's, the machine's measured peak, and how far the figures are from it.

    python3 benches/kernels.py [--rounds 3] [--figures bench.json] [--json kernels.json]

Rates are in 10⁹ operations a second of CPU time; the peak of a precision is the largest rate of any product on either
side. The exponent is the slope of log time in log size. With the results of `compare.py`, the floor of a figure is its
products at the peak and its full eigenproblems at the faster side's time, on the route that `figures.py` states.
"""

import argparse
import json
import math
import pathlib
import statistics
import sys

import figures
import project

PEER = project.HERE / "peer" / "kernel_times.py"


def bar(name):
    """The ratio peer/ours that is asked of a kernel."""
    return {"top-100": 1.5, "eigenpairs": 0.8, "eigenvalues": 0.8}.get(name, 0.9)


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", help="that of kernels.rs; by default it is built")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", default=[], help="names of kernels")
    parser.add_argument("--figures", type=pathlib.Path, help="results of compare.py")
    parser.add_argument("--json", type=pathlib.Path, help="where to write all numbers")
    return parser.parse_args()


def times(command):
    """Seconds and operations by kernel and size."""
    out, _ = project.run(command, ".")
    lines = (line.split() for line in out.splitlines())
    return {(name, int(size)): (float(seconds), float(flops)) for name, size, seconds, flops in lines}


def alternated(options):
    """For each kernel and size: medians of ours and the peer's, the range of their ratio, and the operations."""
    rounds = []
    binary = pathlib.Path(options.binary or project.built("--bench", "kernels")).resolve()
    for _ in range(options.rounds):
        ours = times([binary, *options.only])
        rounds.append((ours, times([sys.executable, PEER, *options.only])))
    rows = {}
    for key, (_, flops) in rounds[0][0].items():
        ours, theirs = ([side[key][0] for side in sides] for sides in zip(*rounds))
        ratios = [b / a for a, b in zip(ours, theirs)]
        rows[key] = {
            "kernel": key[0],
            "size": key[1],
            "ours_s": statistics.median(ours),
            "peer_s": statistics.median(theirs),
            "ratio": statistics.median(ratios),
            "ratios": ratios,
            "flops": flops,
        }
    return rows


def exponent(rows, name, side):
    """The least-squares slope of log time in log size, or none of a single size."""
    points = [(math.log(size), math.log(row[side])) for (kernel, size), row in rows.items() if kernel == name]
    if len(points) < 2:
        return None
    return statistics.linear_regression(*zip(*points)).slope


def peak(rows, precision):
    """The largest rate of a product in a precision, operations a second."""
    products = [row for row in rows.values() if row["kernel"].endswith(precision)]
    return max((row["flops"] / min(row["ours_s"], row["peer_s"]) for row in products), default=math.nan)


def eigenproblem(rows, size):
    """Seconds of a full eigenproblem: the nearest size measured, as the cube of the size."""
    known = [row for row in rows.values() if row["kernel"] == "eigenpairs"]
    if not known:
        return math.nan
    near = min(known, key=lambda row: abs(math.log(row["size"] / size)))
    return min(near["ours_s"], near["peer_s"]) * (size / near["size"]) ** 3


def floors(rows, measured):
    """The floor of each figure that says what it is made of, seconds, beside what was measured."""
    found = []
    for figure in figures.FIGURES:
        row = next((m for m in measured if m["figure"] == figure.name), None)
        if row is None or not figure.f32 + figure.f64:
            continue
        seconds = figure.f32 / peak(rows, "f32") + figure.f64 / peak(rows, "f64")
        seconds += sum(eigenproblem(rows, size) for size in figure.evd)
        found.append({"figure": figure.name, "floor_s": seconds, "ours_s": row["ours_s"], "peer_s": row["peer_s"]})
    return found


def show(rows, found):
    """Prints kernels, exponents, peaks and floors."""
    for row in rows.values():
        rates = [row["flops"] / row[side] / 1e9 for side in ("ours_s", "peer_s")]
        spread = f"{min(row['ratios']):.2f} to {max(row['ratios']):.2f}"
        line = f"{row['kernel']:12} {row['size']:5} {row['ours_s']:9.4f} s {row['peer_s']:9.4f} s"
        print(f"{line} {rates[0]:7.1f} {rates[1]:7.1f} Gop/s {row['ratio']:6.2f}x ({spread})  bar {bar(row['kernel'])}x")
    for name in dict.fromkeys(kernel for kernel, _ in rows):
        slopes = [exponent(rows, name, side) for side in ("ours_s", "peer_s")]
        if None not in slopes:
            print(f"{name:12} grows as size^{slopes[0]:.2f}, the peer's as size^{slopes[1]:.2f}")
    print(f"peak: {peak(rows, 'f32') / 1e9:.1f} Gop/s in f32, {peak(rows, 'f64') / 1e9:.1f} in f64")
    for row in found:
        ours, theirs = (row[side] / row["floor_s"] for side in ("ours_s", "peer_s"))
        print(f"{row['figure']:32} floor {row['floor_s']:8.4g} s, ours {ours:5.2f}, the peer {theirs:5.2f} times that")


def main():
    """Kernels first, then what they say of the figures."""
    options = arguments()
    rows = alternated(options)
    measured = json.loads(options.figures.read_text())["figures"] if options.figures else []
    found = floors(rows, measured)
    show(rows, found)
    if options.json:
        options.json.write_text(json.dumps({"kernels": list(rows.values()), "floors": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()

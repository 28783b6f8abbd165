#!/usr/bin/env python3
"""The tables of `docs/performance.md` from the numbers of `make bench`: `markdown.py [FOLDER]`, by default target/bench."""

import json
import pathlib
import sys

import compare
import kernels
import project


def table(heads, rows):
    """A Markdown table."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def spread(ratios):
    """The range of ratios over rounds."""
    if len(ratios) == 1:
        return "one round"
    return f"{min(ratios):.2f}–{max(ratios):.2f}"


def figures(said):
    """Whole figures and steps."""
    machine = ", ".join(f"{key} {value}" for key, value in said["machine"].items() if value)
    rows = []
    for row in said["figures"]:
        agreed = sum(check["agrees"] for check in row["checks"])
        rows.append(
            [
                row["figure"],
                compare.duration(row["ours_s"]),
                compare.duration(row["peer_s"]),
                f"**{row['ratio']:.2f}×** ({spread(row['ratios'])})",
                f"≥ {row['bar']:g}×",
                f"{row['our_peak_mib']:.0f} / {row['peer_peak_mib']:.0f}",
                f"{agreed} of {len(row['checks'])}" if row["checks"] else "–",
            ]
        )
    heads = ["figure or step", "lofi", "peer", "peer/lofi", "bar", "peak MiB, lofi / peer", "results agree"]
    return f"{machine}\n\n{table(heads, rows)}"


def growth(series):
    """Exponents."""
    rows = [
        [
            row["size"],
            ", ".join(map(str, row["sizes"])),
            ", ".join(map(compare.duration, row["ours_s"])),
            ", ".join(map(compare.duration, row["peer_s"])),
            f"{row['exponent']:.2f}",
            f"{row['peer_exponent']:.2f}",
        ]
        for row in series
    ]
    return table(["size", "values", "lofi", "peer", "exponent", "peer's exponent"], rows)


def kernel_tables(said):
    """Kernels, the peak and the floors."""
    rows = []
    for row in said["kernels"]:
        rates = [f"{row['flops'] / row[side] / 1e9:.1f}" for side in ("ours_s", "peer_s")]
        times = [compare.duration(row[side]) for side in ("ours_s", "peer_s")]
        ratio = f"**{row['ratio']:.2f}×** ({spread(row['ratios'])})"
        rows.append([row["kernel"], str(row["size"]), *times, *rates, ratio, f"≥ {kernels.bar(row['kernel'])}×"])
    heads = ["kernel", "n", "lofi", "peer", "lofi Gop/s", "peer Gop/s", "peer/lofi", "bar"]
    by_key = {(row["kernel"], row["size"]): row for row in said["kernels"]}
    peaks = [f"{kernels.peak(by_key, precision) / 1e9:.0f}" for precision in ("f32", "f64")]
    floors = [
        [row["figure"], compare.duration(row["floor_s"])]
        + [f"{row[side] / row['floor_s']:.2f}" for side in ("ours_s", "peer_s")]
        for row in said["floors"]
    ]
    floor_table = table(["figure", "floor", "lofi / floor", "peer / floor"], floors)
    peak = f"Measured peak: {peaks[0]} Gop/s in f32, {peaks[1]} in f64."
    return f"{table(heads, rows)}\n\n{peak}\n\n{floor_table}"


def main():
    """Whatever has been measured."""
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else project.ROOT / "target" / "bench"
    for name, write in (("figures", figures), ("growth", growth), ("kernels", kernel_tables)):
        path = folder / f"{name}.json"
        if path.exists():
            print(f"{write(json.loads(path.read_text()))}\n")


if __name__ == "__main__":
    main()

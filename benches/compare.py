#!/usr/bin/env python3
"""Our program against straightforward NumPy and PyTorch, figure by figure: CPU-seconds, one thread each, alternated.

    python3 benches/compare.py --rounds 3 --json bench.json      # a part of `make bench`
    python3 benches/compare.py --binary lofi --only width phase  # figures whose name holds one of these words

Each round runs our binary with an empty store and `--jobs 1`, then the peer, as whole processes. What counts:

- ours: user and system time of the process, less those of a second run that has nothing to do (start, studies,
  planning), which is shown apart as `start`;
- the peer's: CPU time from the first line after the imports to the end; the interpreter and its imports are not counted;
- reading and decoding images is in both. Of steps of training: ours is the difference of two runs over that of their
  numbers of steps, the peer's the median of its steps. A step of the phase loop is the whole over seeds and steps.

Shown are medians over rounds, and the ratio peer/ours with its range. Results are compared, too: exactly where both
compute the same thing, within noise where weights are random. A busy machine makes both slower; CPU-seconds suffer
less than wall time, and alternation keeps the ratio fair.
"""

import argparse
import datetime
import importlib.metadata
import json
import pathlib
import platform
import statistics
import sys
import tempfile

import figures
import project

PEERS = pathlib.Path(__file__).resolve().parent / "peer"


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", help="by default it is built")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", default=[], help="words that a figure's name holds")
    parser.add_argument("--json", type=pathlib.Path, help="where to write all numbers")
    parser.add_argument("--keep", type=pathlib.Path, help="a folder for the project, kept; else a temporary one")
    return parser.parse_args()


def our_cost(place, figure):
    """CPU-seconds of a unit of a figure's work, of the start, peak memory in MiB, and the tables."""
    if not figure.counts:
        whole, again, tables = place.execute(figure.study, figure.settings)
        return (whole - again) / figure.units, again.cpu, whole.peak, tables
    few, many = figure.counts
    short, again, _ = place.execute(figure.study, figure.settings | {"steps": few})
    long, _, tables = place.execute(figure.study, figure.settings | {"steps": many})
    return (long - short) / (many - few), again.cpu, long.peak, tables


def peer_cost(place, figure):
    """CPU-seconds of a unit of the peer's work, peak memory in MiB, and its results."""
    script, *options = figure.peer
    data = [place.data] if figure.needs_data else []
    command = [sys.executable, PEERS / script, *data, *map(str, options)]
    out, cost = project.run(command, place.folder)
    said = json.loads(out.splitlines()[-1])
    seconds = said["results"].get("step_seconds", said["cpu_seconds"]["end"])
    return seconds, cost.peak, said["results"]


def measure(place, figure, rounds):
    """All rounds of a figure."""
    ours, theirs, starts = [], [], []
    for _ in range(rounds):
        our, start, our_peak, tables = our_cost(place, figure)
        their, their_peak, results = peer_cost(place, figure)
        ours.append(our)
        theirs.append(their)
        starts.append(start)
    ratios = [their / our for our, their in zip(ours, theirs)]
    checks = [dict(vars(check), agrees=check.agrees()) for check in figure.checks(tables, results)]
    return {
        "figure": figure.name,
        "ours_s": statistics.median(ours),
        "peer_s": statistics.median(theirs),
        "ratio": statistics.median(theirs) / statistics.median(ours),
        "ratios": ratios,
        "bar": figure.bar,
        "start_s": statistics.median(starts),
        "our_peak_mib": our_peak,
        "peer_peak_mib": their_peak,
        "all_ours_s": ours,
        "all_peer_s": theirs,
        "checks": checks,
    }


def duration(seconds):
    """Seconds in a unit that reads well."""
    for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def show(row):
    """Prints a row, and each comparison of results that failed."""
    spread = f"{min(row['ratios']):.2f} to {max(row['ratios']):.2f}"
    agreed = sum(check["agrees"] for check in row["checks"])
    times = f"{duration(row['ours_s']):>9} {duration(row['peer_s']):>9} {row['ratio']:6.2f}x ({spread})"
    peaks = f"{row['our_peak_mib']:.0f}/{row['peer_peak_mib']:.0f} MiB"
    rest = f"start {duration(row['start_s'])}  {peaks}  results {agreed}/{len(row['checks'])}"
    print(f"{row['figure']:62} {times}  bar {row['bar']:g}x  {rest}", flush=True)
    for check in row["checks"]:
        if not check["agrees"]:
            print("    {what}: ours {ours:.6g}, theirs {theirs:.6g}, allowed {allowed:.2g}".format(**check))


def machine():
    """What the numbers were measured on."""
    cpuinfo = pathlib.Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    fields = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    flags = fields.get("flags", "").split()
    return {
        "processor": fields.get("model name", platform.processor()),
        "vectors": next((name for name in ("avx512f", "avx2") if name in flags), ""),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "scipy": version("scipy"),
        "torch": version("torch"),
    }


def version(package):
    """Its version, or nothing where it is not installed; it is not imported, which takes seconds for PyTorch."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def chosen(only):
    """The figures to run; those that want PyTorch are left out, with a word, where it is missing."""
    wanted = [f for f in figures.FIGURES if not only or any(word in f.name for word in only)]
    if not version("torch"):
        for figure in [f for f in wanted if f.torch]:
            print(f"{figure.name}: left out, PyTorch is not installed")
        wanted = [f for f in wanted if not f.torch]
    return wanted


def main():
    """All figures, each as soon as it is measured."""
    options = arguments()
    about = machine() | {"date": datetime.date.today().isoformat(), "rounds": options.rounds}
    print(", ".join(f"{key} {value}" for key, value in about.items() if value))
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        place = project.Project(options.keep or temporary, options.binary)
        for figure in chosen(options.only):
            rows.append(measure(place, figure, options.rounds))
            show(rows[-1])
            if options.json:
                options.json.write_text(json.dumps({"machine": about, "figures": rows}, indent=1) + "\n")
    return 0 if all(check["agrees"] for row in rows for check in row["checks"]) else 1


if __name__ == "__main__":
    sys.exit(main())

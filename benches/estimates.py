#!/usr/bin/env python3
"""How good the planned cost of steps is: measured CPU time over planned time, by kind.

    LOFI_DATA=data python3 benches/estimates.py --profile smoke              # all studies, in an empty store
    python3 benches/estimates.py --profile quick 'fourier/*' lofi/filters    # some of them

Studies run in this folder with `--jobs 1` and a store elsewhere. What a step costs is what the CPU clock of the
program went on between its events, so that other work on the machine counts little. Planned operations become time at one
rate: the one that has as many steps slower as faster, each step below `--least` seconds left out. Shown are, for each kind,
its steps, the tenth, the median and the nine tenths of measured/planned, and how many lie within a factor of two; last for
all steps, each with the same weight. Exit code 1 where fewer than `--share` do.
"""

import argparse
import collections
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import project


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("studies", nargs="*")
    parser.add_argument("--profile", default="quick")
    parser.add_argument("--binary", help="by default it is built")
    parser.add_argument("--least", type=float, default=0.02, help="seconds")
    parser.add_argument("--share", type=float, default=0.9)
    parser.add_argument("--json", type=pathlib.Path, help="steps as kind, name, seconds and operations")
    return parser.parse_args()


def cpu_clock(pid):
    """The number by which the kernel knows the CPU clock of a process; see clock_getcpuclockid(3)."""
    return (~pid << 3) | 2


def steps(command):
    """Kind, name, CPU-seconds and planned operations of every step that a run finishes."""
    child = subprocess.Popen(command, cwd=project.ROOT, stdout=subprocess.PIPE, text=True)
    clock, begun, found = cpu_clock(child.pid), {}, []
    for line in child.stdout:
        event = json.loads(line)
        if event["event"] == "started":
            begun[event["name"]] = time.clock_gettime(clock)
        elif event["event"] == "finished":
            seconds = time.clock_gettime(clock) - begun.pop(event["name"])
            found.append((event["kind"], event["name"], seconds, event["flops"]))
    if child.wait() != 0:
        raise SystemExit(f"{' '.join(map(str, command))}: exit {child.returncode}")
    return found


def quantile(values, share):
    """A quantile of a list, the nearest place."""
    return sorted(values)[round(share * (len(values) - 1))]


def line(name, ratios):
    """A line of the table and the share within two."""
    within = sum(0.5 <= ratio <= 2 for ratio in ratios) / len(ratios)
    spread = "  ".join(f"{quantile(ratios, share):7.2f}" for share in (0.1, 0.5, 0.9))
    print(f"{name:32} {len(ratios):6}  {spread}  {within:7.0%}")
    return within


def main():
    """Runs, compares, says."""
    options = arguments()
    binary = pathlib.Path(options.binary or project.built("--bin", "lofi")).resolve()
    with tempfile.TemporaryDirectory() as folder:
        run = [binary, "run", *options.studies, "--profile", options.profile, "--jobs", "1", "--json", "--store", folder]
        found = steps(run)
    if options.json:
        options.json.write_text(json.dumps(found))
    found = [step for step in found if step[2] >= options.least]
    if not found:
        raise SystemExit(f"no step took {options.least} s")
    rate = statistics.median(flops / seconds for _, _, seconds, flops in found)
    kinds = collections.defaultdict(list)
    for kind, _, seconds, flops in found:
        kinds[kind].append(seconds * rate / flops)
    print(f"{rate / 1e9:.1f} Gop/s\n{'measured/planned':32} {'steps':>6}  {'10 %':>7}  {'median':>7}  {'90 %':>7}  within 2")
    for kind in sorted(kinds, key=lambda kind: -len(kinds[kind])):
        line(kind, kinds[kind])
    within = line("all", [ratio for ratios in kinds.values() for ratio in ratios])
    sys.exit(within < options.share)


if __name__ == "__main__":
    main()

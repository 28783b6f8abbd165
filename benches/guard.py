#!/usr/bin/env python3
"""A guard against a fall of speed by a third: ratios to the peers against those that were recorded.

    python3 benches/guard.py           # exits with 1 where a ratio fell by a third
    python3 benches/guard.py --record  # writes benches/guard.json

Only ratios are kept, as seconds belong to a machine; they depend on its vector unit, so each width of vectors has
ratios of its own, and a machine whose width has none is not judged. A figure that falls is measured once more, with
more rounds, before it counts: on a shared machine a single round may lie by that much.
"""

import argparse
import json
import sys
import tempfile

import compare
import project

NUMBERS = project.HERE / "guard.json"
GUARDED = ("width-convergence", "spectral-outliers", "decompositions shared", "MLP", "CNN step, batch", "phase loop")
FALL = 1 / 3


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", help="by default it is built")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--record", action="store_true", help="record the present ratios")
    return parser.parse_args()


def fell(ratio, recorded):
    """Whether a ratio is below two thirds of the recorded one."""
    return ratio < (1 - FALL) * recorded


def judge(place, figure, recorded, rounds):
    """The ratio of a figure, measured again where the first one fell."""
    ratio = compare.measure(place, figure, rounds)["ratio"]
    if recorded is not None and fell(ratio, recorded):
        ratio = compare.measure(place, figure, 3 * rounds)["ratio"]
    return ratio


def main():
    """Every guarded figure."""
    options = arguments()
    all_recorded = json.loads(NUMBERS.read_text()) if NUMBERS.exists() else {}
    vectors = compare.machine()["vectors"] or "other"
    recorded = {} if options.record else all_recorded.get(vectors, {})
    found, fallen = {}, []
    with tempfile.TemporaryDirectory() as folder:
        place = project.Project(folder, options.binary)
        for figure in compare.chosen(GUARDED):
            before = recorded.get(figure.name)
            found[figure.name] = ratio = round(judge(place, figure, before, options.rounds), 2)
            verdict = "not judged" if before is None else "fell by a third" if fell(ratio, before) else "holds"
            fallen += [figure.name] if verdict == "fell by a third" else []
            print(f"{figure.name:62} {ratio:6.2f}x, recorded {before}: {verdict}", flush=True)
    if options.record:
        NUMBERS.write_text(json.dumps(all_recorded | {vectors: found}, indent=1, ensure_ascii=False) + "\n")
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())

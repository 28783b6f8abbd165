#!/usr/bin/env python3
"""How far committed numbers moved between two revisions, in units of their spread over seeds.

    python3 benches/moved.py HEAD~1                     # the files of results/ now, against those of a revision
    python3 benches/moved.py HEAD~1 --profile quick     # of one profile

Looked at are tables with a row a seed (`*-rows.csv`). A row is known by its keys (`manifest.json`), the spread is the
standard deviation over the seeds of a row's other keys, and a column's number is the largest |new − old|/spread. Where
the seeds agree to the last digit, a change counts against 1e-6 of the number itself.
"""

import argparse
import collections
import csv
import io
import json
import math
import pathlib
import statistics
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("revision", help="what the files in results/ are compared with")
    parser.add_argument("--profile", help="only this one")
    parser.add_argument("--short", action="store_true", help="of each study and profile only the column that moved most")
    return parser.parse_args()


def before(revision, path):
    """A file as it was, or nothing where it was not."""
    shown = subprocess.run(["git", "show", f"{revision}:{path}"], cwd=ROOT, capture_output=True, text=True)
    return shown.stdout if shown.returncode == 0 else None


def number(text):
    """A finite number, or nothing."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def rows(text, keys):
    """Rows by their keys."""
    return {tuple(row[key] for key in keys): row for row in csv.DictReader(io.StringIO(text))}


def spreads(table, keys, column):
    """The standard deviation over seeds of every row without its seed."""
    groups = collections.defaultdict(list)
    for row in table.values():
        value = number(row[column])
        if value is not None:
            groups[tuple(row[key] for key in keys if key != "seed")].append(value)
    return {group: statistics.stdev(values) if len(values) > 1 else 0.0 for group, values in groups.items()}


def moved(old, new, keys, column):
    """The largest change of a column, in units of the seed spread, with its row and both numbers."""
    spread = spreads(old, keys, column)
    worst = (0.0, None, None, None)
    for key, row in new.items():
        if key not in old:
            continue
        a, b = number(old[key].get(column, "")), number(row.get(column, ""))
        if a is None or b is None or a == b:
            continue
        group = tuple(row[name] for name in keys if name != "seed")
        unit = max(spread.get(group, 0.0), 1e-6 * abs(a))
        worst = max(worst, (abs(b - a) / unit, key, a, b), key=lambda found: found[0])
    return worst


def changes(manifest, revision):
    """The columns of a study's tables that moved: how far, table, column, old and new."""
    columns = json.loads(manifest.read_text())["columns"]
    for path in sorted(manifest.parent.glob("*-rows.csv")):
        was = before(revision, path.relative_to(ROOT))
        keys = columns[path.stem]["keys"]
        if was is None or "seed" not in keys:
            continue
        old, new = rows(was, keys), rows(path.read_text(), keys)
        for name in next(csv.reader(io.StringIO(was))):
            change, _, a, b = moved(old, new, keys, name) if name not in keys else (0.0, None, None, None)
            if change > 0:
                yield change, path.stem, name, a, b


def main():
    """Every table of every study, the columns that moved."""
    options = arguments()
    print("| study | table | column | largest change, of the spread over seeds | old → new |\n|---|---|---|---|---|")
    for manifest in sorted((ROOT / "results").glob(f"*/*/{options.profile or '*'}/manifest.json")):
        found = list(changes(manifest, options.revision))
        for change, table, name, a, b in [max(found)] if found and options.short else found:
            study = manifest.parent.relative_to(ROOT / "results")
            print(f"| {study} | {table} | {name} | {change:.2g} | {a:.7g} → {b:.7g} |")


if __name__ == "__main__":
    main()

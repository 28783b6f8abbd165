"""A project in a folder of its own: the committed studies on synthetic images, and our program run in it."""

import csv
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
LIBRARIES = ("OPENBLAS_", "MKL_", "OMP_", "BLIS_", "ATEN_", "DNNL_", "ONEDNN_")


class Cost:
    """What a finished process cost: CPU-seconds of user and system, wall seconds, peak memory in MiB."""

    def __init__(self, usage, wall):
        self.cpu = usage.ru_utime + usage.ru_stime
        self.wall = wall
        self.peak = usage.ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)

    def __sub__(self, other):
        """The CPU-seconds that this one cost more."""
        return self.cpu - other.cpu


def run(command, folder):
    """Runs a command to its end; its standard output and its cost. Raises with what it said where it fails."""
    # nothing that holds a library to the kernels of an older processor: each side uses what it finds
    environment = {key: value for key, value in os.environ.items() if not key.startswith(LIBRARIES)}
    environment |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        begin = time.perf_counter()
        child = subprocess.Popen(command, cwd=folder, stdout=out, stderr=err, env=environment)
        _, status, usage = os.wait4(child.pid, 0)
        cost = Cost(usage, time.perf_counter() - begin)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0), err.seek(0)
        if child.returncode != 0:
            raise SystemExit(f"{' '.join(map(str, command))}: exit {child.returncode}\n{err.read()}{out.read()}")
        return out.read(), cost


def built(kind, name):
    """The program that a build in the release profile makes, as in `built("--bench", "kernels")`; Cargo says where."""
    command = [os.environ.get("CARGO", "cargo"), "build", "--release", "--quiet", "--message-format", "json", kind, name]
    made = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    # a bench has the program itself built beside it
    messages = (json.loads(line) for line in made.stdout.splitlines())
    return next(m["executable"] for m in messages if m.get("executable") and m["target"]["name"] == name)


class Project:
    """The folder; `data` in it is what the peers read, too."""

    def __init__(self, folder, binary):
        self.folder = pathlib.Path(folder)
        self.spent = 0
        self.binary = pathlib.Path(binary or built("--bin", "lofi")).resolve()
        self.data = self.folder / "data" / "cifar10"
        # in a process of its own: a child's peak memory counts what its parent held when it was made
        subprocess.run([sys.executable, HERE / "images.py", self.data], check=True)
        for name in ("studies", "datasets"):
            shutil.copytree(ROOT / name, self.folder / name, dirs_exist_ok=True)
        (self.folder / "docs").mkdir(exist_ok=True)
        shutil.copy(ROOT / "docs" / "references.bib", self.folder / "docs")
        shutil.copytree(HERE / "studies", self.folder / "studies" / "bench", dirs_exist_ok=True)
        self.point_the_card_at_synthetic_images()
        self.draw_in_file_order()

    def point_the_card_at_synthetic_images(self):
        """The card `cifar10` with our two files and no address to fetch from."""
        card = self.folder / "datasets" / "cifar10.yaml"
        head = card.read_text().split("splits:")[0].replace("title: CIFAR-10", "title: Synthetic images")
        splits = "splits:\n  train: [{file: data_batch_1.bin}]\n  test: [{file: test_batch.bin}]\n"
        card.write_text(f"{head}{splits}sources:\n  - folder: [cifar10]\n")

    def draw_in_file_order(self):
        """Samples in file order, so that the peers need not know our generator."""
        for study in self.folder.glob("studies/*/*.yaml"):
            text = study.read_text()
            study.write_text(re.sub(r"(kind: dataset[,\s]+params: \{)(?!.*draw)", r"\1draw: first, ", text))

    def execute(self, study, settings):
        """Runs a study with an empty store, then once more with nothing to do: the cost of both and its tables."""
        self.put_store_aside()
        command = [self.binary, "run", study, "--jobs", "1", "--quiet"]
        for name, value in settings.items():
            command += ["--set", f"{name}={value}"]
        _, whole = run(command, self.folder)
        _, again = run(command, self.folder)
        return whole, again, Tables(self.folder, study)

    def put_store_aside(self):
        """An empty store for the next run. The old one stays: ext4 passes over files deleted minutes ago one by one to find
        room for new ones, and whoever makes files next would pay for that, up to a tenth of a run."""
        store = self.folder / ".lofi"
        if store.exists():
            self.spent += 1
            store.rename(self.folder / f"spent-{os.getpid()}-{self.spent}")


class Tables:
    """The tables of the run of a study that is in the store."""

    def __init__(self, folder, study):
        self.store = pathlib.Path(folder) / ".lofi"
        (record,) = (self.store / "runs").glob(f"{study}/*.json")
        self.steps = json.loads(record.read_text())["steps"]

    def rows(self, name, output="table"):
        """Rows of the first table of the step or table of a name, as dictionaries of texts."""
        rows = []
        for step in self.steps:
            if re.fullmatch(rf"{re.escape(name)}( \[.*\])?", step["name"].split(": ", 1)[1]):
                path = self.store / "objects" / step["key"][:2] / step["key"] / output / "table.csv"
                rows += list(csv.DictReader(path.open(newline="")))
        if not rows:
            raise SystemExit(f"no rows of {name}/{output}; steps: {[step['name'] for step in self.steps]}")
        return rows

    def column(self, name, column, output="table", **where):
        """The numbers of a column in rows whose other columns have given values, compared as numbers or texts."""
        def meets(row):
            return all(row[key] == str(value) or number(row[key]) == value for key, value in where.items())

        return [float(row[column]) for row in self.rows(name, output) if meets(row)]


def number(text):
    """A text as a number, or none."""
    try:
        return float(text)
    except ValueError:
        return None

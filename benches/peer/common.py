"""What the peers share: one thread, the samples, a clock, and how results are printed.

Import this before NumPy: the number of threads is read when a library is loaded.
"""

import json
import os
import time

for library in ("OPENBLAS", "OMP", "MKL", "BLIS", "NUMEXPR", "VECLIB_MAXIMUM"):
    os.environ[library + "_NUM_THREADS"] = "1"

import numpy as np  # noqa: E402

VEHICLES = (0, 1, 8, 9)
MEAN = np.array([0.4914, 0.4822, 0.4465], dtype=np.float32)
STD = np.array([0.2470, 0.2435, 0.2616], dtype=np.float32)
PIXELS = 1024


class Clock:
    """CPU-seconds since the work began; the interpreter's start and the imports are before it."""

    def __init__(self):
        self.begin = time.process_time()
        self.marks = {}

    def mark(self, name):
        """Notes the CPU-seconds until here under a name."""
        self.marks[name] = time.process_time() - self.begin

    def report(self, **results):
        """Prints times and results as one line of JSON; arrays become lists."""
        self.mark("end")
        plain = {key: np.asarray(value).tolist() for key, value in results.items()}
        print(json.dumps({"cpu_seconds": self.marks, "results": plain}))


def read_records(path, start, count):
    """Pixels, standardised by channel and in float32, and labels ±1 of some records in CIFAR-10's binary layout."""
    size = 1 + 3 * PIXELS
    raw = np.fromfile(path, dtype=np.uint8, count=count * size, offset=start * size).reshape(count, size)
    images = raw[:, 1:].reshape(count, 3, PIXELS).astype(np.float32) / np.float32(255)
    images = (images - MEAN[None, :, None]) / STD[None, :, None]
    return images.reshape(count, 3 * PIXELS), np.where(np.isin(raw[:, 0], VEHICLES), 1.0, -1.0)


def read_splits(folder, n_train, n_validation, n_test):
    """Training, validation and test samples in file order, as `draw: first` takes them."""
    train = read_records(f"{folder}/data_batch_1.bin", 0, n_train)
    validation = read_records(f"{folder}/data_batch_1.bin", n_train, n_validation)
    return train, validation, read_records(f"{folder}/test_batch.bin", 0, n_test)


def leading(values, vectors, keep):
    """The `keep` eigenpairs of largest |λ|, by descending |λ|."""
    order = np.argsort(-np.abs(values), kind="stable")[:keep]
    return values[order], vectors[:, order]

"""The figures that are measured: a study of ours cut to one cell, its peer, and what both must agree on."""

import dataclasses
import statistics
from typing import Callable

ONE_SEED = "{count: 1}"
KERNEL_RANKS = [10, 22, 46, 100, 215, 499, 999]


@dataclasses.dataclass
class Check:
    """One comparison of results; `allowed` is absolute."""

    what: str
    ours: float
    theirs: float
    allowed: float

    def agrees(self):
        """Whether the two are within what is allowed."""
        return abs(self.ours - self.theirs) <= self.allowed


@dataclasses.dataclass
class Figure:
    """What is run on both sides.

    `bar` is the ratio peer/ours that is asked for. Where `counts` is set, our cost is that of one step: the difference
    of two runs over the difference of two values of `steps`; the peer prints the median of its steps. `checks` maps our
    tables and the peer's results to comparisons. `f32`, `f64` are the flops of products in each precision, `evd` the
    sizes of full symmetric eigenproblems of the plain route: what its floor is made of.
    """

    name: str
    study: str
    settings: dict
    peer: list
    bar: float
    checks: Callable = lambda tables, peer: []
    counts: tuple = ()
    units: float = 1.0
    torch: bool = False
    needs_data: bool = True
    f32: float = 0.0
    f64: float = 0.0
    evd: tuple = ()


def noise(share, count):
    """Four standard deviations of the difference of two shares of wrong signs, and a point for the random weights."""
    return 4 * (2 * share * (1 - share) / count) ** 0.5 + 0.01


def accuracy_checks(tables, peer):
    """Ridge on pixels has no random weights: the same λ and errors. The other models agree within noise."""
    found = []
    for place, n in enumerate(peer["n_train"]):
        for model in ("Ridge on pixels", "Random features", "LoFi"):
            (ours,) = tables.column("error (choose)", "test_error", model=model, n_train=n)
            allowed = 1e-3 if model == "Ridge on pixels" else noise(ours, 10000)
            found.append(Check(f"{model}, n = {n}: test error", ours, peer[model][place], allowed))
        (ours,) = tables.column("error (choose)", "lambda", model="Ridge on pixels", n_train=n)
        found.append(Check(f"Ridge on pixels, n = {n}: λ", ours, peer["pixels_lambda"][place], 1e-9 * ours))
    return found


def heatmap_checks(tables, peer):
    """Nothing is random: every cell agrees, to the single precision in which the peer reads pixels."""
    found = []
    for column, allowed in (("validation_mse", 1e-5), ("test_mse", 1e-5), ("test_error", 2.1 / 2000)):
        ours = [
            tables.column("grid (stack)", column, model="Kernel LoFi", k1=k1, k2=k2)[0]
            for k1 in KERNEL_RANKS
            for k2 in KERNEL_RANKS
        ]
        worst = max(range(len(ours)), key=lambda i: abs(ours[i] - peer[column][i]))
        found.append(Check(f"worst of {len(ours)} cells: {column}", ours[worst], peer[column][worst], allowed))
    (ours,) = tables.column("grid (stack)", "test_mse", model="Deep NNGP")
    return [*found, Check("deep NNGP: test_mse", ours, peer["nngp_test_mse"], 1e-5)]


def width_checks(tables, peer):
    """The limit agrees at every λ; the widest network within a tenth, as its weights are others."""
    limit = tables.column("error (stack)", "test_mse", model="Kernel limit")
    finite = tables.column("error (stack)", "test_mse", model="Finite width", width=30000)
    pairs = zip(limit, peer["limit_test_mse"])
    found = [Check("kernel limit: test_mse", ours, theirs, 1e-5) for ours, theirs in pairs]
    pairs = zip(finite, peer["finite_test_mse"][-1])
    return found + [Check("width 30 000: test_mse", ours, theirs, 0.1 * ours) for ours, theirs in pairs]


def outlier_checks(tables, peer):
    """Teachers differ: the edge of the bulk has the same scale at every size but the smallest."""
    found = []
    for place, alpha in enumerate((1.5, 2, 2.5, 3, 3.25)):
        edge = tables.column("spectrum (stack)", "bulk_edge", alpha=alpha)[0]
        found.append(Check(f"edge of the bulk, α = {alpha}", edge, peer["bulk_edge"][place], 0.5 * edge))
    return found


def hierarchy_checks(tables, peer):
    """Teachers differ: overlaps within a quarter."""
    ours = tables.column("curve (stack)", "overlap_h1")
    places = (0, 4, len(ours) - 1)
    return [Check(f"overlap, n = {peer['n_train'][i]}", ours[i], peer["overlap_h1"][i], 0.25) for i in places]


def phase_checks(tables, peer):
    """The mean overlap of 24 seeds after as many steps, within the noise of two such means."""
    ours = tables.column("curve (stack)", "overlap", n_over_cube=PHASE_EARLY)
    theirs = peer["overlap"]
    allowed = 4 * (statistics.variance(ours) / len(ours) + statistics.variance(theirs) / len(theirs)) ** 0.5
    return [Check("mean overlap after 40 000 steps", statistics.mean(ours), statistics.mean(theirs), allowed)]


PHASE_EARLY = 40000 / 64**3
PHASE_STEPS, PHASE_SEEDS = 10 * 64**3, 24
# the frozen lift of the study is another figure: as small as it can be
HIERARCHY = {"size": "{zip: {d: [60], p1: [7200], p2: [320]}}", "alpha": [1.3], "fixed_width": 100, "seed": ONE_SEED}

LIFTS = 2 * 15000 * 2000  # all rows, for each input of a lift

FIGURES = [
    Figure(
        "accuracy, one cell",
        "lofi/accuracy",
        {"n_train": [4000], "k1": [63], "k2": [400], "seed": ONE_SEED},
        ["accuracy.py"],
        1.6,
        accuracy_checks,
        # five lifts, two moments; Gram matrices of the ridges and 500 λ of leave-one-out in double
        f32=LIFTS * (3072 + 63 + 400 + 2 * 2000) + 2 * 4000 * 2000**2,
        f64=4000 * (2 * 2000**2 + 3072**2) + 2 * 4000 * 500 * (2 * 2000 + 3072),
        evd=(2000, 2000, 3072),
    ),
    Figure(
        "accuracy, the quick figure",
        "lofi/accuracy",
        {"seed": ONE_SEED},
        ["accuracy.py", "--sizes", 500, 1000, 2000, 4000, "--k1", 32, 63, "--k2", 100, 400],
        2.5,
        accuracy_checks,
    ),
    Figure(
        "kernel-rank-heatmap, n = 1000, decompositions shared",
        "lofi/kernel-rank-heatmap",
        {"size": "{zip: {n_train: [1000], k_max: [999]}}", "seed": ONE_SEED},
        ["kernel_rank_heatmap.py", "--shared"],
        2.0,
        heatmap_checks,
        # inner products of all layers and projections of eight filters; the 50 readouts may do without eigenvectors
        f64=2 * 1000 * 4000 * (3072 + 8 * sum(KERNEL_RANKS)) + 8 * 2 * 3000 * 1000**2,
        evd=(1000,) * 16,
    ),
    Figure(
        "kernel-rank-heatmap, one decomposition a cell, as published",
        "lofi/kernel-rank-heatmap",
        {"size": "{zip: {n_train: [1000], k_max: [999]}}", "seed": ONE_SEED},
        ["kernel_rank_heatmap.py"],
        7.0,
        heatmap_checks,
    ),
    Figure(
        "width-convergence, one row",
        "lofi/width-convergence",
        {"n_train": [500], "k": [100], "seed": ONE_SEED},
        ["width_convergence.py"],
        1.8,
        width_checks,
        # lifts of three layers and their Gram matrices; filters of seven chains
        f32=44400 * (2 * 900 * 3272 + 3 * (500**2 + 2 * 500 * 400)),
        evd=(500,) * 28,
    ),
    Figure(
        "spectral-outliers, one step",
        "lofi/spectral-outliers",
        # the features' emergence, another step, as small as can be
        {
            "labels": ["as-defined"],
            "seed": ONE_SEED,
            "shown_seed": 0,
            "size": "{zip: {d: [12], p1: [100]}}",
            "ratios": [1],
        },
        ["spectral_outliers.py"],
        1.7,
        outlier_checks,
        needs_data=False,
        # twenty operators, formed, each the lower half
        f32=63189 * (900**2 * 20 + 2 * 30 * 900),
    ),
    Figure(
        "synthetic hierarchy, d = 60, the peer's moment formed",
        "lofi/synthetic-transition",
        HIERARCHY,
        ["synthetic_hierarchy.py"],
        2.5,
        hierarchy_checks,
        needs_data=False,
    ),
    Figure(
        "synthetic hierarchy, d = 60, the peer's moment implicit",
        "lofi/synthetic-transition",
        HIERARCHY,
        ["synthetic_hierarchy.py", "--implicit"],
        2.5,
        hierarchy_checks,
        needs_data=False,
    ),
    Figure(
        "MLP step, batch 128",
        "bench/mlp",
        {},
        ["training_step.py", "mlp", "--steps", 60],
        1.1,
        counts=(10, 110),
        torch=True,
        needs_data=False,
        f32=2 * 128 * (2 * 3072 * 1000 + 3 * 1000**2),
    ),
    Figure(
        "CNN step, batch 64",
        "bench/cnn",
        {},
        ["training_step.py", "cnn-pooled", "--steps", 30],
        1.5,
        counts=(5, 55),
        torch=True,
        needs_data=False,
        f32=2 * 64 * 9 * 64 * (2 * 3 * 1024 + 3 * 64 * (256 + 64)),
    ),
    Figure(
        "FFT-domain CNN step, 12 layers",
        "bench/circular",
        {},
        ["fourier_cnn_step.py", "--steps", 100],
        8.0,
        counts=(50, 450),
        torch=True,
        needs_data=False,
    ),
    Figure(
        "phase loop, N = 64, a step of a seed",
        "fourier/phase-hardness",
        {"size": [64], "checkpoints": [PHASE_EARLY, 10], "seed": f"{{count: {PHASE_SEEDS}}}"},
        ["phase_loop.py", "--seeds", PHASE_SEEDS],
        20.0,
        phase_checks,
        units=PHASE_STEPS * PHASE_SEEDS,
        needs_data=False,
    ),
]

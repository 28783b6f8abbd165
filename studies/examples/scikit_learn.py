"""Fits a readout of scikit-learn to samples that lofi drew, and writes what it predicts of every split."""

import argparse
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegressionCV, RidgeCV

parser = argparse.ArgumentParser()
parser.add_argument("--samples", type=Path, required=True, help="folder of SPLIT.npy and labels-SPLIT.npy")
parser.add_argument("--predictions", type=Path, required=True, help="CSV to write: split, predicted")
parser.add_argument("--model", choices=["ridge", "logistic"], required=True)
parser.add_argument("--penalties", type=float, nargs="+", required=True)
args = parser.parse_args()

x, y = np.load(args.samples / "train.npy"), np.load(args.samples / "labels-train.npy")
if args.model == "ridge":
    fitted = RidgeCV(alphas=args.penalties).fit(x, y)
    predict = fitted.predict
else:
    penalties = 1 / np.array(args.penalties)
    fitted = LogisticRegressionCV(Cs=penalties, cv=5, max_iter=2000).fit(x, y)
    predict = lambda x: np.tanh(fitted.decision_function(x) / 2)  # between -1 and 1, as labels are

with args.predictions.open("w") as file:
    file.write("split,predicted\n")
    for split in ["train", "validation", "test"]:
        samples = np.load(args.samples / f"{split}.npy")
        for value in predict(samples) if len(samples) else []:
            file.write(f"{split},{float(value)!r}\n")

"""Writes metrics.json: the metrics of small seeded lists by scikit-learn, scipy and numpy.

Run: python packages/bert2dnn/test/golden/make_metrics.py  (needs numpy, scipy, scikit-learn)
Scores are rounded so that ties occur; weighted values repeat rows, as a bootstrap draw does.
"""

import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.stats import kendalltau, pearsonr, spearmanr
from sklearn import metrics

rng = np.random.default_rng(20101044)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def ece(probabilities, labels, bins=15):
    total = 0.0
    for b in range(bins):
        low, high = b / bins, (b + 1) / bins
        inside = (probabilities > low) & (probabilities <= high)
        if b == 0:
            inside |= probabilities == 0
        if inside.any():
            total += inside.sum() * abs(probabilities[inside].mean() - labels[inside].mean())
    return total / len(labels)


def binary_case(n):
    labels = (rng.random(n) < 0.4).astype(int)
    logits = np.round(rng.normal(size=n) * 1.5 + labels * 1.2 - 0.6, 1)
    weights = np.bincount(rng.integers(0, n, size=n), minlength=n)
    p = sigmoid(logits)
    repeated = np.repeat(np.arange(n), weights)

    def values(rows):
        y, z, q = labels[rows], logits[rows], p[rows]
        return {
            "accuracy": metrics.accuracy_score(y, q >= 0.5),
            "auc": metrics.roc_auc_score(y, z),
            "prAuc": metrics.average_precision_score(y, z),
            "logLoss": metrics.log_loss(y, q),
            "brier": metrics.brier_score_loss(y, q),
            "ece": ece(q, y),
        }

    return {
        "logits": logits.tolist(),
        "labels": labels.tolist(),
        "weights": weights.tolist(),
        "expected": values(np.arange(n)),
        "expectedWeighted": values(repeated),
    }


def graded_case(n):
    grades = rng.choice([1, 1.33, 1.67, 2, 2.33, 2.67, 3], size=n)
    labels = (grades - 1) / 2
    logits = np.round(rng.normal(size=n) + 2 * labels - 0.5, 1)
    weights = np.bincount(rng.integers(0, n, size=n), minlength=n)
    queries = rng.integers(0, 9, size=n)
    repeated = np.repeat(np.arange(n), weights)
    p = sigmoid(logits)

    def values(rows):
        y, z, q = labels[rows], logits[rows], p[rows]
        return {
            "pearson": pearsonr(z, y)[0],
            "spearman": spearmanr(z, y)[0],
            "kendall": kendalltau(z, y, variant="b")[0],
            "rmse": float(np.sqrt(metrics.mean_squared_error(y, q))),
            "logLoss": float(np.mean(-(y * np.log(q) + (1 - y) * np.log(1 - q)))),
            "ece": ece(q, y),
        }

    gains = 2 ** (labels * 2) - 1
    per_query = [
        metrics.ndcg_score([gains[queries == g]], [logits[queries == g]], k=10)
        for g in np.unique(queries)
        if (queries == g).sum() > 1 and gains[queries == g].max() > 0
    ]
    return {
        "grades": grades.tolist(),
        "labels": labels.tolist(),
        "logits": logits.tolist(),
        "weights": weights.tolist(),
        "queries": [f"query {g}" for g in queries],
        "expected": {**values(np.arange(n)), "ndcg@10": float(np.mean(per_query))},
        "expectedWeighted": values(repeated),
    }


def classes_case(n, c):
    labels = rng.integers(0, c - 1, size=n)  # the last class has no label, but is chosen
    logits = np.round(rng.normal(size=(n, c)) + 1.5 * np.eye(c)[labels], 2)
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    chosen = logits.argmax(1)
    return {
        "numClasses": c,
        "logits": logits.ravel().tolist(),
        "labels": labels.tolist(),
        "expected": {
            "accuracy": metrics.accuracy_score(labels, chosen),
            "logLoss": metrics.log_loss(labels, p, labels=range(c)),
            "macroF1": metrics.f1_score(labels, chosen, average="macro"),
        },
    }


golden = {
    "source": f"scikit-learn {sklearn.__version__}, scipy {scipy.__version__}, numpy {np.__version__}",
    "binary": binary_case(60),
    "graded": graded_case(80),
    "classes": classes_case(50, 5),
}
Path(__file__).with_name("metrics.json").write_text(json.dumps(golden, indent=1) + "\n")

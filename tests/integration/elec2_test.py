"""The whole Elec2 stream: every figure is scikit-learn's, at 20 checkpoints."""

import collections
import gzip
import json
import math
import os
import unittest
import warnings

import numpy as np
from sklearn import metrics as sk

from daemon import ROOT, Daemon
from figures import expected, expected_bounds, expected_scores

DATA = os.path.join(ROOT, "deploy/demo/elec2")
CONFIG = """
windows: [1h, last_1000]
models:
  - match: "nsw-*"
    positive_class: UP
    classes: [DOWN, UP]
"""
TOLERANCE = 1e-12


def load(name):
    with gzip.open(os.path.join(DATA, name), "rt") as f:
        return [line.rstrip("\n") for line in f]


class Elec2Test(unittest.TestCase):
    def check(self, result, actual, predicted, scores):
        self.assertEqual(result["observations"], len(actual))
        actual, predicted = np.array(actual), np.array(predicted)
        for name, (value, tolerance) in expected_scores(
                actual == "UP", scores).items():
            self.assertLess(abs(result["metrics"][name] - value), tolerance, name)
        for name, value in expected(actual, predicted).items():
            self.assertLess(abs(result["metrics"][name] - value), TOLERANCE, name)
        for name, value in expected_bounds(actual, predicted).items():
            self.assertLess(abs(result["metrics"][name] - value), 1e-7, name)
        classes = result["classes"]
        matrix = sk.confusion_matrix(actual, predicted, labels=classes)
        self.assertEqual(result["confusion"], matrix.tolist())
        report = sk.precision_recall_fscore_support(
            actual, predicted, labels=classes, zero_division=0)
        for i, name in enumerate(classes):
            figures = result["class_metrics"][name]
            self.assertEqual(figures["support"], report[3][i])
            for j, figure in enumerate(("precision", "recall", "f1")):
                self.assertLess(abs(figures.get(figure, 0) - report[j][i]),
                                TOLERANCE)

    def test_every_figure_equals_scikit_learn(self):
        predictions = load("predictions.ndjson.gz")
        labels = load("labels.ndjson.gz")
        label_of = {e["id"]: e["label"] for e in map(json.loads, labels)}
        windows = {v: collections.deque(maxlen=1000) for v in ("1", "2")}
        totals = {v: [] for v in ("1", "2")}
        step = math.ceil(len(labels) / 20)
        with Daemon(CONFIG) as daemon:
            for begin in range(0, len(labels), step):
                for part in (predictions[2 * begin:2 * (begin + step)],
                             labels[begin:begin + step]):
                    for i in range(0, len(part), 5000):
                        status, answer = daemon.post("\n".join(part[i:i + 5000]))
                        self.assertEqual(status, 200)
                        self.assertEqual(answer["rejected"], 0)
                # Pairs are completed in the order of the labels.
                by_id = collections.defaultdict(dict)
                for line in predictions[2 * begin:2 * (begin + step)]:
                    event = json.loads(line)
                    by_id[event["id"]][event["version"]] = (event["prediction"],
                                                            event["score"])
                for line in labels[begin:begin + step]:
                    event = json.loads(line)
                    for version, predicted in by_id[event["id"]].items():
                        pair = (event["label"], *predicted)
                        windows[version].append(pair)
                        totals[version].append(pair)
                for version in ("1", "2"):
                    results = daemon.model("nsw-price-direction", version=version)
                    by_window = {r["window"]: r for r in results}
                    self.check(by_window["last_1000"], *zip(*windows[version]))
                    self.check(by_window["1h"], *zip(*totals[version]))
        self.assertEqual(len(totals["1"]), len(label_of))


class RandomMatrixTest(unittest.TestCase):
    def test_random_streams_with_absent_classes(self):
        import random

        rng = random.Random(7)
        with Daemon("windows: [1h]\n") as daemon, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for n in range(30):
                model = f"m{n}"
                names = [f"c{i}" for i in range(rng.randint(1, 6))]
                size = rng.choice([1, 2, 5, 200])
                actual = [rng.choice(names[: rng.randint(1, len(names))])
                          for _ in range(size)]
                predicted = [rng.choice(names) for _ in range(size)]
                daemon.post([{"model": model, "prediction": p, "label": a}
                             for a, p in zip(actual, predicted)])
                (result,) = daemon.model(model)
                metrics = result["metrics"]
                self.assertLess(abs(metrics["accuracy"] -
                                    sk.accuracy_score(actual, predicted)),
                                TOLERANCE)
                self.assertLess(
                    abs(metrics["balanced_accuracy"] -
                        sk.balanced_accuracy_score(actual, predicted)),
                    TOLERANCE)
                for average in ("macro", "micro", "weighted"):
                    for name, function in (("precision", sk.precision_score),
                                           ("recall", sk.recall_score),
                                           ("f1", sk.f1_score)):
                        value = function(actual, predicted, average=average,
                                         zero_division=0)
                        self.assertLess(
                            abs(metrics[f"{name}_{average}"] - value), TOLERANCE)
                several = len(set(actual)) > 1 and len(set(predicted)) > 1
                for name, function, there in (
                        ("matthews_correlation", sk.matthews_corrcoef, several),
                        ("cohen_kappa", sk.cohen_kappa_score,
                         len({*actual, *predicted}) > 1)):
                    self.assertEqual(name in metrics, there)
                    if there:
                        self.assertLess(abs(metrics[name] -
                                            function(actual, predicted)), 1e-9)
                for name, figures in result["class_metrics"].items():
                    if figures["support"] == 0:
                        self.assertNotIn("recall", figures)
                    if figures["predicted"] == 0:
                        self.assertNotIn("precision", figures)


if __name__ == "__main__":
    unittest.main()

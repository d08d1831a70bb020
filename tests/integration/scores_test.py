"""Figures of scores and of regressions, compared with scikit-learn, on random data
with ties, single classes and extreme values."""

import unittest
import warnings

import numpy as np
from sklearn import metrics as sk
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from daemon import Daemon
from figures import (EXACT, calibration_error, expected_regression, expected_scores,
                     expected_threshold)

CONFIG = """
windows: [1h, last_500]
models:
  - {match: "binary-*", positive_class: UP, windows: [1h, last_500],
     thresholds: [0.3, 0.50, 0.7]}
  - {match: "value-*", task: regression, windows: [1h, last_500]}
"""


def streams(rng):
    """Name to scores and the probability of a positive label."""
    n = 20000
    uniform = rng.random(n)
    yield "calibrated", uniform, uniform
    yield "random", uniform, np.full(n, 0.4)
    yield "one_decimal", np.round(uniform, 1), uniform
    yield "two_decimals", np.round(uniform, 2), uniform
    yield "extreme", rng.beta(0.05, 0.05, n), np.full(n, 0.5)
    certain = rng.beta(0.1, 0.1, n)
    yield "certain", certain, certain
    steep = 1 / (1 + np.exp(-12 * rng.standard_normal(n)))
    yield "steep", steep, steep
    tiny = 10 ** (-12 * uniform)
    yield "tiny", tiny, np.clip(20 * tiny, 0.02, 0.9)
    yield "near_one", 1 - tiny, 1 - np.clip(20 * tiny, 0.02, 0.9)
    yield "zero_or_one", rng.integers(0, 2, n).astype(float), uniform
    yield "one_class", uniform, np.ones(n)
    yield "constant", np.full(n, 0.5), uniform
    few = rng.random(7)
    yield "few", few, few


class ScoresTest(unittest.TestCase):
    def check(self, model, window, positive, scores):
        (result,) = [r for r in self.daemon.model(model)
                     if r["window"] == window]
        metrics = result["metrics"]
        figures = expected_scores(positive, scores)
        for name, (value, tolerance) in figures.items():
            self.assertLess(abs(metrics[name] - value), tolerance,
                            (model, window, name))
        for name in ("roc_auc_binary", "average_precision_binary"):
            self.assertEqual(name in figures, name in metrics, (model, name))
        for text in ("0.3", "0.50", "0.7"):
            wanted = expected_threshold(positive, scores, float(text))
            self.assertEqual(set(wanted), set(metrics["thresholds"][text]))
            for name, value in wanted.items():
                self.assertLess(abs(metrics["thresholds"][text][name] - value),
                                EXACT, (model, text, name))

    def test_scores(self):
        rng = np.random.default_rng(5)
        with Daemon(CONFIG) as self.daemon, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name, scores, chance in streams(rng):
                model = "binary-" + name
                positive = rng.random(len(scores)) < chance
                events = [{"model": model, "label": "UP" if p else "DOWN",
                           "prediction": "UP" if s >= 0.5 else "DOWN",
                           "score": float(s)}
                          for p, s in zip(positive, scores)]
                for i in range(0, len(events), 7000):
                    status, _ = self.daemon.post(events[i:i + 7000])
                    self.assertEqual(status, 200)
                self.check(model, "1h", positive, scores)
                self.check(model, "last_500", positive[-500:], scores[-500:])

    def test_metrics_show_what_the_api_shows(self):
        with Daemon(CONFIG) as daemon:
            daemon.post([{"model": "binary-x", "label": "UP",
                          "prediction": "UP", "score": 0.8}])
            labels = {"model": "binary-x", "version": "", "window": "1h"}
            self.assertEqual(
                daemon.metric("plumbline_threshold_recall_ratio",
                              threshold="0.50", **labels), 1)
            self.assertAlmostEqual(
                daemon.metric("plumbline_expected_calibration_error_ratio",
                              **labels),
                daemon.model("binary-x", window="1h")[0]["metrics"]
                ["expected_calibration_error"])


class ClassScoresTest(unittest.TestCase):
    """Several classes, each against the rest."""

    def check(self, metrics, labels, predictions, scores, names, several):
        onehot = np.array([[name == label for name in names] for label in labels],
                          dtype=float)
        there = onehot.any(axis=0)
        expected = {
            "log_loss": sk.log_loss(labels, scores, labels=names),
            "brier_score": ((scores - onehot) ** 2).sum(axis=1).mean(),
            "expected_calibration_error": calibration_error(
                (np.array(labels) == np.array(predictions)).astype(float),
                scores.max(axis=1)),
        }
        for name, value in expected.items():
            self.assertLess(abs(metrics[name] - value), EXACT, name)
        self.assertLess(abs(metrics["average_precision_macro"] -
                            sk.average_precision_score(
                                onehot[:, there], scores[:, there],
                                average="macro")), 1e-3)
        self.assertEqual("roc_auc_macro" in metrics, several)
        if several:
            both = there & ~onehot.all(axis=0)
            self.assertLess(abs(metrics["roc_auc_macro"] - np.mean(
                [sk.roc_auc_score(onehot[:, c], scores[:, c])
                 for c in np.flatnonzero(both)])), 1e-3)

    def post(self, daemon, model, labels, predictions, scores, names):
        """Predictions, wrong labels for some, and then the right ones."""
        events = []
        for i, row in enumerate(scores):
            events.append({"model": model, "id": str(i),
                           "prediction": predictions[i], "version": "1",
                           "scores": {n: float(p) for n, p in zip(names, row)
                                      if p > 0}})
        for i, label in enumerate(labels):
            if i % 5 == 0:
                events.append({"model": model, "id": str(i),
                               "label": labels[i - 1]})
        for i, label in enumerate(labels):
            events.append({"model": model, "id": str(i), "label": label})
        for i in range(0, len(events), 5000):
            status, answer = daemon.post(events[i:i + 5000])
            self.assertEqual((status, answer["rejected"]), (200, 0))

    def test_digits(self):
        digits = load_digits()
        classifier = LogisticRegression(max_iter=2000).fit(
            digits.data[:400] / 16, digits.target[:400])
        scores = classifier.predict_proba(digits.data[400:] / 16)
        names = [str(c) for c in classifier.classes_]
        labels = [str(t) for t in digits.target[400:]]
        predictions = [names[i] for i in scores.argmax(axis=1)]
        with Daemon("windows: [1h, last_500]\n") as daemon:
            self.post(daemon, "digits", labels, predictions, scores, names)
            for result in daemon.model("digits"):
                self.assertEqual(set(result["classes"]), set(names))
                # In the order of their first labels.
                done = sorted(range(len(labels)), key=lambda i: i % 5 != 0)
                if result["window"] == "last_500":
                    done = done[-500:]
                self.assertEqual(result["observations"], len(done))
                self.check(result["metrics"], [labels[i] for i in done],
                           [predictions[i] for i in done], scores[done], names,
                           True)

    def test_random_scores(self):
        rng = np.random.default_rng(10)
        names = [f"c{i}" for i in range(6)]
        cases = {
            "plain": (rng.dirichlet(np.ones(6), 4000), names),
            "ties": (np.array([[.5, .25, .25, 0, 0, 0], [0, 0, 0, .5, .5, 0],
                               [.2, .2, .2, .2, .1, .1]])[
                rng.integers(0, 3, 3000)], names),
            "extreme": (rng.dirichlet(np.full(6, 0.05), 4000), names),
            "absent": (rng.dirichlet(np.ones(6), 1000), names[:3]),
            "single": (rng.dirichlet(np.ones(6), 1000), names[:1]),
        }
        with Daemon("windows: [1h]\n") as daemon, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for model, (scores, occur) in cases.items():
                labels = [occur[i] for i in
                          rng.integers(0, len(occur), len(scores))]
                predictions = [names[i] for i in scores.argmax(axis=1)]
                self.post(daemon, model, labels, predictions, scores, names)
                (result,) = daemon.model(model)
                self.check(result["metrics"], labels, predictions, scores,
                           names, len(occur) > 1)

    def test_two_classes_with_a_positive_one_are_binary(self):
        with Daemon(CONFIG) as daemon:
            pairs = [("UP", 0.9), ("DOWN", 0.6), ("DOWN", 0.2), ("UP", 0.4)]
            daemon.post([{"model": "binary-two", "label": label,
                          "prediction": "UP" if s > 0.5 else "DOWN",
                          "scores": {"UP": s, "DOWN": 1 - s}}
                         for label, s in pairs])
            metrics = daemon.model("binary-two", window="1h")[0]["metrics"]
            for name, (value, tolerance) in expected_scores(
                    [label == "UP" for label, _ in pairs],
                    [s for _, s in pairs]).items():
                self.assertLess(abs(metrics[name] - value), tolerance, name)
            self.assertAlmostEqual(metrics["roc_auc_macro"],
                                   metrics["roc_auc_binary"])


class RegressionTest(unittest.TestCase):
    def test_regressions(self):
        rng = np.random.default_rng(6)
        n = 2000
        cases = {
            "plain": (rng.normal(10, 3, n), rng.normal(10, 3, n)),
            "large": (1e9 + rng.normal(0, 1, n), 1e9 + rng.normal(0, 1, n)),
            "offset": (1e9 + rng.random(n), 2e9 + rng.random(n)),
            "tiny": (rng.normal(0, 1e-9, n), rng.normal(0, 1e-9, n)),
            "zeros": (np.round(rng.normal(0, 1, n)), rng.normal(0, 1, n)),
            "constant": (np.full(n, 3.5), rng.normal(3.5, 1, n)),
            "outlier": (np.append(rng.normal(0, 1, n - 1), 1e12),
                        rng.normal(0, 1, n)),
        }
        with Daemon(CONFIG) as daemon:
            for name, (labels, predictions) in cases.items():
                model = "value-" + name
                daemon.post([{"model": model, "prediction": float(p),
                              "label": float(y)}
                             for p, y in zip(predictions, labels)])
                for result in daemon.model(model):
                    count = 500 if result["window"] == "last_500" else n
                    self.check(name, result["metrics"], labels[-count:],
                               predictions[-count:])

    def check(self, name, metrics, labels, predictions):
        wanted = expected_regression(labels, predictions)
        for figure, value in wanted.items():
            self.assertLess(abs(metrics[figure] - value),
                            EXACT * max(1, abs(value)), (name, figure))
        self.assertEqual("r2" in wanted, "r2" in metrics)
        errors = np.abs(np.array(predictions) - np.array(labels))
        for q, value in metrics["absolute_error_quantiles"].items():
            exact = np.quantile(errors, float(q))
            self.assertLessEqual(abs(value - exact), 0.01 * exact + 1e-300,
                                 (name, q))


if __name__ == "__main__":
    unittest.main()

"""Figures of scores and of regressions against scikit-learn, on random data
with ties, single classes and extreme values."""

import unittest
import warnings

import numpy as np

from daemon import Daemon
from figures import (EXACT, expected_regression, expected_scores,
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

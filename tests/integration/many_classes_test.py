"""A model of 1,000 classes: every figure without a matrix is scikit-learn's, and
the most frequent misses are found."""

import collections
import unittest
import warnings

import numpy as np
from sklearn import metrics as sk

from daemon import Daemon

CLASSES = 1000
PAIRS = 40_000
TOLERANCE = 1e-9


class ManyClassesTest(unittest.TestCase):
    def test_figures_and_misses(self):
        rng = np.random.default_rng(9)
        actual = rng.zipf(1.3, PAIRS) % CLASSES
        wrong = rng.random(PAIRS) < 0.3
        predicted = np.where(wrong, rng.integers(0, CLASSES, PAIRS), actual)
        # Some classes are often confused.
        often = wrong & (actual < 3)
        predicted[often] = actual[often] + 500
        with Daemon("windows: [1h, last_5000]\n") as daemon:
            for i in range(0, PAIRS, 10_000):
                status, answer = daemon.post(
                    [{"model": "m", "prediction": int(p), "label": int(a)}
                     for a, p in zip(actual[i:i + 10_000],
                                     predicted[i:i + 10_000])])
                self.assertEqual((status, answer["rejected"]), (200, 0))
            for result in daemon.model("m"):
                last = 5000 if result["window"] == "last_5000" else PAIRS
                self.check(result, actual[-last:], predicted[-last:])
            samples = daemon.metrics()
            names = {name for name, _ in samples}
            self.assertNotIn("plumbline_confusion_observations", names)
            self.assertNotIn("plumbline_outcomes_total", names)
            shown = [labels for name, labels in samples
                     if name == "plumbline_top_confusion_observations"]
            self.assertEqual(len(shown), 40)  # 20 of each window

    def check(self, result, actual, predicted):
        metrics = result["metrics"]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = {
                "accuracy": sk.accuracy_score(actual, predicted),
                "balanced_accuracy": sk.balanced_accuracy_score(actual,
                                                                predicted),
                "matthews_correlation": sk.matthews_corrcoef(actual, predicted),
                "cohen_kappa": sk.cohen_kappa_score(actual, predicted),
            }
            for average in ("macro", "micro", "weighted"):
                scores = sk.precision_recall_fscore_support(
                    actual, predicted, average=average, zero_division=0)
                for name, value in zip(("precision", "recall", "f1"), scores):
                    expected[f"{name}_{average}"] = value
            labels = [int(name) for name in result["classes"]]
            report = sk.precision_recall_fscore_support(
                actual, predicted, labels=labels, zero_division=0)
        for name, value in expected.items():
            self.assertLess(abs(metrics[name] - value), TOLERANCE, name)
        for i, name in enumerate(result["classes"]):
            figures = result["class_metrics"][name]
            self.assertEqual(figures["support"], report[3][i])
            for j, figure in enumerate(("precision", "recall", "f1")):
                self.assertLess(abs(figures.get(figure, 0) - report[j][i]),
                                TOLERANCE)
        misses = collections.Counter(
            (int(a), int(p)) for a, p in zip(actual, predicted) if a != p)
        all_misses = sum(misses.values())
        top = {(int(a), int(p)): n
               for a, row in metrics["top_confusion_observations"].items()
               for p, n in row.items()}
        self.assertEqual(len(top), 20)
        for pair, n in top.items():
            self.assertGreaterEqual(n, misses[pair])
            self.assertLessEqual(n, misses[pair] + all_misses / 40)
        for pair, _ in misses.most_common(2):
            self.assertIn(pair, top)


if __name__ == "__main__":
    unittest.main()

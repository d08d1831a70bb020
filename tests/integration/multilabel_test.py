"""Multilabel models, compared with scikit-learn: facts about a digit, predicted
from its image, and random sets with ties, empty sets and rare classes."""

import unittest
import warnings

import numpy as np
from sklearn import metrics as sk
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.preprocessing import MultiLabelBinarizer

from daemon import Daemon

CONFIG = """
windows: [1h, last_200]
models:
  - {match: declared, task: multilabel, windows: [1h, last_200],
     classes: [even, prime, square, round], slices: [[half]],
     objectives: [{metric: f1_samples, window: 1h, min: 0.5}]}
"""
EXACT = 1e-9


def facts(digit):
    """The facts about a digit; 7 is only prime."""
    return [name for name, digits in (
        ("even", (0, 2, 4, 6, 8)), ("prime", (2, 3, 5, 7)),
        ("square", (0, 1, 4, 9)), ("round", (0, 3, 6, 8, 9))) if digit in digits]


def expected(actual, predicted):
    """The API's names to scikit-learn's values."""
    binarizer = MultiLabelBinarizer().fit([*actual, *predicted])
    a, p = binarizer.transform(actual), binarizer.transform(predicted)
    figures = {"accuracy": sk.accuracy_score(a, p),
               "hamming_loss": sk.hamming_loss(a, p)}
    for average in ("micro", "macro", "weighted", "samples"):
        for name, function in (("precision", sk.precision_score),
                               ("recall", sk.recall_score), ("f1", sk.f1_score)):
            figures[f"{name}_{average}"] = function(a, p, average=average,
                                                    zero_division=0)
    by_class = {}
    for c, name in enumerate(binarizer.classes_):
        precision, recall, f1, support = sk.precision_recall_fscore_support(
            a[:, c], p[:, c], average="binary", zero_division=0)
        by_class[name] = {"precision": precision, "recall": recall, "f1": f1,
                          "support": a[:, c].sum(), "predicted": p[:, c].sum()}
    return figures, by_class


class MultilabelTest(unittest.TestCase):
    def check(self, daemon, model, window, actual, predicted, segment=None):
        (result,) = [r for r in daemon.model(model) if r["window"] == window
                     and r["segment"] == (segment or {})]
        self.assertEqual(result["observations"], len(actual))
        self.assertNotIn("confusion", result)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            figures, by_class = expected(actual, predicted)
        for name, value in figures.items():
            self.assertLess(abs(result["metrics"][name] - value), EXACT,
                            (model, window, name))
        for name, of_class in by_class.items():
            got = result["class_metrics"][name]
            for figure, value in of_class.items():
                self.assertLess(abs(got.get(figure, 0) - value), EXACT,
                                (model, name, figure))

    def post(self, daemon, events):
        for i in range(0, len(events), 5000):
            status, answer = daemon.post(events[i:i + 5000])
            self.assertEqual((status, answer["rejected"]), (200, 0), answer)

    def test_facts_about_digits(self):
        images, digits = load_digits(return_X_y=True)
        names = MultiLabelBinarizer().fit([facts(d) for d in range(10)])
        truth = names.transform([facts(d) for d in digits])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # need not converge
            trained = OneVsRestClassifier(LogisticRegression(max_iter=30)).fit(
                images[:300], truth[:300])
        predicted = [list(p) for p in
                     names.inverse_transform(trained.predict(images[300:]))]
        actual = [facts(d) for d in digits[300:]]
        with Daemon(CONFIG) as daemon:
            half = ["low" if i % 2 else "high" for i in range(len(actual))]
            self.post(daemon, [
                {"model": "declared", "version": "1", "id": str(i),
                 "prediction": p, "segments": {"half": half[i]}}
                for i, p in enumerate(predicted)])
            # Wrong at first, and corrected.
            self.post(daemon, [{"model": "declared", "id": str(i),
                                "label": ["even", "prime", "round", "square"]}
                               for i in range(0, len(actual), 3)])
            self.post(daemon, [{"model": "declared", "id": str(i), "label": a}
                               for i, a in enumerate(actual)])
            self.check(daemon, "declared", "1h", actual, predicted)
            # The ring has the pairs in the order of their completion.
            order = [i for i in range(len(actual)) if i % 3 == 0] + [
                i for i in range(len(actual)) if i % 3]
            self.check(daemon, "declared", "last_200",
                       [actual[i] for i in order[-200:]],
                       [predicted[i] for i in order[-200:]])
            for value in ("low", "high"):
                rows = [i for i, h in enumerate(half) if h == value]
                self.check(daemon, "declared", "1h", [actual[i] for i in rows],
                           [predicted[i] for i in rows], {"half": value})
            samples = daemon.metrics()
            self.check_series(samples)
            status, answer = daemon.post([{"model": "declared", "id": "x",
                                           "prediction": ["even", "odd"]},
                                          {"model": "declared", "id": "0",
                                           "label": "even"}])
            self.assertEqual([e["code"] for e in answer["errors"]],
                             ["unknown_class", "task_mismatch"])
            self.assertIn("configure its task", answer["errors"][1]["message"])

    def check_series(self, samples):
        named = {}
        for (series, labels), value in samples.items():
            of = dict(labels)
            if (of.get("model") == "declared" and of.get("window") == "1h"
                    and "segment_half" not in of):
                named.setdefault(series, []).append((of, value))
        self.assertEqual(len(named["plumbline_hamming_loss"]), 1)
        self.assertEqual({of["average"] for of, _ in
                          named["plumbline_f1_ratio"]},
                         {"macro", "micro", "weighted", "samples"})
        self.assertEqual({of["class"] for of, _ in
                          named["plumbline_class_f1_ratio"]},
                         {"even", "prime", "square", "round"})
        for series in ("plumbline_confusion_observations",
                       "plumbline_balanced_accuracy_ratio"):
            self.assertNotIn(series, named)
        bounds = [named[f"plumbline_accuracy_{side}_bound_ratio"][0][1]
                  for side in ("lower", "upper")]
        accuracy = named["plumbline_accuracy_ratio"][0][1]
        self.assertTrue(bounds[0] < accuracy < bounds[1])

    def test_random_sets(self):
        rng = np.random.default_rng(3)
        with Daemon("windows: [1h, last_200]\n") as daemon:
            for classes, chance in ((3, 0.5), (40, 0.2), (300, 0.02)):
                names = [f"class {c}" for c in range(classes)]
                # Some classes are rare.
                chances = chance * rng.random(classes)

                def draw():
                    sets = [[n for n, x in zip(names, row) if x] for row in
                            rng.random((3000, classes)) < chances]
                    for i in range(0, 3000, 50):
                        sets[i] = []
                    return sets

                predicted, actual = draw(), draw()
                for i in range(0, 3000, 3):
                    actual[i] = predicted[i]
                model = f"random-{classes}"
                self.post(daemon, [{"model": model, "prediction": p, "label": a}
                                   for p, a in zip(predicted, actual)])
                self.check(daemon, model, "1h", actual, predicted)
                self.check(daemon, model, "last_200", actual[-200:],
                           predicted[-200:])


if __name__ == "__main__":
    unittest.main()

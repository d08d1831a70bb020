"""Reported inputs of users, over HTTP, with the outcome that they expect. Figures
are scikit-learn's. Cases that need files or days are in files_test and in the
tests of the core."""

import json
import math
import unittest

from daemon import Daemon

CONFIG = """
windows: [1h]
models:
  - {match: yaml, positive_class: True, classes: [0.0, 1.0]}
  - {match: counters, classes: [0, 1]}
"""


class FieldCasesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(CONFIG)

    @classmethod
    def tearDownClass(cls):
        cls.daemon.__exit__()

    def post(self, events, **headers):
        body = events if isinstance(events, str) else json.dumps(events)
        status, answer = self.daemon.post(
            body, headers.pop("content_type", "application/json"), headers)
        self.assertEqual(status, 200, answer)
        return answer

    def taken(self, events, **headers):
        """The warnings, except about the assumed task. Requires that all events are
        accepted."""
        answer = self.post(events, **headers)
        self.assertEqual(answer["errors"], [])
        return [w for w in answer["warnings"] if w["code"] != "task_assumed"]

    def result(self, model, **query):
        (result,) = self.daemon.model(model, window="1h", **query)
        return result

    def classes(self, model):
        models = json.loads(self.daemon.get("/api/v1/models")[2])["models"]
        (found,) = [m for m in models if m["model"] == model]
        return found["classes"]

    def test_null_is_missing(self):
        self.taken([{"model": "null", "id": str(i), "prediction": p, "label": l}
                    for i, p, l in ((1, "y", "y"), (2, "n", None),
                                    (3, "n", "n"), (4, "n", None))])
        self.assertEqual(self.daemon.metric(
            "plumbline_predictions_total", model="null", version=""), 4)
        self.assertEqual(self.result("null")["observations"], 2)
        self.assertEqual(self.result("null")["metrics"]["label_coverage"], 0.5)

    def test_null_inside_is_missing(self):
        for key, value in (("score", None), ("timestamp", None),
                           ("version", None), ("segments", {"k": None}),
                           ("features", None)):
            event = {"model": "inside", "prediction": "1", "label": "1"}
            self.assertEqual(self.taken([{**event, key: value}]), [], key)
        (warning,) = self.taken([{"model": "inside", "prediction": "1",
                                  "label": "1", "scores": {"0": None, "1": 1}}])
        self.assertEqual(warning["code"], "scores_incomplete")
        self.assertNotIn("log_loss", self.result("inside")["metrics"])

    def test_one_nan_of_a_thousand(self):
        events = [{"model": "nan", "id": i, "prediction": "a", "label": "a",
                   "features": {"f": math.nan if i == 700 else 0.5}}
                  for i in range(1000)]
        (warning,) = self.taken(events)
        self.assertEqual((warning["index"], warning["code"], warning["field"]),
                         (700, "not_a_number", "features.f"))
        self.assertEqual(self.result("nan")["observations"], 1000)

    def test_classes_written_as_yaml_has_them(self):
        self.taken([{"model": "yaml", "prediction": True, "label": True,
                     "score": 0.9},
                    {"model": "yaml", "prediction": False, "label": 1,
                     "score": 0.2}])
        metrics = self.result("yaml")["metrics"]
        self.assertEqual(metrics["recall_binary"], 0.5)
        self.assertAlmostEqual(metrics["log_loss"], 0.8574, 4)
        self.assertAlmostEqual(metrics["brier_score"], 0.325, 9)

    def test_keys_of_scores_written_as_python_has_them(self):
        self.taken([{"model": "keys", "prediction": True, "label": True,
                     "scores": {"False": 0.1, "True": 0.9}}])
        self.assertEqual(len(self.classes("keys")), 2)
        self.assertAlmostEqual(self.result("keys")["metrics"]["log_loss"],
                               0.10536, 5)

    def test_spellings_are_one_class(self):
        for number, (prediction, label) in enumerate(
                ((1, "1.0"), (True, 1), ("yes", "yes "))):
            model = f"spelling{number}"
            self.taken([{"model": model, "prediction": prediction,
                         "label": label}])
            self.assertEqual(len(self.classes(model)), 1)
            self.assertEqual(self.result(model)["metrics"]["accuracy"], 1)

    def test_floats_with_a_score_are_classes(self):
        self.taken([{"model": "float", "prediction": 1.0, "label": 0.0,
                     "score": 0.8}])
        self.assertEqual(self.classes("float"), ["1", "0"])
        # Also where the scores of the first event cannot be used.
        self.taken([{"model": "floats", "prediction": 1.0, "label": 0.0,
                     "scores": {"1": 0.8, "0": None}},
                    {"model": "floats", "prediction": 1.0, "label": 1.0,
                     "scores": {"1": 0.8, "0": 0.2}}])
        self.assertEqual(self.result("floats")["observations"], 2)

    def test_a_score_on_a_regression_is_named(self):
        self.taken([{"model": "regression", "prediction": 1.5, "label": 1.0}])
        status, answer = self.daemon.post(
            [{"model": "regression", "prediction": 1.5, "label": 1.0,
              "score": 0.5}])
        self.assertEqual(status, 400)
        (error,) = answer["errors"]
        self.assertEqual((error["code"], error["field"]),
                         ("task_mismatch", "score"))

    def test_minus_one_and_one(self):
        self.assertEqual(self.taken(
            [{"model": "signed", "prediction": -1, "label": -1},
             {"model": "signed", "prediction": 1, "label": -1, "score": 0.8},
             {"model": "signed", "prediction": 1, "label": 1, "score": 0.9}]), [])
        self.assertEqual(self.result("signed")["metrics"]["roc_auc_binary"], 1)

    def test_magnitudes(self):
        self.taken([{"model": "large", "prediction": 1e200, "label": 1.0},
                    {"model": "large", "prediction": 2.0, "label": 2.0}])
        metrics = self.result("large")["metrics"]
        error = metrics.get("root_mean_squared_error")
        if error is not None:
            self.assertAlmostEqual(error / 7.0710678e199, 1, 6)
            self.assertGreaterEqual(error, metrics["mean_absolute_error"])

    def test_times(self):
        seconds = 1796005000 - 10 ** 8
        for number, time in enumerate((seconds * 1000, "2023-11-29T12:00:00",
                                       "2023-11-29T12:00:00+0000",
                                       str(seconds))):
            self.assertEqual(self.taken(
                [{"model": "time", "id": number, "prediction": "a",
                  "label": "a", "timestamp": time}]), [])

    def test_features_that_cannot_be_used(self):
        many = {f"f{i:03}": i for i in range(257)}
        warnings = self.taken(
            [{"model": "features", "prediction": "a", "label": "a",
              "features": features}
             for features in ({"text": "hello\nworld"}, {"emb": [0.1, 0.2]},
                              many)])
        self.assertEqual([(w["index"], w["code"], w["field"]) for w in warnings],
                         [(1, "unusable_entry", "features.emb"),
                          (2, "unusable_entry", "features.f256")])

    def test_headers_and_media_types(self):
        event = '{"model":"http","prediction":1,"label":1}'
        for length in (f"{len(event)} ", f" {len(event)}\t"):
            answer = self.daemon.raw(
                f"POST /v1/events HTTP/1.1\r\nHost: h\r\nContent-Length:{length}"
                f"\r\nConnection: close\r\n\r\n{event}".encode())
            self.assertIn(b"200 OK", answer)
        for media_type in ("application/jsonl", "application/ndjson",
                           "application/x-jsonlines", "text/plain",
                           "application/x-www-form-urlencoded", None):
            self.taken(event, content_type=media_type)

    def test_integers_are_names(self):
        self.taken([{"model": "names", "id": 123, "version": 7, "prediction": 1,
                     "segments": {"tier": 2}}])
        self.taken([{"model": "names", "id": "123", "label": 1}])
        self.assertEqual(self.result("names", version="7")["observations"], 1)

    def test_every_cell_is_there_from_the_first_scrape(self):
        def cells():
            return {(dict(labels)["actual"], dict(labels)["predicted"]): value
                    for (name, labels), value in self.daemon.metrics().items()
                    if name == "plumbline_outcomes_total"
                    and ("model", "counters") in labels}

        events = [{"model": "counters", "prediction": 1, "label": int(i % 3 > 0)}
                  for i in range(50)]
        self.taken(events)
        first = cells()
        self.assertEqual(len(first), 4)
        self.taken([{**event, "prediction": 0} for event in events])
        grown = {cell: value - first[cell] for cell, value in cells().items()}
        self.assertEqual(grown, {("0", "0"): 17, ("1", "0"): 33,
                                 ("0", "1"): 0, ("1", "1"): 0})

    def test_the_order_of_labels_does_not_matter(self):
        labels = [("A", "2026-01-01T10:00:00Z"), ("A", "2026-01-01T10:02:00Z"),
                  ("B", "2026-01-01T10:01:00Z")]
        for number, order in enumerate(((0, 1, 2), (0, 2, 1), (1, 0, 2),
                                        (1, 2, 0), (2, 0, 1), (2, 1, 0))):
            model = f"order{number}"
            self.taken([{"model": model, "id": "i", "prediction": "A"}])
            for i in order:
                self.post([{"model": model, "id": "i", "label": labels[i][0],
                            "timestamp": labels[i][1]}])
            self.assertEqual(self.result(model)["metrics"]["accuracy"], 1, order)

    def test_a_form_of_pandas_in_one_line(self):
        self.taken('[{"model":"pandas","prediction":1,"label":1},'
                   '{"model":"pandas","prediction":0,"label":1}]')
        self.assertEqual(self.result("pandas")["metrics"]["accuracy"], 0.5)


if __name__ == "__main__":
    unittest.main()

"""Estimates of a daemon, which survive a kill."""

import itertools
import json
import random
import subprocess
import time
import unittest

from daemon import BIN, Daemon, wait_for


class EstimateTest(unittest.TestCase):
    def test_a_daemon_shows_it_and_keeps_what_it_has_learnt(self):
        config = ("slots_per_window: 10\nmodels: [{match: m, positive_class: UP,"
                  " windows: [3s]}, {match: off, estimate: false},"
                  " {match: first, positive_class: UP, windows: [1h]}]")
        rng = random.Random(2)
        with Daemon(config=config) as daemon:
            daemon.post([{"model": "off", "id": "1", "prediction": "1",
                          "score": 0.5, "label": "1"}])
            # Shown from the first prediction on, and marked as raw.
            daemon.post([{"model": "first", "id": "first", "score": 0.83,
                          "prediction": "UP"}])
            figures = self.figures(daemon, "first")
            self.assertAlmostEqual(figures["estimated_accuracy"], 0.83, 12)
            self.assertEqual(figures["score_calibrated"], 0)
            self.assertNotIn("estimate_gap", figures)
            run = subprocess.run(
                [BIN + "/plumbtool", "query", "first", "--from",
                 f"127.0.0.1:{daemon.web}"],
                capture_output=True, text=True)
            self.assertIn("estimated accuracy: 0.8300", run.stdout + run.stderr)
            self.assertIn("not calibrated", run.stdout)
            numbers = itertools.count()

            def post():
                events = []
                for _ in range(50):
                    score = rng.random()
                    events.append({
                        "model": "m", "id": str(next(numbers)), "score": score,
                        "prediction": "UP" if score >= 0.5 else "DOWN",
                        "label": "UP" if rng.random() < score else "DOWN"})
                daemon.post(events)

            def calibrated():
                post()
                return self.figures(daemon).get("score_calibrated") == 1

            # Waits for one scrape with all: the window is short, machines are
            # slow.
            def missing():
                post()
                text = daemon.get("/metrics")[2].decode()
                version = daemon.model("m")[0]["version"]
                labels = f'model="m",version="{version}",window="3s"'
                return [series for series in (
                    "estimated_accuracy_ratio{%s}",
                    "estimated_accuracy_lower_bound_ratio{%s}",
                    "estimated_roc_auc_upper_bound_ratio{%s}",
                    'estimated_f1_ratio{%s,average="binary"}',
                    'estimated_recall_lower_bound_ratio{%s,average="binary"}',
                    'estimate_gap_ratio{%s,metric="f1_binary"}',
                    'score_calibration_error_ratio{%s,stage="calibrated"}',
                    "score_calibrated{%s}")
                    if "\nplumbline_" + series % labels + " " not in text]

            self.assertTrue(wait_for(calibrated))
            self.assertTrue(wait_for(lambda: not missing()), missing())
            daemon.process.kill()
            daemon.process.wait()
            daemon.start()
            # The window is empty by now, but the calibration is kept.
            time.sleep(3.1)

            figures = {}

            def estimated():
                daemon.post([{"model": "m", "id": str(next(numbers)),
                              "score": 0.9, "prediction": "UP"}])
                figures.clear()
                figures.update(self.figures(daemon))
                return "estimated_accuracy" in figures

            self.assertTrue(wait_for(estimated))
            self.assertGreater(figures["estimated_accuracy"], 0.7)
            self.assertEqual(figures["score_calibrated"], 1)
            self.assertNotIn("accuracy", figures)
            for name in ("score_calibration_error", "score_calibrated"):
                self.assertNotIn(name, self.figures(daemon, "off"))

    def figures(self, daemon, model="m"):
        status, _, body = daemon.get(f"/api/v1/models/{model}")
        return json.loads(body)["results"][0]["metrics"] if status == 200 else {}


if __name__ == "__main__":
    unittest.main()

"""Quality before labels as a daemon shows it, and keeps it over a kill."""

import json
import random
import subprocess
import time
import unittest

from daemon import BIN, PATIENCE, Daemon


class EstimateTest(unittest.TestCase):
    def test_a_daemon_shows_it_and_keeps_what_it_has_learnt(self):
        config = ("slots_per_window: 10\nmodels: [{match: m, positive_class: UP,"
                  " windows: [2s]}, {match: off, estimate: false}]")
        rng = random.Random(2)
        with Daemon(config=config) as daemon:
            daemon.post([{"model": "off", "id": "1", "prediction": "1",
                          "score": 0.5, "label": "1"}])
            deadline = time.monotonic() + PATIENCE
            n = 0
            # From the first prediction on, and said to be raw.
            daemon.post([{"model": "m", "id": "first", "score": 0.83,
                          "prediction": "UP"}])
            figures = self.figures(daemon)
            self.assertAlmostEqual(figures["estimated_accuracy"], 0.83, 12)
            self.assertEqual(figures["score_calibrated"], 0)
            self.assertNotIn("estimate_gap", figures)
            run = subprocess.run(
                [BIN + "/plumbtool", "query", "m", "--from",
                 f"127.0.0.1:{daemon.web}"],
                capture_output=True, text=True)
            self.assertIn("estimated accuracy: 0.8300", run.stdout + run.stderr)
            self.assertIn("not calibrated", run.stdout)
            while self.figures(daemon).get("score_calibrated") != 1:
                self.assertLess(time.monotonic(), deadline)
                events = []
                for _ in range(50):
                    score = rng.random()
                    events.append({
                        "model": "m", "id": str(n), "score": score,
                        "prediction": "UP" if score >= 0.5 else "DOWN",
                        "label": "UP" if rng.random() < score else "DOWN"})
                    n += 1
                daemon.post(events)
                time.sleep(0.05)
            text = daemon.get("/metrics")[2].decode()
            version = daemon.model("m")[0]["version"]
            for series in (
                    "estimated_accuracy_ratio{%s}",
                    "estimated_accuracy_lower_bound_ratio{%s}",
                    "estimated_roc_auc_upper_bound_ratio{%s}",
                    'estimated_f1_ratio{%s,average="binary"}',
                    'estimated_recall_lower_bound_ratio{%s,average="binary"}',
                    'estimate_gap_ratio{%s,metric="f1_binary"}',
                    'score_calibration_error_ratio{%s,stage="calibrated"}',
                    "score_calibrated{%s}"):
                labels = f'model="m",version="{version}",window="2s"'
                self.assertIn("\nplumbline_" + series % labels + " ", text)
            daemon.process.kill()
            daemon.process.wait()
            daemon.start()
            # Its window is empty by now, what it has learnt is not.
            time.sleep(2.1)
            daemon.post([{"model": "m", "id": "next", "score": 0.9,
                          "prediction": "UP"}])
            figures = self.figures(daemon)
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

"""A real Prometheus scrapes the daemon. PromQL returns the figures, and an alert
fires in the drift of Elec2."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import unittest
import urllib.parse

from sklearn import metrics as sk

from daemon import ROOT, Daemon, free_port, wait_for
from elec2_test import CONFIG, load

RULES = os.path.join(ROOT, "deploy/prometheus")


class PrometheusTest(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon(CONFIG)
        self.port = free_port()
        self.dir = tempfile.TemporaryDirectory()
        for name in ("prometheus.yml", "rules.yml"):
            shutil.copy(os.path.join(RULES, name), self.dir.name)
        config = os.path.join(self.dir.name, "prometheus.yml")
        with open(config) as f:
            text = f.read()
        with open(config, "w") as f:
            f.write(text.replace("127.0.0.1:9351", f"127.0.0.1:{self.daemon.web}")
                    .replace(": 5s", ": 1s"))
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={config}",
             f"--storage.tsdb.path={self.dir.name}/data",
             f"--web.listen-address=127.0.0.1:{self.port}"],
            stderr=subprocess.DEVNULL)

    def tearDown(self):
        self.process.terminate()
        self.process.wait()
        self.daemon.__exit__()
        self.dir.cleanup()

    def get(self, path):
        status, _, body = self.daemon.request(self.port, "GET", path)
        return json.loads(body)["data"] if status == 200 else None

    def query(self, expression):
        try:
            data = self.get("/api/v1/query?query=" +
                            urllib.parse.quote(expression))
        except OSError:
            return []
        return [(r["metric"], float(r["value"][1])) for r in data["result"]] \
            if data else []

    def alert_fires(self):
        return any(alert["labels"]["alertname"] == "PlumblineAccuracyLow" and
                   alert["state"] == "firing"
                   for alert in self.get("/api/v1/alerts")["alerts"])

    def test_accuracy_by_promql_and_an_alert_in_the_drift(self):
        predictions = load("predictions.ndjson.gz")
        labels = load("labels.ndjson.gz")
        rows = 21_000  # the market has changed by then

        def post(begin, end):
            for part in (predictions[2 * begin:2 * end], labels[begin:end]):
                for i in range(0, len(part), 5000):
                    self.assertEqual(
                        self.daemon.post("\n".join(part[i:i + 5000]))[0], 200)

        # A scrape that took too long leaves no sample.
        def shows(accuracy):
            samples = self.query(
                'plumbline_accuracy_ratio{window="last_1000",version="1"}')
            return any(abs(value - accuracy) < 1e-12 for _, value in samples)

        def expected(end):
            answer = {e["id"]: e["label"]
                      for e in map(json.loads, labels[end - 1000:end])}
            pairs = [(answer[e["id"]], e["prediction"])
                     for e in map(json.loads, predictions[2 * (end - 1000):2 * end])
                     if e["version"] == "1"]
            return sk.accuracy_score(*zip(*pairs))

        post(0, 1000)
        accuracy = expected(1000)
        self.assertTrue(wait_for(lambda: shows(accuracy)))
        self.assertFalse(self.alert_fires())
        post(1000, rows)
        accuracy = expected(rows)
        self.assertLess(accuracy, 0.7)
        self.assertTrue(wait_for(lambda: shows(accuracy)))
        self.assertTrue(wait_for(self.alert_fires))
        self.assertTrue(wait_for(lambda: [
            value for _, value in self.query('up{job="plumbline"}')] == [1]))


class DeployTest(unittest.TestCase):
    def test_rules_are_valid_and_do_what_they_say(self):
        for arguments in (["check", "rules", "rules.yml"],
                          ["test", "rules", "rules_test.yml"],
                          ["check", "config", "prometheus.yml"]):
            result = subprocess.run(["promtool", *arguments], cwd=RULES,
                                    capture_output=True, text=True)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


    def test_the_dashboard_asks_for_series_that_exist(self):
        with open(os.path.join(ROOT, "deploy/grafana/plumbline.json")) as f:
            dashboard = json.load(f)
        names = set()
        for panel in dashboard["panels"]:
            self.assertEqual(panel["datasource"]["uid"], "${datasource}")
            for target in panel["targets"]:
                names |= set(re.findall(r"plumbline_\w+", target["expr"]))
        self.assertGreater(len(names), 4)
        with tempfile.TemporaryDirectory() as log, Daemon(
                f"event_log: {{path: {log}}}\nslots_per_window: 10\n"
                "models: [{match: m, windows: [2s, 1h], "
                "drift: {reference: first_20}}]\n") as daemon:
            shown = set()

            # Figures that need a day of history are missing; detectors_test has
            # them.
            def shows_all():
                start = time.monotonic_ns()
                for i in range(start, start + 64):
                    daemon.post([{"model": "m", "id": str(i), "score": 0.5,
                                  "prediction": i % 2},
                                 {"model": "m", "id": str(i), "label": 1}])
                shown.update(name for name, _ in daemon.metrics())
                return names - shown == {"plumbline_anomaly_score"}

            wait_for(shows_all)
        # It needs a day of history; detectors_test has it.
        self.assertEqual(names - shown, {"plumbline_anomaly_score"})


if __name__ == "__main__":
    unittest.main()

"""Change detectors on real errors, by plumbtool simulate: they fire where the plain
implementations of the papers fire, and on shuffled errors no more often than
promised."""

import json
import os
import random
import subprocess
import tempfile
import time
import unittest

import detectors
from daemon import BIN, PATIENCE, Daemon
from simulate_elec2_test import FILES, rows

CONFIG = """
models:
  - {match: "nsw-*", positive_class: UP, windows: [1d], detectors: %s}
  - {match: "*", windows: [1d], detectors: %s}
"""
SETTINGS = [
    ("{adwin: {}, page_hinkley: {}, ddm: {}, hddm_a: {}}",
     {"adwin": lambda: detectors.Adwin(),
      "page_hinkley": lambda: detectors.PageHinkley(0.005, 50, 0.9999),
      "ddm": lambda: detectors.Ddm(30, 3),
      "hddm_a": lambda: detectors.HddmA(0.001)}),
    ("{adwin: {delta: 0.05}, page_hinkley: {delta: 0.01, threshold: 12, "
     "alpha: 0.999}, ddm: {warm_up: 100, drift: 2.5}, "
     "hddm_a: {confidence: 0.01}}",
     {"adwin": lambda: detectors.Adwin(0.05),
      "page_hinkley": lambda: detectors.PageHinkley(0.01, 12, 0.999),
      "ddm": lambda: detectors.Ddm(100, 2.5),
      "hddm_a": lambda: detectors.HddmA(0.01)}),
]
SHUFFLES = 100
STRETCH = 5000


def simulate(config, *files):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as f:
        f.write(CONFIG % (config, config))
        f.flush()
        run = subprocess.run(
            [BIN + "/plumbtool", "simulate", "--step", "400d", "--config.file",
             f.name, *files], capture_output=True, text=True, timeout=PATIENCE)
    assert run.returncode == 0, run.stderr
    lines = map(json.loads, run.stdout.splitlines())
    return [line for line in lines if "change" in line]


def errors():
    """Errors by version, in the order of completion."""
    joined = rows().sort_values("timestamp_label", kind="stable")
    return {version: (part.prediction != part.label).astype(int).tolist()
            for version, part in joined.groupby("version")}


class DetectorsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.errors = errors()

    def test_they_fire_where_the_papers_do(self):
        for config, wanted in SETTINGS:
            changes = simulate(config, *FILES)
            for version, stream in self.errors.items():
                for name, make in wanted.items():
                    with self.subTest(version=version, detector=name):
                        self.compare(make(), stream, [
                            line["change"] for line in changes
                            if line["version"] == version
                            and line["change"]["detector"] == name])
            print({name: sum(line["change"]["detector"] == name
                             for line in changes) for name in wanted},
                  "changes on", sum(map(len, self.errors.values())), "pairs")

    def compare(self, plain, stream, changes):
        expected = [(n, *change) for n, x in enumerate(stream, 1)
                    if (change := plain.add(x))]
        self.assertEqual([c["observations"] for c in changes],
                         [n for n, _, _ in expected])
        for found, (_, before, after) in zip(changes, expected):
            self.assertAlmostEqual(found["before"], before, delta=1e-9)
            self.assertAlmostEqual(found["after"], after, delta=1e-9)
            self.assertEqual(found["direction"],
                             "worse" if after > before else "better")

    def test_shuffled_errors_raise_no_more_alarms_than_promised(self):
        chance = random.Random(1)
        stretch = self.errors["1"][:STRETCH]
        with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as f:
            for n in range(SHUFFLES):
                chance.shuffle(stretch)
                for i, wrong in enumerate(stretch):
                    f.write(json.dumps({
                        "model": f"m{n}", "version": "1", "prediction": 0,
                        "label": wrong, "timestamp": 1e9 + i}) + "\n")
            f.flush()
            changes = simulate(SETTINGS[0][0], f.name)
        alarms = {name: sum(line["change"]["detector"] == name
                            for line in changes) * 10_000 / SHUFFLES / STRETCH
                  for name in SETTINGS[0][1]}
        print("false alarms in 10,000 pairs:", alarms)
        # ADWIN's delta holds for each check of its window, HDDM's confidence
        # for each pair.
        self.assertLess(alarms["adwin"], 0.002 * 10_000 / 32)
        self.assertLess(alarms["hddm_a"], 0.001 * 10_000)

    def test_a_fault_is_an_anomaly_and_only_the_fault(self):
        """Three weeks of 120 pairs an hour; one hour of the last day is bad."""
        chance = random.Random(5)
        hours, bad, begin = 21 * 24, 20 * 24 + 6, 1_700_000_000 // 3600 * 3600
        with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as f:
            for hour in range(hours):
                rate = 0.5 if hour == bad else 0.9
                for i in range(120):
                    f.write(json.dumps({
                        "model": "m", "version": "1", "prediction": 1,
                        "label": int(chance.random() < rate),
                        "timestamp": begin + hour * 3600 + i * 30}) + "\n")
            f.flush()
            with tempfile.NamedTemporaryFile("w", suffix=".yaml") as config:
                config.write("models: [{match: m, windows: [1h], anomalies: "
                             "{metrics: [accuracy]}}]")
                config.flush()
                run = subprocess.run(
                    [BIN + "/plumbtool", "simulate", "--step", "1h",
                     "--config.file", config.name, f.name],
                    capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(run.returncode, 0, run.stderr)
        scores = [line.get("anomalies", {}) for line in
                  map(json.loads, run.stdout.splitlines()) if "window" in line]
        self.assertEqual(scores[:24], [{}] * 24)
        self.assertGreater(sum(map(bool, scores)), hours - 40)
        # At the end of the bad hour, and of the next, which still contains some
        # of it.
        beyond = [i for i, score in enumerate(scores)
                  if score and abs(score["accuracy"]) > 4]
        self.assertIn(bad + 1, beyond)
        self.assertLessEqual(set(beyond), {bad, bad + 1, bad + 2})
        self.assertLess(scores[bad + 1]["accuracy"], -5)

    def test_what_is_anomalous_is_named(self):
        """Three days of 120 pairs an hour, backfilled; the last hour is bad."""
        chance = random.Random(6)
        config = ("models: [{match: '*', windows: [1h], anomalies: "
                  "{metrics: [accuracy]}}]")
        now = int(time.time())
        with tempfile.TemporaryDirectory() as directory:
            events = os.path.join(directory, "events")
            with open(events, "w") as f:
                for when in range(now - 72 * 3600, now - 5, 30):
                    rate = 0.4 if when > now - 3600 else 0.9
                    f.write(json.dumps({
                        "model": "<m>", "version": "1", "prediction": 1,
                        "label": int(chance.random() < rate),
                        "timestamp": when}) + "\n")
            settings = os.path.join(directory, "config.yaml")
            with open(settings, "w") as f:
                f.write(config)
            run = subprocess.run(
                [BIN + "/plumbtool", "backfill", "--config.file", settings,
                 "--storage.path", directory + "/data", events],
                capture_output=True, text=True, timeout=PATIENCE)
            self.assertEqual(run.returncode, 0, run.stderr)
            with Daemon(config, storage=directory + "/data") as daemon:
                labels = {"model": "<m>", "version": "1", "window": "1h",
                          "metric": "accuracy"}
                self.assertEqual(
                    daemon.metric("plumbline_anomalous", **labels), 1)
                self.assertLess(
                    daemon.metric("plumbline_anomaly_score", **labels), -4)
                self.assertRegex(
                    daemon.get("/")[2].decode(),
                    '&lt;m&gt;, version "1": accuracy over 1h is -')
                (result,) = daemon.model("%3Cm%3E")
                self.assertEqual(result["anomalous"], ["accuracy"])
                table = subprocess.run(
                    [BIN + "/plumbtool", "query", "<m>", "--from",
                     f"http://127.0.0.1:{daemon.web}"],
                    capture_output=True, text=True)
                self.assertIn("anomalous: accuracy", table.stdout)

    def test_changes_are_shown_and_kept(self):
        """In metrics, the API and the table, and the same after a kill."""
        stream = [0] * 500 + [1] * 200
        with Daemon(CONFIG % (("{adwin: {}, hddm_a: {}}",) * 2)) as daemon:
            daemon.post([{"model": "m", "version": "1", "prediction": "a",
                          "label": "b" if wrong else "a"} for wrong in stream])
            labels = {"model": "m", "version": "1", "detector": "adwin"}

            def shown():
                names = ("plumbline_change_", "plumbline_last_change",
                         "plumbline_detector_")
                return {key: value for key, value in daemon.metrics().items()
                        if key[0].startswith(names)}

            before = shown()
            worse = daemon.metric("plumbline_change_detections_total",
                                  direction="worse", **labels)
            self.assertGreater(worse, 0)
            self.assertEqual(daemon.metric("plumbline_change_detections_total",
                                           direction="better", **labels), 0)
            self.assertGreater(
                daemon.metric("plumbline_change_error", side="after", **labels),
                daemon.metric("plumbline_change_error", side="before", **labels))
            answer = json.loads(daemon.get("/api/v1/models/m")[2])
            self.assertEqual([d["detector"] for d in answer["detectors"]],
                             ["adwin", "hddm_a"])
            self.assertEqual(answer["detectors"][0]["worse"], worse)
            table = subprocess.run(
                [BIN + "/plumbtool", "query", "m", "--from",
                 f"http://127.0.0.1:{daemon.web}"],
                capture_output=True, text=True)
            self.assertIn("changes for the worse", table.stdout)
            self.assertRegex(daemon.get("/")[2].decode(),
                             r'm, version "1": mean error changed from 0')
            daemon.process.kill()
            daemon.process.wait()
            daemon.start()
            self.assertEqual(shown(), before)


if __name__ == "__main__":
    unittest.main()

"""plumbtool simulate over all of Elec2, compared with a recount of the same rows by
pandas and scikit-learn, at 50 steps. Backfill and a daemon are compared with it."""

import gzip
import json
import os
import subprocess
import tempfile
import time
import unittest
import warnings

import numpy as np
import pandas as pd
from sklearn import metrics as sk

from daemon import BIN, PATIENCE, ROOT, Daemon
from figures import expected, expected_bounds, expected_scores

DATA = os.path.join(ROOT, "deploy/demo/elec2")
FILES = [os.path.join(DATA, name)
         for name in ("predictions.ndjson.gz", "labels.ndjson.gz")]
CONFIG = """
models:
  - match: "nsw-*"
    positive_class: UP
    windows: [1d, 7d, last_1000]
    window_time: %s
    slices: [[day]]
    anomalies: {metrics: []}  # detectors_test looks at them
"""
DAY_MS = 86_400_000
# The moments of the two years that are recounted, with 18 windows each.
MOMENTS = int(os.environ.get("PLUMBLINE_TEST_SEEDS", "10"))
MODEL = "nsw-price-direction"


def rows():
    """One row for each prediction, with its label and the label's time."""
    read = []
    for path in FILES:
        with gzip.open(path, "rt") as f:
            read.append(pd.DataFrame(map(json.loads, f)))
    predictions, labels = read
    predictions["day"] = [s["day"] for s in predictions["segments"]]
    joined = predictions[["id", "version", "prediction", "score", "timestamp",
                          "day"]].merge(
        labels[["id", "label", "timestamp"]], on="id",
        suffixes=("", "_label"))
    for column in ("timestamp", "timestamp_label"):
        joined[column] = pd.to_datetime(
            joined[column], utc=True).astype("int64") // 1_000_000
    return joined


class SimulateTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rows = rows()
        cls.directory = tempfile.TemporaryDirectory()

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def config(self, window_time):
        path = os.path.join(self.directory.name, window_time + ".yaml")
        with open(path, "w") as f:
            f.write(CONFIG % window_time)
        return path

    def simulate(self, *arguments):
        run = subprocess.run([BIN + "/plumbtool", "simulate", *arguments, *FILES],
                             capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(run.returncode, 0, run.stderr)
        lines = map(json.loads, run.stdout.splitlines())
        return [line for line in lines if "window" in line]

    def window(self, rows, name, time_ms, by_prediction):
        """The pairs and the predictions of a window."""
        done = rows[rows.timestamp_label <= time_ms]
        if name == "last_1000":
            return done.sort_values("timestamp_label", kind="stable").tail(
                1000), None
        slot = int(name[:-1]) * DAY_MS // 60
        oldest = time_ms // slot - 59

        def inside(column):
            return (column // slot >= oldest) & (column <= time_ms)

        made = rows[inside(rows.timestamp)]
        placed = done.timestamp if by_prediction else done.timestamp_label
        return done[inside(placed)], made

    def check(self, line, rows, by_prediction):
        time_ms = int(pd.Timestamp(line["time"]).value // 1_000_000)
        rows = rows[rows.version == line["version"]]
        if line["segment"]:
            rows = rows[rows.day == line["segment"]["day"]]
        pairs, made = self.window(rows, line["window"], time_ms, by_prediction)
        where = (line["time"], line["version"], line["window"], line["segment"])
        self.assertEqual(line["observations"], len(pairs), where)
        if made is not None and len(made):
            labelled = (made.timestamp_label <= time_ms).mean()
            self.assertAlmostEqual(line["coverage"], labelled, 12, where)
        else:
            self.assertNotIn("coverage", line)
        if len(pairs) == 0:
            return
        actual, predicted = list(pairs.label), list(pairs.prediction)
        positive = pairs.label == "UP"
        several = len(set(actual)) > 1 and len(set(predicted)) > 1
        for name, value in expected(actual, predicted).items():
            if name in line["metrics"]:
                self.assertLess(abs(line["metrics"][name] - value), 1e-9,
                                (where, name))
            else:
                self.assertFalse(several, (where, name))
        if several:
            for name, value in expected_bounds(actual, predicted).items():
                self.assertLess(abs(line["metrics"][name] - value), 1e-6,
                                (where, name))
        for name, (value, tolerance) in expected_scores(
                positive, pairs.score).items():
            self.assertLess(abs(line["metrics"][name] - value), tolerance,
                            (where, name))
        report = sk.precision_recall_fscore_support(
            actual, predicted, labels=["DOWN", "UP"], zero_division=0)
        for i, name in enumerate(("DOWN", "UP")):
            figures = line["class_metrics"][name]
            self.assertEqual(figures["support"], report[3][i])
            for j, figure in enumerate(("precision", "recall", "f1")):
                self.assertLess(abs(figures.get(figure, 0) - report[j][i]), 1e-9)

    def test_every_figure_is_that_of_a_recount(self):
        for window_time in ("resolved", "prediction"):
            lines = self.simulate("--config.file", self.config(window_time),
                                  "--step", "1d")
            times = sorted({line["time"] for line in lines})
            # One at the end of each day with an event.
            ends = {-(-t // DAY_MS) for t in
                    [*self.rows.timestamp, *self.rows.timestamp_label]}
            self.assertEqual(len(times), len(ends))
            chosen = {times[i] for i in
                      np.linspace(0, len(times) - 1, MOMENTS).astype(int)}
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                checked = 0
                for line in lines:
                    if line["time"] not in chosen:
                        continue
                    checked += 1
                    self.check(line, self.rows, window_time == "prediction")
            # Two versions, three windows, two slices and the whole.
            self.assertGreaterEqual(checked, (MOMENTS - 1) * 18)

    def recent_files(self):
        """The same events, shifted so that the last is today, and the shift: a daemon
        forgets models that are silent for `limits.retire_after`."""
        shift = (int(time.time() * 1000) - int(self.rows.timestamp_label.max())
                 ) // DAY_MS * DAY_MS
        paths = []
        for path in FILES:
            paths.append(os.path.join(self.directory.name,
                                      os.path.basename(path)))
            with gzip.open(path, "rt") as f, gzip.open(
                    paths[-1], "wt", compresslevel=1) as recent:
                for line in f:
                    event = json.loads(line)
                    stamp = pd.Timestamp(event["timestamp"]).value // 10**6
                    event["timestamp"] = (stamp + shift) / 1000
                    recent.write(json.dumps(event) + "\n")
        return paths, shift

    def test_a_daemon_goes_on_from_backfill_and_agrees(self):
        config = self.config("resolved")
        files, shift = self.recent_files()
        last = [line for line in self.simulate("--config.file", config,
                                               "--window", "last_1000",
                                               "--step", "1d")
                if not line["segment"]][-2:]
        with tempfile.TemporaryDirectory() as store:
            run = subprocess.run(
                [BIN + "/plumbtool", "backfill", "--config.file", config,
                 "--storage.path", store, *files], capture_output=True,
                text=True, timeout=PATIENCE)
            self.assertEqual(run.returncode, 0, run.stderr)
            # A second backfill is too late.
            run = subprocess.run(
                [BIN + "/plumbtool", "backfill", "--config.file", config,
                 "--storage.path", store, *files], capture_output=True,
                text=True, timeout=PATIENCE)
            self.assertEqual(run.returncode, 2)
            self.assertIn("time never runs back", run.stderr)
            with Daemon(CONFIG % "resolved", storage=store) as daemon:
                self.compare(daemon, last)
                day = pd.Timestamp("1998-11-20", tz="UTC").timestamp()
                begin = day + shift / 1000
                status, _, body = daemon.get(
                    f"/api/v1/models/{MODEL}/history?version=1"
                    f"&from={begin:.0f}&to={begin + 86400:.0f}&step=1h")
                self.assertEqual(status, 200)
                points = json.loads(body)["results"][0]["points"]
                self.assertEqual(sum(p["observations"] for p in points), 48)
        with Daemon(CONFIG % "resolved") as daemon:
            for path in FILES:
                with gzip.open(path, "rt") as f:
                    lines = f.read().splitlines()
                for i in range(0, len(lines), 10_000):
                    self.assertEqual(
                        daemon.post("\n".join(lines[i:i + 10_000]))[0], 200)
            self.compare(daemon, last)

    def compare(self, daemon, lines):
        """Compares totals and last-N windows, which do not depend on time."""
        for line in lines:
            version = line["version"]
            wanted = len(self.rows[self.rows.version == version])
            self.assertEqual(
                daemon.metric("plumbline_observations_total", model=MODEL,
                              version=version), wanted)
            (result,) = [r for r in daemon.model(MODEL, version=version,
                                                 window="last_1000")
                         if not r["segment"]]
            for name, value in line["metrics"].items():
                self.assertAlmostEqual(result["metrics"][name], value, 12, name)


if __name__ == "__main__":
    unittest.main()

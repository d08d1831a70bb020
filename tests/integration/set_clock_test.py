"""A clock that was far ahead: the daemon warns, and plumbtool sets the time of its
store back to now."""

import glob
import json
import os
import subprocess
import tempfile
import time
import unittest

from daemon import BIN, Daemon, wait_for

(FAKETIME,) = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
# Pairs leave memory, and checkpoints come often.
CONFIG = """
windows: [1h, 24h, last_1000]
join: {memory_bytes: 64KiB}
storage: {retention: 400d}
"""
ARGS = ["--storage.checkpoint-bytes=64KiB"]


def ahead(offset):
    return {"LD_PRELOAD": FAKETIME, "FAKETIME": offset, "TZ": "UTC",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def set_clock(path, environment=None):
    return subprocess.run([os.path.join(BIN, "plumbtool"), "set-clock", path],
                          capture_output=True, text=True,
                          env={**os.environ, **(environment or {})})


def predictions(begin, end):
    return [{"model": "m", "version": "1", "id": str(i),
             "prediction": "UP" if i % 3 else "DOWN"} for i in range(begin, end)]


def labels(begin, end):
    return [{"model": "m", "id": str(i), "label": "UP"} for i in range(begin, end)]


class SetClockTest(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)
        self.store = self.place.name + "/store"

    def open(self, offset=None):
        return Daemon(CONFIG, ARGS, storage=self.store,
                      environment=ahead(offset) if offset else None)

    def post(self, daemon, events):
        for i in range(0, len(events), 1000):
            status, answer = daemon.post(events[i:i + 1000])
            self.assertEqual(status, 200, answer)
            yield answer

    def send(self, daemon, events):
        return sum(answer.get("duplicates", 0)
                   for answer in self.post(daemon, events))

    def log_of(self, daemon):
        daemon.log.seek(0)
        return daemon.log.read()

    def total(self, daemon, name):
        return daemon.metric(f"plumbline_{name}", model="m", version="1")

    def window(self, daemon, window):
        return daemon.metric("plumbline_window_observations", model="m",
                             version="1", window=window)

    def history(self, daemon):
        body = daemon.get("/api/v1/models/m/history?version=1&step=1h")[2]
        points = json.loads(body)["results"][0]["points"]
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self.assertTrue(all(point["time"] <= now for point in points))
        return sum(point["observations"] for point in points)

    def check_laws(self, daemon):
        self.assertEqual(
            self.total(daemon, "predictions_total"),
            self.total(daemon, "pending_predictions")
            + self.total(daemon, "observations_total")
            + self.total(daemon, "expired_predictions_total")
            + self.total(daemon, "evicted_predictions_total"))

    def test_a_store_that_was_ahead_is_brought_back(self):
        for killed in (False, True):
            with self.subTest(killed=killed):
                self.store = self.place.name + f"/store{killed}"
                self.bring_back(killed)

    def bring_back(self, killed):
        with self.open("+400d") as daemon:
            self.send(daemon, predictions(0, 5000))
            self.send(daemon, labels(0, 3000))
            self.assertEqual(daemon.metric("plumbline_clock_behind_seconds"), 0)
            if killed:
                daemon.process.kill()
                daemon.process.wait()
        with self.open() as daemon:
            text = self.log_of(daemon)
            self.assertIn("level=warn", text)
            self.assertIn("plumbtool set-clock", text)
            self.assertAlmostEqual(
                daemon.metric("plumbline_clock_behind_seconds"), 400 * 86400,
                delta=600)
            refused = set_clock(self.store)
            self.assertEqual(refused.returncode, 2)
            self.assertIn("in use", refused.stderr)
        result = set_clock(self.store)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertRegex(result.stdout, "was set back from .*, and that of 5000 ids")
        again = set_clock(self.store)
        self.assertEqual((again.returncode, again.stderr), (0, ""))
        self.assertIn("nothing to do", again.stdout)
        with self.open() as daemon:
            self.assertNotIn("set-clock", self.log_of(daemon))
            self.assertEqual(daemon.metric("plumbline_clock_behind_seconds"), 0)
            self.assertEqual(self.total(daemon, "predictions_total"), 5000)
            self.assertEqual(self.total(daemon, "observations_total"), 3000)
            for window in ("1h", "24h"):
                self.assertEqual(self.window(daemon, window), 3000)
            self.assertEqual(self.history(daemon), 3000)
            self.check_laws(daemon)
            # All ids are still known.
            self.assertEqual(self.send(daemon, predictions(0, 5000)), 5000)
            self.assertEqual(self.send(daemon, labels(0, 3000)), 3000)
            self.send(daemon, labels(3000, 4000))
            self.send(daemon, predictions(5000, 6000))
            self.send(daemon, labels(5000, 6000))
            corrections = [{**e, "label": "DOWN"} for e in labels(0, 100)]
            self.send(daemon, corrections)
            self.assertEqual(self.total(daemon, "predictions_total"), 6000)
            self.assertEqual(self.total(daemon, "observations_total"), 5000)
            self.assertEqual(daemon.metric("plumbline_corrections_total", model="m"),
                             100)
            for window in ("1h", "24h"):
                self.assertEqual(self.window(daemon, window), 5000)
                (result,) = daemon.model("m", window=window)
                self.assertEqual(sum(map(sum, result["confusion"])), 5000)
                row = result["confusion"][result["classes"].index("DOWN")]
                self.assertEqual(sum(row), 100)
            self.assertEqual(self.history(daemon), 5000)
            self.check_laws(daemon)
            daemon.process.kill()
            daemon.process.wait()
            daemon.start()
            self.assertEqual(self.total(daemon, "observations_total"), 5000)
            self.assertEqual(self.history(daemon), 5000)
            self.check_laws(daemon)
        # Ids are remembered for their horizon from now.
        with self.open("+6d") as daemon:
            self.assertEqual(self.send(daemon, predictions(0, 1000)), 1000)
        with self.open("+9d") as daemon:
            self.assertTrue(wait_for(
                lambda: self.total(daemon, "pending_predictions") == 0))
            self.assertEqual(self.total(daemon, "expired_predictions_total"), 1000)
            self.assertEqual(self.send(daemon, predictions(0, 1000)), 0)

    def test_what_cannot_be_is_refused_and_nothing_changes(self):
        nowhere = set_clock(self.place.name + "/nowhere")
        self.assertEqual(nowhere.returncode, 2)
        self.assertIn("not a store", nowhere.stderr)
        self.assertFalse(os.path.exists(self.place.name + "/nowhere"))
        with self.open("+400d") as daemon:
            self.send(daemon, predictions(0, 10))
        unset = set_clock(self.store, ahead("@1980-01-01 00:00:00"))
        self.assertEqual(unset.returncode, 2)
        self.assertIn("set it first", unset.stderr)
        for segment in glob.glob(self.store + "/journal-*"):
            os.remove(segment)
        os.remove(self.store + "/answered")
        damaged = set_clock(self.store)
        self.assertEqual(damaged.returncode, 2)
        self.assertIn("answered: is missing", damaged.stderr)


if __name__ == "__main__":
    unittest.main()

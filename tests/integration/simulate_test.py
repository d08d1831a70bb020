"""plumbtool simulate and backfill: accepted input, messages and refusals.
simulate_elec2_test checks their figures over years."""

import gzip
import itertools
import json
import os
import subprocess
import tempfile
import time
import unittest

from daemon import BIN, PATIENCE, ROOT, Daemon

DATA = os.path.join(ROOT, "deploy/demo/elec2")
CONFIG = """
models:
  - match: "nsw-*"
    positive_class: UP
    windows: [1d, 7d, last_1000]
    slices: [[day]]
"""
MODEL = "nsw-price-direction"
DAY = 86400  # s


class SimulateTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.config = os.path.join(cls.directory.name, "plumbline.yaml")
        with open(cls.config, "w") as f:
            f.write(CONFIG)
        cls.files = []
        for name in ("predictions", "labels"):
            cls.files.append(os.path.join(cls.directory.name, name))
            with gzip.open(f"{DATA}/{name}.ndjson.gz", "rt") as f, open(
                    cls.files[-1], "w") as few:
                few.writelines(itertools.islice(f, 4000))

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def simulate(self, *arguments):
        run = subprocess.run(
            [BIN + "/plumbtool", "simulate", "--config.file", self.config,
             *arguments, *self.files], capture_output=True, text=True,
            timeout=PATIENCE)
        self.assertEqual(run.returncode, 0, run.stderr)
        lines = map(json.loads, run.stdout.splitlines())
        return [line for line in lines if "window" in line]

    def test_output_is_narrowed(self):
        lines = self.simulate("--step", "10d", "--window", "7d",
                              "--model", MODEL)
        self.assertEqual({line["window"] for line in lines}, {"7d"})

    def backfill(self, store, events, *arguments):
        path = os.path.join(self.directory.name, "one.ndjson")
        with open(path, "w") as f:
            f.write(json.dumps(events))
        return subprocess.run(
            [BIN + "/plumbtool", "backfill", "--storage.path", store, *arguments,
             path], capture_output=True, text=True, timeout=PATIENCE)

    def test_backfill_keeps_the_configuration_and_refuses_the_future(self):
        with tempfile.TemporaryDirectory() as store:
            with Daemon(CONFIG, storage=store) as daemon:
                daemon.post([{"model": "nsw-x", "prediction": "UP",
                              "label": "UP", "segments": {"day": "sun"}}])
            event = {"model": "nsw-x", "prediction": "UP", "label": "DOWN",
                     "timestamp": "2206-01-01T00:00:00Z",
                     "segments": {"day": "sun"}}
            run = self.backfill(store, event)
            self.assertEqual(run.returncode, 2)
            self.assertIn("limits.future", run.stderr)
            run = self.backfill(store, {**event, "timestamp": time.time() + 1})
            self.assertEqual(run.returncode, 0, run.stderr)
            with Daemon(CONFIG, storage=store) as daemon:
                (result,) = [r for r in daemon.model("nsw-x", window="7d")
                             if r["segment"]]
                self.assertEqual(result["observations"], 2)

    def test_backfill_adds_the_past_of_a_model_that_is_not_known(self):
        now = time.time()

        def event(model, age_s, **others):
            return {"model": model, "timestamp": now - age_s, **others}

        past = [event(model, 3 * DAY - i * 60, id=str(i), prediction="UP",
                      **({"label": "DOWN"} if i < 30 else {}))
                for model in ("old", "named") for i in range(40)]
        config = (CONFIG + "  - {match: named, classes: [UP, DOWN]}\n"
                  "windows: [7d]\n")
        with tempfile.TemporaryDirectory() as store:
            with Daemon(config, storage=store) as daemon:
                daemon.post([{"model": "known", "id": "k", "prediction": "UP",
                              "label": "UP"}])
            run = self.backfill(store, past + [event("known", DAY, id="l",
                                                     prediction="UP")])
            self.assertEqual(run.returncode, 2)
            self.assertIn("knows model known", run.stderr)
            self.assertIn("nothing was written", run.stderr)
            run = self.backfill(store, past)
            self.assertEqual(run.returncode, 0, run.stderr)
            with Daemon(config, storage=store) as daemon:
                for model in ("old", "named"):
                    (result,) = daemon.model(model, window="7d")
                    self.assertEqual(result["observations"], 30)
                    self.assertEqual(result["metrics"]["accuracy"], 0)
                    begin = int(now - 4 * DAY)
                    _, _, body = daemon.get(
                        f"/api/v1/models/{model}/history?window=7d"
                        f"&from={begin}&to={begin + 2 * DAY}&step=1h")
                    points = json.loads(body)["results"][0]["points"]
                    self.assertEqual(sum(p["observations"] for p in points), 30)
                    daemon.post([{"model": model, "id": str(i), "label": "UP"}
                                 for i in range(29, 36)])
                daemon.process.kill()
                daemon.process.wait()
            with Daemon(config, storage=store) as daemon:
                for model in ("old", "named"):
                    (result,) = daemon.model(model, window="7d")
                    self.assertEqual(result["observations"], 36)
                    self.assertAlmostEqual(result["metrics"]["accuracy"], 7 / 36)
                (result,) = daemon.model("known", window="7d")
                self.assertEqual(result["observations"], 1)

    def test_backfill_tells_what_the_daemon_will_forget(self):
        with tempfile.TemporaryDirectory() as store:
            run = self.backfill(store, {
                "model": "m", "prediction": "UP", "label": "UP",
                "timestamp": "1998-01-01"})
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertIn("model m had its last event at 1998-01-01", run.stderr)
            self.assertIn("limits.retire_after", run.stderr)

    def test_what_backfill_brings_ahead_of_the_clock_counts_as_now(self):
        with tempfile.TemporaryDirectory() as store:
            ahead = {"model": "m", "id": "1", "prediction": "UP",
                     "timestamp": time.time() + 500}
            run = self.backfill(store, ahead)
            self.assertEqual(run.returncode, 0, run.stderr)
            with Daemon(CONFIG, storage=store) as daemon:
                self.assertLess(
                    daemon.metric("plumbline_clock_behind_seconds"), 60)

    def test_the_past_of_models_beyond_the_limit_is_rejected_by_event(self):
        config = os.path.join(self.directory.name, "limited.yaml")
        with open(config, "w") as f:
            f.write(CONFIG + "  - {match: named}\nlimits: {models: 3}\n")
        with tempfile.TemporaryDirectory() as store:
            with Daemon(storage=store) as daemon:
                daemon.write_config(open(config).read())
                daemon.stop()
                daemon.start()
                daemon.post([{"model": "live", "prediction": "a", "label": "a"}])
            past = [{"model": model, "id": "1", "prediction": "a",
                     "timestamp": time.time() - DAY}
                    for model in ("named", "old", "other")]
            arguments = ("--config.file", config)
            run = self.backfill(store, past, *arguments)
            self.assertEqual(run.returncode, 1, run.stderr)
            self.assertIn("limits.models", run.stderr)
            run = self.backfill(store, past, *arguments, "--skip-rejected")
            self.assertIn("3 events, 1 rejected", run.stdout)
            with Daemon(open(config).read(), storage=store) as daemon:
                models = json.loads(daemon.get("/api/v1/models")[2])["models"]
                self.assertEqual([model["model"] for model in models],
                                 ["live", "named", "old"])

    def test_what_cannot_be_simulated_is_told(self):
        path = os.path.join(self.directory.name, "bad.ndjson")
        with open(path, "w") as f:
            f.write('{"model":"m","prediction":"a","label":"a",'
                    '"timestamp":1700000000}\n\n'
                    '{"model":"m","prediction":"a","label":"a"}\n')
        run = subprocess.run([BIN + "/plumbtool", "simulate", path],
                             capture_output=True, text=True)
        self.assertEqual(run.returncode, 1)
        self.assertIn("bad.ndjson:3: rejected", run.stderr)
        self.assertIn("timestamp", run.stderr)
        with open(path, "w") as f:
            f.write('{"model":"m","prediction":"a","label":"a",'
                    '"timestamp":1700000000}\n{"modle":1}\n')
        run = subprocess.run([BIN + "/plumbtool", "simulate", path],
                             capture_output=True, text=True)
        self.assertEqual(run.returncode, 1)
        self.assertIn("bad.ndjson:2: rejected", run.stderr)
        self.assertEqual(len(run.stdout.splitlines()), 4)


if __name__ == "__main__":
    unittest.main()

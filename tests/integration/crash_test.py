"""Kills at random moments, and restarts: nothing answered is lost, and nothing is
counted twice.

KILLS=1000 crash_test.py   the long form
"""

import collections
import contextlib
import http.client
import json
import math
import os
import pathlib
import random
import signal
import subprocess
import threading
import time
import unittest

import numpy as np

import detectors
import estimates
from daemon import BIN, PATIENCE, Daemon, wait_for
from oracle import Model, broken_laws

# Middles of bins, so that the mean score of a bin is known; few enough for a
# slot.
MIDDLES = estimates.MIDDLES[1:-1:4]
KILLS = int(os.environ.get("KILLS", "30"))
SHIM = os.environ.get("KILL_SHIM_LIBRARY", os.path.join(
    BIN, "../tests/integration/libkill_shim.so"))
CLIENTS = 5
# The statistics of the clients' models.
MODELS = """
models:
  - {match: model1, positive_class: UP, slices: [[day]], thresholds: [0.5],
     detectors: {adwin: {delta: 0.5}, page_hinkley: {threshold: 3},
                 ddm: {drift: 1}, hddm_a: {confidence: 0.2}},
     drift: {features: [x, c], reference: first_100}}
  - {match: model2, positive_class: UP, slices: [[day]], thresholds: [0.5],
     window_time: prediction, windows: [24h, 1h, last_100]}
  - {match: model3, task: regression, slices: [[day]]}
  - {match: model4, task: multilabel, slices: [[day]]}
"""
CONFIG = """
windows: [24h, last_100]
join: {{label_horizon: 1d, memory_bytes: 64KiB}}
storage: {{durability: {durability}}}
""" + MODELS.replace("{", "{{").replace("}", "}}")


class Client(threading.Thread):
    """Posts events of its own model, each request until it is answered."""

    def __init__(self, number, daemon):
        super().__init__(daemon=True)
        self.name_of_model = f"model{number}"
        self.number = number
        self.class_scored = number == 0
        self.scored = number in (1, 2)
        self.regression = number == 3
        self.multilabel = number == 4
        self.daemon_ = daemon
        self.random = random.Random(number)
        self.oracle = Model()
        self.stop = threading.Event()
        self.requests = []
        self.known = []
        self.next = 0
        self.error = None

    def event(self):
        kind = self.random.random()
        event = {"model": self.name_of_model}
        if kind < 0.5 or not self.known:
            self.next += 1
            self.known.append(f"id-{self.next}")
            event.update(id=self.known[-1])
        else:
            event.update(id=self.random.choice(self.known))
        if self.random.random() < 0.5:
            event.update(version=self.random.choice("12"),
                         prediction=self.value(),
                         segments={"day": self.random.choice("abc")})
            if self.class_scored:
                event["scores"] = self.scores()
            if self.scored:
                event["features"] = {"x": self.random.randrange(300),
                                     "c": self.random.choice("uvw")}
            if self.scored and self.random.random() < 0.8:
                event.update(score=float(self.random.choice(MIDDLES)))
            if self.random.random() < (0.7 if self.number == 2 else 0.3):
                # More than an hour ago.
                event.update(
                    timestamp=time.time() - self.random.uniform(7200, 10800))
        else:
            event.update(label=self.value())
        return event

    def scores(self):
        drawn = [self.random.randint(1, 99) for _ in range(3)]
        return {name: n / sum(drawn)
                for name, n in zip(("UP", "DOWN", "FLAT"), drawn)}

    def value(self):
        if self.regression:
            return self.random.randint(-50, 50) * 1000 + 0.125
        if self.multilabel:
            return self.random.sample("abcdefghijkl", self.random.randint(0, 9))
        return self.random.choice(["UP", "DOWN", "FLAT"])

    def post(self, body):
        """Posts until it is answered; sends a request without an answer again."""
        while True:
            connection = http.client.HTTPConnection(
                "127.0.0.1", self.daemon_.ingest, timeout=PATIENCE)
            try:
                connection.request("POST", "/v1/events", body, {
                    "Content-Type": "application/x-ndjson"})
                response = connection.getresponse()
                answer = response.read()
                if response.status == 200:
                    return json.loads(answer)
                if response.status != 503:
                    raise AssertionError((response.status, answer))
            except (OSError, http.client.HTTPException):
                pass
            finally:
                connection.close()
            if self.stop.is_set() and self.daemon_.process.poll() is not None:
                raise AssertionError("the daemon is gone for good")
            time.sleep(0.01)

    def run(self):
        try:
            while not self.stop.is_set():
                events = [self.event() for _ in range(self.random.randint(1, 40))]
                body = "\n".join(map(json.dumps, events)).encode()
                answer = self.post(body)
                assert answer["rejected"] == 0, answer
                for event in events:
                    self.oracle.apply(event)
                self.requests.append(body)
        except Exception as error:  # told by the main thread
            self.error = error


class Scraper(threading.Thread):
    """Checks the laws at every scrape it can get."""

    def __init__(self, daemon):
        super().__init__()
        self.daemon_ = daemon
        self.stop = threading.Event()
        self.broken = []
        self.scrapes = 0

    def run(self):
        while not self.stop.is_set():
            try:
                self.broken += broken_laws(self.daemon_.metrics())
                self.scrapes += 1
            except (OSError, http.client.HTTPException, AttributeError):
                pass
            time.sleep(0.02)


@contextlib.contextmanager
def traffic(test, daemon):
    """Runs clients that post, and a scraper, during the block; then raises their
    errors. Yields the clients."""
    clients = [Client(i, daemon) for i in range(CLIENTS)]
    scraper = Scraper(daemon)
    for thread in (*clients, scraper):
        thread.start()
    try:
        yield clients
    finally:
        for client in clients:
            client.stop.set()
        for client in clients:
            client.join(PATIENCE)
        scraper.stop.set()
        scraper.join()
    test.assertEqual([c.number for c in clients if c.is_alive()], [],
                     "clients that are not answered")
    test.assertEqual([c.error for c in clients], [None] * CLIENTS)
    test.assertEqual(scraper.broken, [])
    test.assertGreater(scraper.scrapes, 0)


def send_again(test, daemon, clients):
    """Sends everything again: only the duplicates change."""
    before = test.check(daemon, clients)
    for client in clients:
        for body in client.requests:
            client.post(body)
    after = test.check(daemon, clients)
    for (series, labels), value in before.items():
        if not series.startswith((
                "plumbline_ingest", "plumbline_duplicates", "plumbline_scrape",
                "plumbline_storage", "plumbline_checkpoint", "process_",
                "plumbline_last_", "plumbline_resend_protection")):
            test.assertEqual(after[series, labels], value, (series, labels))


class CrashTest(unittest.TestCase):
    window = "24h"

    def check_history(self, daemon, client):
        """The steps of each version sum to all its pairs."""
        status, _, body = daemon.get(
            f"/api/v1/models/{client.name_of_model}/history?from=0&step=1h")
        self.assertEqual(status, 200, body)
        history = json.loads(body)
        if client.regression or client.multilabel:
            for result in history["results"]:
                self.assertEqual(
                    sum(point["observations"] for point in result["points"]),
                    len(client.oracle.order[result["version"]]))
            return
        for result in history["results"]:
            cells = collections.Counter()
            for point in result["points"]:
                for actual, row in zip(history["classes"], point["confusion"]):
                    for predicted, n in zip(history["classes"], row):
                        cells[actual, predicted] += n
            self.assertEqual(+cells, client.oracle.confusion(result["version"]))

    def check_figures(self, daemon, client):
        """Checks scores, regressions and slices in both kinds of windows."""
        checked = 0
        for result in daemon.model(client.name_of_model):
            if result["window"] == "1h":
                continue
            last = 100 if result["window"].startswith("last") else None
            expected = client.oracle.figures(
                result["version"], result["segment"].get("day"), last)
            self.assertEqual(result["observations"],
                             expected.pop("observations"))
            metrics = result["metrics"]
            if "threshold" in expected:
                metrics["threshold"] = (metrics["thresholds"]["0.5"]
                                        ["positive_prediction"])
            for name, value in expected.items():
                self.assertLess(abs(metrics[name] - value),
                                1e-9 * max(1, abs(value)),
                                (client.name_of_model, name, result["segment"]))
                checked += 1
        self.assertGreater(checked, 0)

    def check_detectors(self, daemon, client):
        """Compares with the papers' algorithms on the same errors."""
        found = json.loads(daemon.get(
            f"/api/v1/models/{client.name_of_model}")[2])["detectors"]
        self.assertEqual(len(found), 4 * len(client.oracle.errors))
        changes = 0
        for one in found:
            plain = {"adwin": lambda: detectors.Adwin(0.5),
                     "page_hinkley": lambda: detectors.PageHinkley(
                         0.005, 3, 0.9999),
                     "ddm": lambda: detectors.Ddm(30, 1),
                     "hddm_a": lambda: detectors.HddmA(0.2)}[one["detector"]]()
            expected = [change for error in client.oracle.errors[one["version"]]
                        if (change := plain.add(error))]
            worse = sum(after > before for before, after in expected)
            self.assertEqual((one["worse"], one["better"]),
                             (worse, len(expected) - worse), one)
            changes += len(expected)
        # A short run may have none.
        if sum(map(len, client.oracle.errors.values())) > 1000:
            self.assertGreater(changes, 0)

    def check_drift(self, daemon, client):
        """Compares with a recount: the first 100 of a version are its reference."""
        for result in daemon.model(client.name_of_model, window=self.window):
            made = client.oracle.made[result["version"]]
            if result["segment"] or len(made) < 101:
                continue
            drift = result["drift"]

            def compare(drift, value, window, reference):
                bins = {value(event) for event in reference}
                w, r = (collections.Counter(
                    v if (v := value(event)) in bins else None for event in of)
                    for of in (window, reference))
                self.assertEqual(drift["observations"],
                                 {"window": len(window), "reference": len(reference)})
                psi = 0
                for bin in {*w, *r}:
                    a = w[bin] / len(window) or 0.0001
                    b = r[bin] / len(reference) or 0.0001
                    psi += (a - b) * math.log(a / b)
                self.assertAlmostEqual(drift["psi"], psi, 9)

            compare(drift["prediction"], lambda e: e["prediction"], made,
                    made[:100])
            # Each is compared with the first 100 that have it.
            scored = [e for e in made if "score" in e]
            if len(scored) < 100:
                self.assertNotIn("score", drift)
            else:
                self.assertEqual(drift["score"]["observations"],
                                 {"window": len(scored), "reference": 100})
            features = drift["features"]
            compare(features["c"], lambda e: e["features"]["c"], made[100:],
                    made[:100])
            self.assertEqual(features["x"]["observations"],
                             features["c"]["observations"])

    def check_estimates(self, daemon, client):
        """Compares with a recount: pairs that are older than the window at their
        completion are learnt in that order, with their label at that time."""
        for result in daemon.model(client.name_of_model, window="1h"):
            if result["segment"]:
                continue
            version, oracle = result["version"], client.oracle
            calibration = estimates.Calibration(30 * estimates.DAY_MS)
            for event, label in oracle.judged[version]:
                if "timestamp" in event and "score" in event:
                    calibration.add(*CrashTest.judgement([(event, label)]), 0)
            figures = result["metrics"]
            inside = [e for e in oracle.made[version]
                      if "timestamp" not in e and "score" in e]
            pairs = [(e, oracle.labels[e["id"]]) for e, _ in oracle.judged[version]
                     if "timestamp" not in e and "score" in e]
            self.assertEqual("estimate_gap" in figures, bool(pairs))
            if not inside:
                continue
            self.assertEqual(figures["score_calibrated"], calibration.judged)
            bins, predicted, _ = CrashTest.judgement([(e, "") for e in inside])
            wanted = estimates.estimated(calibration, bins, predicted)
            # The score of one class of three gives no accuracy.
            wanted = {name: value for name, value in wanted.items()
                      if "accuracy" not in name}
            self.assertEqual({name for name in figures
                              if name.startswith("estimated")}, set(wanted))
            for name, value in wanted.items():
                self.assertAlmostEqual(figures[name], value, 9, name)
            if not pairs:
                continue
            gap, error = estimates.judged(calibration, *CrashTest.judgement(pairs))
            gap.pop("accuracy")
            self.assertEqual(set(figures["estimate_gap"]), set(gap))
            for name, value in gap.items():
                self.assertAlmostEqual(figures["estimate_gap"][name], value, 9,
                                       name)

    @staticmethod
    def judgement(pairs):
        """Bins, predictions and labels as arrays."""
        return (estimates.bin_of([e["score"] for e, _ in pairs]),
                np.array([e["prediction"] == "UP" for e, _ in pairs]),
                np.array([label == "UP" for _, label in pairs]))

    def check(self, daemon, clients):
        samples = daemon.metrics()
        for client in clients:
            expected = client.oracle.samples(client.name_of_model, self.window)
            wrong = {key: (value, samples.get(key)) for key, value in
                     expected.items() if samples.get(key) != value}
            self.assertEqual(wrong, {})
            CrashTest.check_figures(self, daemon, client)
            if client.number == 1:
                CrashTest.check_detectors(self, daemon, client)
                CrashTest.check_drift(self, daemon, client)
            # A recount needs a clock that does not jump over the hour.
            if client.number == 2 and self.window == CrashTest.window:
                CrashTest.check_estimates(self, daemon, client)
            if client.regression or client.multilabel:
                CrashTest.check_history(self, daemon, client)
                continue
            cells = sum(value for (series, labels), value in samples.items()
                        if series == "plumbline_confusion_observations"
                        and ("model", client.name_of_model) in labels
                        and ("window", self.window) in labels
                        and not any(key == "segment_day" for key, _ in labels))
            self.assertEqual(cells, sum(map(len, client.oracle.order.values())))
            CrashTest.check_history(self, daemon, client)
        return samples

    def crash(self, durability, kills, seed=0):
        chance = random.Random(kills + seed)
        with Daemon(CONFIG.format(durability=durability),
                    ["--storage.checkpoint-bytes=64KiB"]) as daemon:
            with traffic(self, daemon) as clients:
                for _ in range(kills):
                    time.sleep(chance.uniform(0.02, 0.4))
                    daemon.process.send_signal(signal.SIGKILL)
                    daemon.process.wait()
                    daemon.start()
            send_again(self, daemon, clients)
            # The same over a clean stop.
            self.assertEqual(daemon.stop(), 0)
            daemon.start()
            self.check(daemon, clients)
            # The journal before the checkpoints is removed.
            files = os.listdir(daemon.dir.name + "/data")
            self.assertLessEqual(sum(f.startswith("journal-") for f in files), 2)
            self.assertEqual([f for f in files if f.endswith(".tmp")], [])
            events = sum(b.count(b"\n") + 1 for c in clients for b in c.requests)
            print(f"{durability}: {kills} kills, {events} events")

    def test_killed_with_durability_process(self):
        self.crash("process", KILLS)

    def test_killed_with_durability_power(self):
        self.crash("power", max(KILLS // 5, 5))

    def test_a_reload_during_recovery_is_told_to_come_again(self):
        with Daemon(CONFIG.format(durability="process"),
                    ["--web.enable-lifecycle"]) as daemon:
            self.assertEqual(daemon.post(
                [{"model": "m", "id": f"{i}", "prediction": "UP"}
                 for i in range(10_000)])[0], 200)
            daemon.process.kill()
            daemon.process.wait()
            holder = daemon.dir.name + "/holder"
            pathlib.Path(holder).touch()
            daemon.process = subprocess.Popen(
                daemon.args, stderr=daemon.log,
                env={**daemon.environment, "LD_PRELOAD": SHIM,
                     "KILL_POINT": "recovery.journal", "HELD_BY": holder})
            answers = set()

            def reloaded():
                self.assertIsNone(daemon.process.poll())
                try:
                    answers.add(daemon.get("/-/reload", "POST")[0])
                except OSError:
                    pass
                return answers

            self.assertTrue(wait_for(reloaded))
            self.assertEqual(answers, {503})
            os.remove(holder)
            self.assertTrue(wait_for(daemon.ready))
            self.assertEqual(daemon.get("/-/reload", "POST")[0], 200)
            self.assertEqual(daemon.metric("plumbline_predictions_total",
                                           model="m", version=""), 10_000)

    def test_a_second_daemon_on_the_same_store_is_refused(self):
        with Daemon(CONFIG.format(durability="process")) as daemon:
            with self.assertRaisesRegex(RuntimeError, "in use"):
                Daemon(CONFIG.format(durability="process"),
                       storage=daemon.dir.name + "/data")


if __name__ == "__main__":
    unittest.main()

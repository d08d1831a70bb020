"""Answers and the API show assumptions about a model, and conflicts between model
and configuration. Cells of outcomes exist before they count. Figures do not vanish
while the daemon stops."""

import http.client
import json
import os
import pathlib
import re
import signal
import tempfile
import unittest

from daemon import BIN, PATIENCE, Daemon

SHIM = os.environ.get("KILL_SHIM_LIBRARY", os.path.join(
    BIN, "../tests/integration/libkill_shim.so"))


def warnings(answer):
    return [(w["index"], w["field"], w["code"]) for w in answer["warnings"]]


class TaskTest(unittest.TestCase):
    def models(self, daemon):
        _, _, body = daemon.get("/api/v1/models")
        return {m["model"]: m for m in json.loads(body)["models"]}

    def status(self, daemon):
        return json.loads(daemon.get("/api/v1/status")[2])

    def label(self, daemon, model, name):
        _, _, body = daemon.get(f"/api/v1/models/{model}/ids/{name}")
        return json.loads(body)["label"]["label"]

    def log(self, daemon):
        with open(daemon.log.name) as f:
            return f.read()

    def test_what_is_assumed_is_said(self):
        with Daemon() as daemon:
            status, answer = daemon.post(
                [{"model": "m", "id": "1", "prediction": 0, "score": 0.1},
                 {"model": "m", "id": "2", "prediction": 1, "score": 0.9}])
            self.assertEqual(status, 200)
            self.assertEqual(warnings(answer),
                             [(0, "prediction", "task_assumed")])
            message = answer["warnings"][0]["message"]
            for part in ("classification", "an integer",
                         'models: [{match: "m", task: ...}]',
                         "plumbtool delete m"):
                self.assertIn(part, message)
            model = self.models(daemon)["m"]
            self.assertEqual(model["task"], "classification")
            self.assertEqual(model["positive_class"], "1")
            self.assertEqual(model["assumed"], ["task", "positive_class"])
            self.assertEqual(self.status(daemon)["conflicts"], [])

            _, answer = daemon.post(
                [{"model": "m", "id": "3", "prediction": "cat", "score": 0.5}])
            self.assertEqual(answer["accepted"], 1)
            self.assertEqual(warnings(answer),
                             [(0, "score", "no_positive_class"),
                              (0, "prediction", "positive_class_ended")])
            (conflict,) = self.status(daemon)["conflicts"]
            self.assertEqual((conflict["model"], conflict["field"]),
                             ("m", "positive_class"))
            model = self.models(daemon)["m"]
            self.assertIsNone(model["positive_class"])
            self.assertEqual(model["assumed"], ["task"])

    def test_a_mismatch_says_since_when_and_what_to_do(self):
        with Daemon() as daemon:
            daemon.post([{"model": "it's", "id": "1", "prediction": 1.5}])
            since = self.models(daemon)["it's"]["task_since"]
            for event, field in (
                    ({"prediction": "UP"}, "prediction"),
                    ({"label": "UP"}, "label"),
                    ({"prediction": 1.5, "score": 0.5}, "score"),
                    ({"prediction": 1.5, "scores": {"a": 0.5}}, "scores")):
                status, answer = daemon.post(
                    [{"model": "it's", "id": "2", **event}])
                self.assertEqual(status, 400)
                (error,) = answer["errors"]
                self.assertEqual((error["field"], error["code"]),
                                 (field, "task_mismatch"))
                for part in ("is a regression since " + since,
                             "plumbtool delete 'it'\\''s'"):
                    self.assertIn(part, error["message"])

    def test_a_configured_task_that_contradicts_is_named_everywhere(self):
        with Daemon(args=["--web.enable-lifecycle",
                          "--web.enable-admin-api"]) as daemon:
            daemon.post([{"model": "m", "id": "1", "prediction": "UP"}])
            daemon.write_config("models: [{match: m, task: regression}]\n")
            self.assertEqual(daemon.get("/-/reload", "POST")[0], 200)
            (conflict,) = self.status(daemon)["conflicts"]
            self.assertEqual((conflict["model"], conflict["field"]),
                             ("m", "task"))
            self.assertIn("plumbtool delete m", conflict["message"])
            told = "the configuration and a model contradict each other"
            self.assertEqual(self.log(daemon).count(told), 1)
            daemon.stop()
            daemon.start()
            self.assertEqual(self.log(daemon).count(told), 2)
            self.assertEqual(self.models(daemon)["m"]["task"],
                             "classification")
            self.assertEqual(daemon.get("/api/v1/models/m", "DELETE")[0], 204)
            self.assertEqual(self.status(daemon)["conflicts"], [])
            _, answer = daemon.post([{"model": "m", "id": "1", "prediction": 2}])
            self.assertEqual(answer["warnings"], [])
            self.assertEqual(self.models(daemon)["m"]["task"], "regression")

    def test_what_is_known_is_there_before_it_counts(self):
        config = ("models:\n"
                  "- {match: m, classes: [0, 1]}\n"
                  "- {match: r, task: regression}\n"
                  "- {match: 'g-*', task: regression}\n")
        with Daemon(config) as daemon:
            models = self.models(daemon)
            self.assertEqual(sorted(models), ["m", "r"])
            self.assertIsNone(models["m"]["task"])
            self.assertEqual(models["r"]["task"], "regression")
            for model in ("m", "r"):
                self.assertEqual(
                    daemon.metric("plumbline_labels_total", model=model), 0)
            daemon.post([{"model": "m", "prediction": 1, "label": 1}])
            for name, count in (("plumbline_outcomes_total", 1),
                                ("plumbline_outcomes_withdrawn_total", 0)):
                for actual in "01":
                    for predicted in "01":
                        hit = actual == predicted == "1"
                        self.assertEqual(
                            daemon.metric(name, model="m", version="",
                                          actual=actual, predicted=predicted),
                            count if hit else 0)

    def test_a_restart_keeps_what_was_assumed_and_what_waits(self):
        with Daemon() as daemon:
            _, answer = daemon.post(
                [{"model": "m", "id": "1", "prediction": -1},
                 {"model": "w", "id": "1", "label": 1.0},
                 {"model": "w", "id": "2", "label": 0.0}])
            self.assertEqual(warnings(answer),
                             [(0, "prediction", "task_assumed")])
            self.assertIsNone(self.models(daemon)["w"]["task"])
            self.assertEqual(self.label(daemon, "w", "1"), 1.0)
            before = self.models(daemon)
            daemon.stop()
            daemon.start()
            self.assertEqual(self.models(daemon), before)
            _, answer = daemon.post(
                [{"model": "w", "id": "1", "prediction": 1.0, "score": 0.75},
                 {"model": "m", "id": "2", "prediction": 1, "score": 0.5}])
            self.assertEqual(warnings(answer),
                             [(0, "prediction", "task_assumed")])
            self.assertEqual(
                daemon.metric("plumbline_outcomes_total", model="w", version="",
                              actual="1", predicted="1"), 1)
            self.assertEqual(self.label(daemon, "w", "1"), "1")
            self.assertEqual(self.label(daemon, "w", "2"), "0")

    def test_nothing_vanishes_while_the_daemon_stops(self):
        # The last checkpoint waits until the test has seen the daemon stop.
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        holder = pathlib.Path(directory.name, "holder")
        holder.touch()
        with Daemon(environment={
                "LD_PRELOAD": SHIM, "KILL_POINT": "checkpoint.begun",
                "HELD_BY": str(holder)}) as daemon:
            daemon.post([{"model": "m", "id": "a", "prediction": 1, "label": 1}])

            def scrape():
                status, _, page = daemon.get("/metrics")
                return status, {re.split("[{ ]", line)[0] for line in
                                page.decode().splitlines() if line[0] != "#"}

            _, names = scrape()
            self.assertIn("plumbline_observations_total", names)
            checkpoint = os.path.join(daemon.dir.name, "data/checkpoint.tmp")
            self.assertFalse(os.path.exists(checkpoint))
            scrapes = 0
            try:
                with daemon.half_sent():
                    daemon.process.send_signal(signal.SIGTERM)
                    while daemon.process.poll() is None:
                        held = holder.exists() and os.path.exists(checkpoint)
                        ready = daemon.get("/-/ready")[0]
                        status, now = scrape()
                        if held:
                            self.assertEqual((ready, status), (503, 200))
                            scrapes += 1
                        # At its end the listener tells waiting clients that it
                        # stops.
                        if status == 200:
                            self.assertEqual(names - now, set())
                        if scrapes == 3:
                            holder.unlink(missing_ok=True)
            except (OSError, http.client.HTTPException):
                pass  # it has stopped
            finally:
                holder.unlink(missing_ok=True)
            self.assertEqual(daemon.process.wait(timeout=PATIENCE), 0)
            self.assertEqual(scrapes, 3)


if __name__ == "__main__":
    unittest.main()

"""A store of a former format opens with the same meaning. Classes that were counted
separately, and are one class by now, are merged.

The plumbline of format 7 wrote tests/data/store_format_7.tar.gz: a checkpoint, and
the journal after it, left by a kill -9. The clock is set back to its time, so that
its pending pairs still wait. write_store.py wrote the stores of later formats,
together with their figures."""

import glob
import json
import os
import tarfile
import tempfile
import unittest

from daemon import Daemon, ROOT
from write_store import environment, shown

(FAKETIME,) = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
CONFIG = """
models:
  - match: aliases
    aliases: {up: UP}
"""


def matrix(result):
    """{(actual, predicted): n} of the cells that are not 0."""
    return {(result["classes"][a], result["classes"][p]): n
            for a, row in enumerate(result["confusion"])
            for p, n in enumerate(row) if n}


class FormerStoreTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        with tarfile.open(os.path.join(
                ROOT, "tests/data/store_format_7.tar.gz")) as archive:
            archive.extractall(self.directory.name)
        self.store = os.path.join(self.directory.name, "store")

    def open(self, time="2026-11-30 06:55:50"):
        return Daemon(CONFIG, storage=self.store, environment={
            "LD_PRELOAD": FAKETIME, "FAKETIME": "@" + time, "TZ": "UTC",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1"})

    def last(self, daemon, model):
        return daemon.model(model, window="last_1000")[0]

    def check_counted(self, daemon):
        booleans = self.last(daemon, "booleans")
        self.assertEqual(matrix(booleans), {
            ("true", "true"): 3, ("false", "false"): 1, ("true", "false"): 1})
        self.assertEqual(booleans["metrics"]["accuracy"], 0.8)
        self.assertEqual(booleans["metrics"]["recall_binary"], 0.75)
        spaces = self.last(daemon, "spaces")
        self.assertEqual(matrix(spaces), {
            ("yes", "yes"): 2, ("no", "no"): 1, ("no", "yes"): 1})
        aliases = self.last(daemon, "aliases")
        self.assertEqual(matrix(aliases), {("UP", "UP"): 2, ("UP", "down"): 1})
        late = self.last(daemon, "late")
        self.assertEqual(matrix(late), {("1", "1"): 1})
        sets = self.last(daemon, "sets")
        self.assertEqual(sets["classes"], ["A", "c", "b"])
        self.assertAlmostEqual(sets["metrics"]["accuracy"], 1 / 3)
        self.assertEqual(self.last(daemon, "numbers")["metrics"]
                         ["mean_absolute_error"], 0.5)
        right = sum((i % 2 == 1) == (i % 3 == 0) for i in range(20))
        scores = self.last(daemon, "scores")
        self.assertEqual(scores["classes"], ["true", "false", "yes"])
        self.assertAlmostEqual(scores["metrics"]["accuracy"], right / 21)

    def test_what_was_counted_is_one_class(self):
        with self.open() as daemon:
            self.check_counted(daemon)
            self.assertEqual(daemon.metric(
                "plumbline_outcomes_total", model="booleans", version="",
                actual="true", predicted="true"), 3)
            self.assertNotIn(
                "True", {dict(labels).get("class")
                         for _, labels in daemon.metrics()})
        with self.open("2026-11-30 06:56:50") as daemon:
            self.check_counted(daemon)

    def test_history_is_of_the_same_classes(self):
        with self.open() as daemon:
            status, _, body = daemon.get(
                "/api/v1/models/booleans/history?"
                "from=2026-11-30T06:00:00Z&to=2026-11-30T07:00:00Z&step=1h")
            self.assertEqual(status, 200, body)
            point = json.loads(body)["results"][0]["points"][0]
            self.assertEqual(point["observations"], 5)
            self.assertEqual(point["metrics"]["accuracy"], 0.8)

    def test_what_waits_is_joined_as_one_class(self):
        with self.open() as daemon:
            status, answer = daemon.post([
                {"model": "waiting", "id": "p1", "label": 1},
                {"model": "waiting", "id": "p2", "label": "1.0"},
                {"model": "waiting", "id": "p3", "label": True},
                {"model": "waiting", "id": "l1", "prediction": 1}])
            self.assertEqual((status, answer["accepted"]), (200, 4), answer)
            waiting = self.last(daemon, "waiting")
            self.assertEqual(matrix(waiting), {("1", "1"): 4})

    def test_resends_stay_duplicates_and_corrections_move_the_pair(self):
        with self.open() as daemon:
            answer = daemon.post([
                {"model": "booleans", "id": "a0", "prediction": True},
                {"model": "booleans", "id": "a0", "label": "True"},
                {"model": "booleans", "id": "a1", "label": 1},
                {"model": "spaces", "id": "tail1", "label": "yes"}])[1]
            self.assertEqual(answer["duplicates"], 4, answer)
            answer = daemon.post(
                [{"model": "booleans", "id": "a0", "label": False}])[1]
            self.assertEqual(answer["accepted"], 1, answer)
            moved = {("true", "true"): 2, ("false", "false"): 1,
                     ("true", "false"): 1, ("false", "true"): 1}
            self.assertEqual(matrix(self.last(daemon, "booleans")), moved)
            daemon.process.kill()
            daemon.process.wait()
            daemon.start()
            self.assertEqual(matrix(self.last(daemon, "booleans")), moved)


class EachFormerStoreTest(unittest.TestCase):
    """From format 8 on, the figures are equal before and after checkpoints of the
    current format."""

    def check(self, archive):
        with tempfile.TemporaryDirectory() as directory:
            with tarfile.open(archive) as tar:
                tar.extractall(directory)

            def text_of(name):
                with open(os.path.join(directory, name)) as f:
                    return f.read()

            wanted = text_of("metrics").splitlines()
            self.assertGreater(len(wanted), 1000)
            for _ in range(2):
                with Daemon(text_of("config.yaml"),
                            storage=os.path.join(directory, "store"),
                            environment=environment(text_of("time").strip())
                            ) as daemon:
                    self.assertEqual(shown(daemon), wanted)

    def test_figures_are_equal(self):
        archives = glob.glob(
            os.path.join(ROOT, "tests/data/store_format_*.tar.gz"))
        later = [a for a in archives if not a.endswith("format_7.tar.gz")]
        self.assertGreaterEqual(len(later), 1)
        for archive in later:
            with self.subTest(os.path.basename(archive)):
                self.check(archive)


if __name__ == "__main__":
    unittest.main()

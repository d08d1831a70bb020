"""A copy of a running store is restored, and a history is read."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

from daemon import BIN, Daemon

CONFIG = "join: {memory_bytes: 64KiB}\n"


class SnapshotTest(unittest.TestCase):
    def test_a_copy_made_while_running_is_a_store_of_its_own(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        restored = place.name + "/restored"
        with Daemon(CONFIG, ["--web.enable-admin-api"]) as daemon:
            for i in range(5):
                daemon.post([{"model": "m", "version": "1", "id": f"{i}-{n}",
                              "prediction": "UP"} for n in range(1000)])
            status, _, body = daemon.get("/api/v1/admin/snapshot", "POST")
            self.assertEqual(status, 200, body)
            path = json.loads(body)["path"]
            self.assertEqual(os.path.dirname(path), daemon.dir.name + "/data/snapshots")
            other = json.loads(daemon.get("/api/v1/admin/snapshot", "POST")[2])["path"]
            self.assertNotEqual(path, other)
            # Later events are not in it.
            daemon.post([{"model": "m", "id": f"0-{n}", "label": "UP"}
                         for n in range(1000)])
            shutil.copytree(path, restored)
        check = subprocess.run([os.path.join(BIN, "plumbtool"), "check-storage",
                                restored], capture_output=True, text=True)
        self.assertEqual(check.returncode, 0, check.stderr)
        with Daemon(CONFIG, storage=restored) as daemon:
            self.assertEqual(daemon.metric("plumbline_predictions_total",
                                           model="m", version="1"), 5000)
            self.assertEqual(daemon.metric("plumbline_labels_total", model="m"), 0)
            # Every id is known.
            _, answer = daemon.post([{"model": "m", "version": "1", "id": f"{i}-{n}",
                                      "prediction": "UP"}
                                     for n in range(1000) for i in range(5)])
            self.assertEqual(answer["duplicates"], 5000)
            _, answer = daemon.post([{"model": "m", "id": f"4-{n}", "label": "UP"}
                                     for n in range(1000)])
            self.assertEqual(answer["accepted"], 1000)
            self.assertEqual(daemon.metric("plumbline_observations_total",
                                           model="m", version="1"), 1000)

    def test_the_youngest_copies_are_kept(self):
        with Daemon("storage: {snapshots: 2}\n",
                    ["--web.enable-admin-api"]) as daemon:
            paths = [json.loads(daemon.get("/api/v1/admin/snapshot", "POST")[2])
                     ["path"] for _ in range(4)]
            self.assertEqual(sorted(os.listdir(os.path.dirname(paths[0]))),
                             [os.path.basename(path) for path in paths[2:]])

    def test_only_owner_and_group_can_read_what_is_written(self):
        umask = os.umask(0)
        try:
            with tempfile.TemporaryDirectory() as place, Daemon(
                    f"event_log: {{path: {place}/log}}\n",
                    ["--web.enable-admin-api"], storage=place + "/data") as daemon:
                daemon.post([{"model": "m", "prediction": "a", "label": "a"}])
                daemon.get("/api/v1/admin/snapshot", "POST")
                daemon.stop()
                for path, directories, files in os.walk(place):
                    for name, mode in ([(d, 0o750) for d in directories] +
                                       [(f, 0o640) for f in files]):
                        found = os.stat(os.path.join(path, name)).st_mode & 0o777
                        self.assertEqual(oct(found), oct(mode),
                                         os.path.join(path, name))
        finally:
            os.umask(umask)

    def test_a_copy_needs_the_admin_api_a_store_and_a_post(self):
        with Daemon(CONFIG) as daemon:
            self.assertEqual(daemon.get("/api/v1/admin/snapshot", "POST")[0], 403)
            self.assertEqual(daemon.get("/api/v1/admin/snapshot")[0], 405)
        with Daemon("storage: {durability: memory}\n",
                    ["--web.enable-admin-api"]) as daemon:
            status, _, body = daemon.get("/api/v1/admin/snapshot", "POST")
            self.assertEqual(status, 400)
            self.assertIn(b"memory", body)


class HistoryTest(unittest.TestCase):
    def history(self, daemon, query=""):
        status, _, body = daemon.get("/api/v1/models/a%2Fb/history" + query)
        return status, json.loads(body)

    def test_the_counts_and_figures_of_each_step(self):
        for durability in ("process", "memory"):
            with self.subTest(durability), Daemon(
                    f"storage: {{durability: {durability}}}\n") as daemon:
                both = [("UP", "UP")] * 3 + [("UP", "DOWN")] + [("DOWN", "DOWN")] * 4
                daemon.post([{"model": "a/b", "version": v, "prediction": p, "label": l}
                             for p, l in both for v in "12"])
                status, answer = self.history(daemon, "?version=1&step=1h")
                self.assertEqual(status, 200)
                self.assertEqual(answer["model"], "a/b")
                self.assertEqual(answer["step"], "1h")
                self.assertEqual(answer["classes"], ["UP", "DOWN"])
                result, = answer["results"]
                self.assertEqual(result["version"], "1")
                self.assertEqual(result["segment"], {})
                points = result["points"]  # two, if the hour has just changed
                self.assertEqual(sum(p["observations"] for p in points), 8)
                if len(points) == 1:
                    self.assertEqual(points[0]["confusion"], [[3, 0], [1, 4]])
                    self.assertEqual(points[0]["metrics"]["accuracy"], 7 / 8)
                self.assertRegex(points[0]["time"], r"T\d\d:00:00.000Z$")
                self.assertEqual(len(self.history(daemon)[1]["results"]), 2)
                self.assertEqual(self.history(daemon)[1]["step"], "1m")
                empty = self.history(daemon, "?from=1000&to=2000.5&step=3600")
                self.assertEqual(empty[1]["results"][0]["points"], [])

    def test_what_is_not_kept_is_refused(self):
        with Daemon() as daemon:
            daemon.post([{"model": "a/b", "version": "1", "prediction": "x", "label": "x"}])
            for query in ("?step=90", "?step=0", "?step=-1m", "?step=x", "?from=x",
                          "?to=2020-13-01T00:00:00Z", "?from=0&step=1m", "?other=1",
                          "?from=-5", "?from=2000&to=1000"):
                self.assertEqual(self.history(daemon, query)[0], 400, query)
            self.assertEqual(self.history(daemon, "?version=2")[0], 404)
            self.assertEqual(self.history(daemon, "?window=7h")[0], 400)
            self.assertEqual(self.history(daemon, "?window=1h")[0], 200)
            self.assertEqual(daemon.get("/api/v1/models/x/history")[0], 404)
            self.assertEqual(daemon.get("/api/v1/models/a/b/history")[0], 404)
            self.assertEqual(daemon.get("/api/v1/models/a%2Fb/history", "POST")[0], 405)


if __name__ == "__main__":
    unittest.main()

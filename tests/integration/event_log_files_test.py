"""The files of the event log: rotated, truncated, on a full disk, and switched."""

import contextlib
import http.client
import itertools
import os
import subprocess
import threading
import unittest

from daemon import Daemon, wait_for
from event_log_case import EventLogCase


class EventLogFilesTest(EventLogCase):
    def test_files_are_rotated_and_the_oldest_go(self):
        limits = "  rotate_bytes: 64KiB\n  retain_bytes: 1MiB\n"
        count = 0
        with Daemon(self.config(limits)) as daemon:
            for round in range(14):
                events = [{"model": "m", "id": f"{round}-{i}",
                           "prediction": "a",
                           "metadata": {"x": os.urandom(60).hex()}}
                          for i in range(2000)]
                self.assertEqual(daemon.post(events)[0], 200)
                count += 2000
                self.assertTrue(wait_for(lambda: self.written(daemon) == count))
            # The next flush removes the oldest file, too.
            self.assertTrue(wait_for(
                lambda: daemon.metric("plumbline_event_log_bytes") <=
                1024 * 1024 and self.size() <= 1024 * 1024 and
                daemon.metric("plumbline_event_log_files") ==
                len(self.files())))
        ids = [r["id"] for r in self.records() if r["kind"] == "prediction"]
        self.assertEqual(ids[-1], "13-1999")
        self.assertNotIn("0-0", ids)

    def test_what_was_flushed_outlives_a_kill(self):
        storage = os.path.join(self.directory.name, "data")
        with Daemon(self.config(), storage=storage) as daemon:
            for i in range(3):
                daemon.post([{"model": "m", "id": f"{i}-{n}", "prediction": "a",
                              "metadata": {"x": os.urandom(99).hex()}}
                             for n in range(3000)])
                self.assertTrue(wait_for(
                    lambda: self.written(daemon) == 3000 * (i + 1)))
            # More records, which may be lost.
            def send():
                with contextlib.suppress(OSError, http.client.HTTPException):
                    daemon.post([{"model": "m", "id": f"x{n}",
                                  "prediction": "a"} for n in range(9000)])
            sender = threading.Thread(target=send)
            sender.start()
            daemon.process.kill()
            daemon.process.wait()
            sender.join()  # else it might post to the next daemon
            self.assertEqual(len(self.files()), 1)
            self.assertTrue(self.files()[0].endswith(".open"))
            # As if it was killed while writing.
            with open(os.path.join(self.path, self.files()[0]), "ab") as f:
                f.write(b"\x00half a block")
            daemon.start()
            daemon.post([{"model": "m", "id": "last", "prediction": "a"}])
            self.assertTrue(wait_for(lambda: self.written(daemon) >= 1))
        records = self.records()
        ids = [r["id"] for r in records if r["kind"] == "prediction"]
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual(ids[:9000], [f"{i}-{n}" for i in range(3)
                                      for n in range(3000)])
        self.assertEqual(ids[-1], "last")

    def test_a_full_disk_stops_the_log_alone(self):
        mount = os.path.join(self.directory.name, "disk")
        os.mkdir(mount)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", mount],
                       check=True)
        try:
            path = os.path.join(mount, "log")
            with Daemon(self.config(path=path)) as daemon:
                self.fill_and_free(daemon, mount)
            records = self.records(path)
            ids = [r["id"] for r in records if r["kind"] == "prediction"]
            self.assertEqual(len(ids), len(set(ids)))
            self.assertIn("before-0", ids)
            self.assertTrue(any(i.startswith("after") for i in ids))
        finally:
            subprocess.run(["umount", "-l", mount], check=True)

    def fill_and_free(self, daemon, mount):
        def send(name, count):
            status, answer = daemon.post(
                [{"model": "m", "id": f"{name}-{n}", "prediction": "a",
                  "metadata": {"x": os.urandom(50).hex()}}
                 for n in range(count)])
            self.assertEqual((status, answer["accepted"]), (200, count))

        def dropped():
            return daemon.metric("plumbline_event_log_dropped_total",
                                 reason="write_failed")

        send("before", 100)
        self.assertTrue(wait_for(lambda: self.written(daemon) == 100))
        ballast = os.path.join(mount, "ballast")
        with open(ballast, "wb", buffering=0) as f:
            try:
                while f.write(b"x" * 4096):
                    pass
            except OSError:
                pass
        for i in range(10):
            send(f"full{i}", 1000)
        # Its thread is one of low priority.
        self.assertTrue(wait_for(lambda: dropped() > 0))
        # It is logged after it is counted.
        def told():
            with open(daemon.log.name) as f:
                return "event log cannot be written" in f.read()

        self.assertTrue(wait_for(told))
        os.remove(ballast)
        before = self.written(daemon)
        sent = itertools.count()
        self.assertTrue(wait_for(
            lambda: send(f"after{next(sent)}", 1) or
            self.written(daemon) > before))
        self.assertEqual(
            daemon.metric("plumbline_predictions_total", model="m", version=""),
            daemon.metric("plumbline_pending_predictions", model="m",
                          version=""))

    def test_it_is_switched_by_a_reload(self):
        with Daemon("", args=["--web.enable-lifecycle"]) as daemon:
            self.assertNotIn("event_log", daemon.get("/metrics")[2].decode())
            daemon.post([{"model": "m", "id": "a", "prediction": "a"}])
            daemon.write_config(self.config())
            self.assertEqual(daemon.get("/-/reload", "POST")[0], 200)
            daemon.post([{"model": "m", "id": "b", "prediction": "a"}])
            other = os.path.join(self.directory.name, "other")
            daemon.write_config(self.config(path=other))
            self.assertEqual(daemon.get("/-/reload", "POST")[0], 200)
            daemon.post([{"model": "m", "id": "c", "prediction": "a"}])
            daemon.write_config("")
            self.assertEqual(daemon.get("/-/reload", "POST")[0], 200)
            daemon.post([{"model": "m", "id": "d", "prediction": "a"}])
            self.assertTrue(wait_for(
                lambda: [n[-3:] for n in self.files(other)] == [".gz"]))
            self.assertEqual([r["id"] for r in self.records()], ["b"])
            self.assertEqual([r["id"] for r in self.records(other)], ["c"])
            # Not at a path that cannot be written.
            daemon.write_config(self.config(path="/dev/null/log"))
            status, _, answer = daemon.get("/-/reload", "POST")
            self.assertEqual(status, 400)
            self.assertIn("event_log.path", answer.decode())
        with self.assertRaisesRegex(RuntimeError, "event_log.path"):
            Daemon(self.config(path="/dev/null/log"))


if __name__ == "__main__":
    unittest.main()

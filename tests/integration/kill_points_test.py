"""Kills at named places, one after another, while clients post: nothing answered is
lost, and nothing is counted twice. The clock advances by hours between the kills,
so that minutes of history become hours.

HITS=20 kill_points_test.py   the long form
"""

import os
import random
import subprocess
import time
import unittest

import crash_test
from daemon import BIN, PATIENCE, Daemon

HITS = int(os.environ.get("HITS", "5"))
SHIM = os.environ.get("KILL_SHIM_LIBRARY", os.path.join(
    BIN, "../tests/integration/libkill_shim.so"))
# Two kills in recovery follow each other.
POINTS = [
    "journal.half", "journal.written", "answer.unsent", "answer.sent",
    "segment.begun", "checkpoint.begun", "checkpoint.half",
    "checkpoint.written", "ingest.linked", "ingest.unrecorded",
    "ingest.unsynced", "ingest.recorded", "drop.begun", "drop.some",
    "rollup.begun", "rollup.half", "compaction.begun",
    "recovery.database", "recovery.journal", "recovery.journal",
    "page.written", "page.there", "page.there",
]
# Places that each start passes: the kill comes at the first pass.
AT_ONCE = ("recovery.", "compaction.", "page.")
CONFIG = """
windows: [90d, last_100]
join: {horizon: 90d, label_horizon: 90d, memory_bytes: 64KiB}
storage: {durability: process, retention: 400d}
""" + crash_test.MODELS.replace("24h", "90d")


class KillPointsTest(unittest.TestCase):
    check = crash_test.CrashTest.check
    window = "90d"

    def kill(self, daemon, point, at, ahead):
        daemon.environment.update(
            LD_PRELOAD=SHIM, KILL_POINT=point, KILL_AT=str(at),
            CLOCK_AHEAD=str(ahead))
        daemon.process = subprocess.Popen(daemon.args, stderr=daemon.log,
                                          env=daemon.environment)
        try:
            status = daemon.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.fail(f"{point} was not reached {at} times")
        self.assertEqual(status, -9, point)

    def test_killed_at_every_place(self):
        chance = random.Random(1)
        ahead = 0
        with Daemon(CONFIG, ["--storage.checkpoint-bytes=32KiB"]) as daemon:
            daemon.process.kill()
            daemon.process.wait()
            with crash_test.traffic(self, daemon) as clients:
                try:
                    for _ in range(HITS):
                        for point in POINTS:
                            ahead += 3600
                            first = point.startswith(AT_ONCE)
                            self.kill(daemon, point,
                                      1 if first else chance.randint(1, 5), ahead)
                finally:
                    daemon.environment.pop("KILL_POINT", None)
                    daemon.start()
                time.sleep(0.5)
            self.check(daemon, clients)
            crash_test.send_again(self, daemon, clients)
            print(f"{len(set(POINTS))} places, {HITS} kills at each")


if __name__ == "__main__":
    unittest.main()

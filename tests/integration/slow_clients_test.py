"""Slow clients do not keep others from a listener.

SLOW_CLIENTS=1000 STRICT=1 slow_clients_test.py   the long form: in a second
"""

import os
import subprocess
import sys
import tempfile
import time
import unittest

from daemon import Daemon, wait_for
from hardening_test import basic, bcrypt

CLIENTS = int(os.environ.get("SLOW_CLIENTS", "700"))
REQUESTS = int(os.environ.get("SLOW_REQUESTS", "40"))
# The goal is one second for 99 of 100 requests, and three for all. A test that
# runs beside others gets ten times that.
SLACK = 1 if "STRICT" in os.environ else 10
HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = ("slow_head", "slow_body", "never_reads", "reads_slowly",
         "wrong_password", "idle")
EVENT = '{"model":"good","prediction":1,"label":1}'
# Many models: answers larger than the kernel's buffers.
MODELS = [{"model": f"m{i}", "prediction": str(i % 3), "label": "1"}
          for i in range(200)]


class SlowClientsTest(unittest.TestCase):
    def setUp(self):
        users = tempfile.NamedTemporaryFile("w", suffix=".yml")
        self.addCleanup(users.close)
        users.write("basic_auth_users:\n  user: "
                    + bcrypt("right") + "\n")
        users.flush()
        self.daemon = Daemon(
            "limits: {models: 300}\n",
            [f"--web.config.file={users.name}",
             f"--ingest.config.file={users.name}"])
        self.addCleanup(self.daemon.__exit__)
        self.headers = basic("user", "right")
        self.assertEqual(self.daemon.post(MODELS, headers=self.headers)[0], 200)

    def attack(self, kind, listener, many):
        port = self.daemon.web if listener == "web" else self.daemon.ingest
        process = subprocess.Popen(
            [sys.executable, os.path.join(HERE, "slow_clients.py"), kind,
             listener, str(port), str(CLIENTS)] + ["many"] * many,
            stdout=subprocess.PIPE,
            env={**os.environ, "AUTHORIZATION": "Authorization: %s\r\n"
                 % self.headers["Authorization"]})
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), b"come\n")
        return process

    def timed(self, listener):
        begin = time.monotonic()
        if listener == "web":
            status = self.daemon.get("/metrics", headers=self.headers)[0]
        else:
            status = self.daemon.post(EVENT, headers=self.headers)[0]
        return status, time.monotonic() - begin

    def assert_answered(self, kind, listener, many):
        attack = self.attack(kind, listener, many)
        time.sleep(2)  # until they are connected
        answers = [self.timed(listener) for _ in range(REQUESTS)]
        self.assertIsNone(attack.poll())
        attack.kill()
        attack.wait()
        times = sorted(seconds for _, seconds in answers)
        print(f"{listener} {kind}{' many' if many else ''}: "
              f"median {times[len(times) // 2]:.3f} s, longest {times[-1]:.3f} s",
              flush=True)
        wrong = [status for status, _ in answers if status != 200]
        self.assertLessEqual(len(wrong), REQUESTS // 100, wrong)
        self.assertLess(times[int(len(times) * 0.99) - 1], SLACK)
        self.assertLess(times[-1], 3 * SLACK)

    def test_scrapes_are_answered(self):
        for kind in KINDS:
            with self.subTest(kind):
                self.assert_answered(kind, "web", many=False)

    def test_posts_are_answered(self):
        for kind in KINDS:
            with self.subTest(kind):
                self.assert_answered(kind, "ingest", many=False)

    def test_from_many_addresses(self):
        for listener in ("web", "ingest"):
            with self.subTest(listener):
                self.assert_answered("slow_body", listener, many=True)


if __name__ == "__main__":
    unittest.main()
